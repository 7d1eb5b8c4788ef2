namespace Dart.Lake.Sql.Audits;

/// <summary>What an audit's failing rows do to the run.</summary>
enum AuditSeverity
{
    /// <summary>Nothing is published.</summary>
    Error,
    /// <summary>They are counted and told.</summary>
    Warn,
}

/// <summary>An audit that properties declare on a model or a column of it.</summary>
/// <param name="Name">Unique in the project.</param>
/// <param name="Where">SQL that narrows the rows, or null.</param>
internal abstract record GenericAudit(string Name, AuditSeverity Severity, string? Where)
{
    /// <summary>File and line where it is declared.</summary>
    public required string At { get; init; }
}

/// <summary>No two rows have the same values; rows with a null are not compared.</summary>
internal sealed record UniqueAudit(
    string Name, AuditSeverity Severity, string? Where, IReadOnlyList<string> Columns) : GenericAudit(Name, Severity, Where);

internal sealed record NotNullAudit(
    string Name, AuditSeverity Severity, string? Where, string Column) : GenericAudit(Name, Severity, Where);

/// <summary>The column's values are among these; <paramref name="Quote"/> tells whether they are texts.</summary>
internal sealed record AcceptedValuesAudit(
    string Name,
    AuditSeverity Severity,
    string? Where,
    string Column,
    IReadOnlyList<string> Values,
    bool Quote) : GenericAudit(Name, Severity, Where);

/// <summary>Each value is in the column <paramref name="Field"/> of the model <paramref name="To"/>.</summary>
internal sealed record RelationshipsAudit(
    string Name, AuditSeverity Severity, string? Where, string Column, string To, string Field) : GenericAudit(Name, Severity, Where);
