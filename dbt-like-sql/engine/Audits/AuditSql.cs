using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Audits;

/// <summary>Audits of properties as queries of failing rows (dbt's meaning of each).</summary>
internal static class AuditSql
{
    /// <param name="audit">The audit.</param>
    /// <param name="rows">SQL of the rows that are audited.</param>
    /// <param name="relation">SQL of another model, whole.</param>
    /// <param name="dialect">Of the engine that is asked; null: DuckDB.</param>
    public static string Failing(GenericAudit audit, string rows, Func<string, string> relation, SqlDialect? dialect = null)
    {
        dialect ??= SqlDialect.DuckDb;
        var from = audit.Where is null ? rows : $"(select * from {rows} where {audit.Where})";
        switch (audit)
        {
            case UniqueAudit a:
                var columns = string.Join(", ", a.Columns.Select(Quoted.Name));
                return $"select {columns}, count(*) as n_records from {from} audited where {string.Join(" and ", a.Columns.Select(c => $"{Quoted.Name(c)} is not null"))} group by {columns} having count(*) > 1";
            case NotNullAudit a:
                return $"select * from {from} audited where {Quoted.Name(a.Column)} is null";
            case AcceptedValuesAudit a:
                // a value that is null is for not_null to judge
                return $"select * from {from} audited where {Quoted.Name(a.Column)} not in ({string.Join(", ", a.Values.Select(v => a.Quote ? dialect.Text(v) : Bare(a, v)))})";
            case RelationshipsAudit a:
                return $"select * from {from} audited where {Quoted.Name(a.Column)} is not null and {Quoted.Name(a.Column)} not in "
                    + $"(select parent.{Quoted.Name(a.Field)} from {relation(a.To)} parent where parent.{Quoted.Name(a.Field)} is not null)";
            default:
                throw LakeException.Bug($"{audit.GetType().Name} is no audit");
        }
    }

    static string Bare(
        AcceptedValuesAudit audit, string value) => value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') && value.Length > 0
        ? value : throw LakeException.Invalid($"{audit.Name}: '{value}' is no number; leave quote: false out");
}
