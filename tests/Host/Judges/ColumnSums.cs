using System.Text.Json;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>Per column of a table: how many values and a checksum that does not depend on the order of rows.</summary>
sealed record ColumnSums(string Table, long Rows, IReadOnlyDictionary<string, (long Count, string Checksum)> Columns)
{
    /// <summary>
    /// Ours, computed in SQL through the verb <c>sql</c>: the sum, modulo 2^64, of the first eight bytes of SHA-256 over each value's compact JSON.
    /// A column of doubles has a count only, for DuckDB cannot show a double's bits; Spark compares those.
    /// </summary>
    public static async Task<ColumnSums> OfOursAsync(string dataDir, TableContract contract)
    {
        var columns = contract.Columns.Select((c, i) => $"count({Quote(c.Name)}) as n{i}, {Checksum(c)} as s{i}");
        var row = await SqlRowAsync(dataDir, $"select count(*) as rows, {string.Join(", ", columns)} from {contract.Table}");
        return new(contract.Table!, row.GetProperty("rows").GetInt64(), contract.Columns.Select((c, i) => (c, i)).ToDictionary(
            pair => pair.c.Name,
            pair => (row.GetProperty($"n{pair.i}").GetInt64(), row.GetProperty($"s{pair.i}").GetString() ?? "0000000000000000")));
    }

    /// <summary>What PyIceberg reads, all tables in one process.</summary>
    public static async Task<IReadOnlyList<ColumnSums>> OfPyIcebergAsync(string dataDir, IEnumerable<string> tables)
    {
        var tool = Shared.Path("engines", "pyiceberg");
        var output = await Tool.RunAsync(tool,
            ["python", Path.Combine(AppContext.BaseDirectory, "Judges", "sum_tables.py"), Shared.Path("engines", "pyiceberg-tool.py"), Path.Combine(dataDir, "catalog.db"), .. tables]);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    /// <summary>The first row that the verb <c>sql</c> prints as JSON.</summary>
    public static async Task<JsonElement> SqlRowAsync(string dataDir, string sql)
    {
        var result = (await Exe.RunAsync(TimeSpan.FromMinutes(2), "sql", sql, "--data-dir", dataDir, "--format", "json")).Exits(0);
        return JsonDocument.Parse(result.Out).RootElement[0].Clone();
    }

    static ColumnSums Parse(string line)
    {
        var root = JsonDocument.Parse(line).RootElement;
        return new(root.GetProperty("table").GetString()!, root.GetProperty("rows").GetInt64(), root.GetProperty("columns").EnumerateObject().ToDictionary(
            column => column.Name,
            column => (column.Value.GetProperty("count").GetInt64(), column.Value.GetProperty("checksum").GetString()!)));
    }

    static string Checksum(ContractColumn column)
    {
        if (column.Type.Kind == ColumnKind.Double)
            return "'double'";
        var json = $"sha256({Json(column)})";
        return $"printf('%016x', (sum(('0x' || substr({json}, 1, 16))::ubigint) % 18446744073709551616)::ubigint)";
    }

    static string Json(ContractColumn column)
    {
        var name = Quote(column.Name);
        return column.Type.Kind switch
        {
            ColumnKind.String => $"to_json({name})::varchar",
            ColumnKind.Binary => $"'\"' || lower(hex({name})) || '\"'",
            ColumnKind.Decimal => $"'\"' || {name}::varchar || '\"'",
            ColumnKind.Date => $"'\"' || strftime({name}, '%Y-%m-%d') || '\"'",
            ColumnKind.Timestamptz => $"'\"' || strftime({name} at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%f') || '+00:00\"'",
            _ => $"{name}::varchar",
        };
    }

    internal static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
