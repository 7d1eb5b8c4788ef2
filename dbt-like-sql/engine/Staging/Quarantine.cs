using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Staging;

/// <summary>Rows that break a rule, as rows of <c>silver.quarantine</c>.</summary>
internal static class Quarantine
{
    public static TableIdent Ident { get; } = new("silver", "quarantine");

    /// <summary>Columns beside the contract's that a model whose rows are split may select, for quarantine's sake.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["source", "sequence", "ingest_time", "_log_id", "_topic", "_kafka_partition", "_offset"];

    /// <summary>The column that holds the broken rule's name while a model's rows are split.</summary>
    public const string Rule = "_broken_rule";

    /// <summary>Selects the broken rows of <paramref name="rows"/> with quarantine's columns.</summary>
    /// <param name="quarantine">Contract of quarantine.</param>
    /// <param name="of">Contract of the table that did not take the rows.</param>
    /// <param name="rows">SQL of a table with the rows and <see cref="Rule"/>.</param>
    /// <param name="columns">Columns that it has.</param>
    /// <param name="day">Of the run.</param>
    /// <param name="dialect">Of the engine that is asked; null: DuckDB.</param>
    public static string Select(
        TableContract quarantine,
        TableContract of,
        string rows,
        IReadOnlyCollection<string> columns,
        DateOnly day,
        SqlDialect? dialect = null)
    {
        dialect ??= SqlDialect.DuckDb;
        var payload = of.Columns.Where(c => c.Name != "trade_date" && !c.Name.StartsWith('_'))
            .Select(c => (c.Name, dialect.TextOf(c.Type, $"rows.{Quoted.Name(c.Name)}")));
        var list = quarantine.Columns.Select(column => $"cast({Value(column.Name)} as {dialect.Type(column.Type)}) as {Quoted.Name(column.Name)}");
        return $"select {string.Join(", ", list)} from {rows} rows where rows.{Rule} is not null";

        string Value(string name) => name switch
        {
            "trade_date" => Quoted.Date(day),
            "table_name" => dialect.Text(of.Name),
            "rule" => $"rows.{Rule}",
            "reason" => RowRuleSql.Reason(of, $"rows.{Rule}", dialect),
            "row_json" => dialect.JsonObject(payload),
            _ => columns.Contains(name) ? $"rows.{Quoted.Name(name)}" : "null",
        };
    }
}
