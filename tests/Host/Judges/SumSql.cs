using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>The figures of <see cref="TableSums"/> in SQL that DuckDB, Spark and Trino speak, but for what is named here.</summary>
/// <param name="String">The type of texts.</param>
/// <param name="From">How a table is named.</param>
/// <param name="Text">The text of a column's value, of its quoted name.</param>
/// <param name="Hash">The first 48 bits of a text's SHA-256 as a number.</param>
sealed record SumSql(string String, Func<string, string> From, Func<ColumnKind, string, string> Text, Func<string, string> Hash)
{
    const string NaN = "9221120237041090560";

    public static SumSql DuckDb { get; } = new(
        "string",
        table => table,
        (kind, name) => kind switch
        {
            ColumnKind.Timestamptz => $"cast(epoch_us({name}) as string)",
            ColumnKind.Date => $"cast(datediff('day', date '1970-01-01', {name}) as string)",
            ColumnKind.Double => $"case when isnan({name}) then '{NaN}' else cast(cast(cast({name} as bit) as bigint) as string) end",
            _ => Common(kind, name, "string"),
        },
        text => $"cast('0x' || substr(sha256({text}), 1, 12) as bigint)");

    public static SumSql Spark { get; } = new(
        "string",
        table => $"lake.{table}",
        (kind, name) => kind switch
        {
            ColumnKind.Timestamptz => $"cast(unix_micros({name}) as string)",
            ColumnKind.Date => $"cast(datediff({name}, date '1970-01-01') as string)",
            ColumnKind.Double => $"case when {name} is not null then reflect('java.lang.Double', 'doubleToLongBits', coalesce({name}, 0d)) end",
            _ => Common(kind, name, "string"),
        },
        text => $"cast(conv(substr(sha2({text}, 256), 1, 12), 16, 10) as decimal(38, 0))");

    public static SumSql Trino { get; } = new(
        "varchar",
        table => $"lake.{table}",
        (kind, name) => kind switch
        {
            ColumnKind.Timestamptz => Micros($"cast({name} at time zone 'UTC' as timestamp(6))"),
            ColumnKind.Date => $"cast(date_diff('day', date '1970-01-01', {name}) as varchar)",
            ColumnKind.Double => $"case when is_nan({name}) then '{NaN}' else cast(from_big_endian_64(to_ieee754_64({name})) as varchar) end",
            ColumnKind.Binary => $"lower(to_hex({name}))",
            _ => Common(kind, name, "varchar"),
        },
        text => $"cast(from_base(substr(to_hex(sha256(to_utf8({text}))), 1, 12), 16) as decimal(38, 0))");

    /// <summary>Trino counts differences in milliseconds at the finest; what is finer stands in the text.</summary>
    static string Micros(string time) =>
        $"cast(date_diff('second', timestamp '1970-01-01 00:00:00', date_trunc('second', {time})) * 1000000 + cast(substr(cast({time} as varchar), -6) as bigint) as varchar)";

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

    string Figure(string text) => $"concat(cast(count({text}) as {String}), ' ', cast(coalesce(sum({Hash(text)}), 0) as {String}))";

    static string Common(ColumnKind kind, string name, string text) => kind switch
    {
        ColumnKind.Binary => $"lower(hex({name}))",
        ColumnKind.Boolean => $"case when {name} then 'true' when not {name} then 'false' end",
        _ => $"cast({name} as {text})",
    };
}
