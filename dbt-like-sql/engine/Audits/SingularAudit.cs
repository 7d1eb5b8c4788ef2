using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Audits;

/// <summary>A file of <c>tests/</c>: a query of failing rows.</summary>
/// <param name="AllRows">It sees all rows of day models, not only what is new.</param>
internal sealed record SingularAudit(
    string Name,
    string Path,
    Template Template,
    AuditSeverity Severity,
    bool AllRows,
    IReadOnlyList<string> Refs,
    IReadOnlyList<TableIdent> Sources)
{
    /// <summary>The line on which a model is first read, by its name.</summary>
    public required IReadOnlyDictionary<string, int> Lines { get; init; }
}
