using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>The figures of <see cref="TableSums"/> in SQL that DuckDB and Spark both speak, but for what is named here.</summary>
/// <param name="From">How a table is named.</param>
/// <param name="Text">The text of a column's value, of its quoted name.</param>
/// <param name="Hash">The first 48 bits of a text's SHA-256 as a number.</param>
sealed record SumSql(Func<string, string> From, Func<ColumnKind, string, string> Text, Func<string, string> Hash)
{
    const string NaN = "9221120237041090560";

    public static SumSql DuckDb { get; } = new(table => table,
        (kind, name) => kind switch
        {
            ColumnKind.Timestamptz => $"cast(epoch_us({name}) as string)",
            ColumnKind.Date => $"cast(datediff('day', date '1970-01-01', {name}) as string)",
            ColumnKind.Double => $"case when isnan({name}) then '{NaN}' else cast(cast(cast({name} as bit) as bigint) as string) end",
            _ => Common(kind, name),
        },
        text => $"cast('0x' || substr(sha256({text}), 1, 12) as bigint)");

    public static SumSql Spark { get; } = new(table => $"lake.{table}",
        (kind, name) => kind switch
        {
            ColumnKind.Timestamptz => $"cast(unix_micros({name}) as string)",
            ColumnKind.Date => $"cast(datediff({name}, date '1970-01-01') as string)",
            ColumnKind.Double => $"case when {name} is not null then reflect('java.lang.Double', 'doubleToLongBits', coalesce({name}, 0d)) end",
            _ => Common(kind, name),
        },
        text => $"cast(conv(substr(sha2({text}, 256), 1, 12), 16, 10) as decimal(38, 0))");

    /// <summary>
    /// Queries that are short enough for a command line, with one row a table: its
    /// name, and the figures of rows and of each column, with a comma between.
    /// </summary>
    public IEnumerable<string> Queries(IEnumerable<TableContract> tables) =>
        tables.Chunk(12).Select(some => string.Join(" union all ", some.Select(Query)));

    /// <summary>By name, for PyIceberg does not know the contract.</summary>
    public static IReadOnlyList<ContractColumn> Columns(TableContract table) =>
        [.. table.Columns.OrderBy(column => column.Name, StringComparer.Ordinal)];

    string Query(TableContract table)
    {
        var columns = Columns(table);
        // Spark wants what it cannot see through beneath an aggregate, not in it
        var texts = string.Join(", ", columns.Select((column, i) => $"{Text(column.Type.Kind, column.Name)} as t{i}"));
        var row = $"concat_ws('|', {string.Join(", ", columns.Select((_, i) => $"coalesce(t{i}, 'null')"))})";
        return $"select '{table.Name}' as name, concat_ws(',', {string.Join(", ", columns.Select((_, i) => $"t{i}").Prepend(row).Select(Figure))}) as figures from (select {texts} from {From(table.Name)}) q";
    }

    string Figure(string text) => $"concat(cast(count({text}) as string), ' ', cast(coalesce(sum({Hash(text)}), 0) as string))";

    static string Common(ColumnKind kind, string name) => kind switch
    {
        ColumnKind.Binary => $"lower(hex({name}))",
        ColumnKind.Boolean => $"case when {name} then 'true' when not {name} then 'false' end",
        _ => $"cast({name} as string)",
    };
}
