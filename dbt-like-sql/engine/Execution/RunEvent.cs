namespace Dart.Lake.Sql.Execution;

/// <summary>Something that a run has done: a stage that ended, or a word about it.</summary>
/// <param name="Layer">gate, silver, gold, audit, reconciliation or publication.</param>
/// <param name="Subject">A table, an audit, or what the message is about.</param>
/// <param name="Rows">Rows written or failing; null: not a matter of rows.</param>
public sealed record RunEvent(DateOnly? Day, string Layer, string Subject, long? Rows, TimeSpan Elapsed, string Message);

/// <summary>What an audit found. Status is pass, warn or fail.</summary>
public sealed record AuditOutcome(DateOnly Day, string Subject, string Audit, string Status, long Failures, DateTimeOffset CheckedAt)
{
    /// <summary>The first failing rows as texts, at most <see cref="AuditRunner.ShownMax"/>.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];
}
