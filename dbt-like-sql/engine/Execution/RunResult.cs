using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Sql.Execution;

/// <summary>How the stages of a run ended.</summary>
/// <param name="Rows">Rows staged by table and day.</param>
/// <param name="Audits">What the audits found, in order.</param>
/// <param name="Elapsed">Time by layer (silver, gold, audit).</param>
public sealed record RunResult(
    IReadOnlyDictionary<(TableIdent Table, DateOnly Day), long> Rows,
    IReadOnlyList<AuditOutcome> Audits,
    IReadOnlyDictionary<string, TimeSpan> Elapsed)
{
    public IEnumerable<AuditOutcome> Failed => Audits.Where(a => a.Status == "fail");

    /// <summary>What does not agree although it must; nothing is published then.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    public bool Succeeded => !Failed.Any() && Differences.Count == 0;
}
