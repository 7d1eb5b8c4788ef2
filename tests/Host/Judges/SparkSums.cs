using System.Text.Json;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>The same sums in SQL that DuckDB and Spark both speak, so that one text is compared with the other's answer.</summary>
static class SparkSums
{
    /// <summary>Spark's answers, all tables in one session; keys are table and column.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> OfSparkAsync(string dataDir, IReadOnlyList<TableContract> tables, string folder)
    {
        var spark = Shared.Path("engines", "spark");
        var queries = tables.Select(t => Query(t, $"lake.{t.Table}", SparkText, "conv(substr(sha2({0}, 256), 1, 12), 16, 10)"));
        var output = await Tool.RunAsync(spark, ["sql", folder, .. queries], new Dictionary<string, string>
        {
            ["LAKE_CATALOG_TYPE"] = "jdbc",
            ["LAKE_JDBC_URL"] = $"jdbc:sqlite:{Path.Combine(dataDir, "catalog.db")}",
            ["LAKE_WAREHOUSE"] = Path.Combine(folder, "unused"),
        });
        var lines = output.Split('\n').Where(line => line.StartsWith('{')).ToList();
        Assert.Equal(tables.Count, lines.Count);
        return tables.Zip(lines).SelectMany(pair => Flatten(pair.First, JsonDocument.Parse(pair.Second).RootElement)).ToDictionary();
    }

    /// <summary>Ours.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> OfOursAsync(string dataDir, IReadOnlyList<TableContract> tables)
    {
        var sums = new Dictionary<string, string>();
        foreach (var table in tables)
        {
            var query = Query(table, table.Table!, DuckText, "('0x' || substr(sha256({0}), 1, 12))::bigint");
            foreach (var (name, value) in Flatten(table, await ColumnSums.SqlRowAsync(dataDir, query)))
                sums[name] = value;
        }
        return sums;
    }

    static string Query(TableContract table, string name, Func<ContractColumn, string> text, string number)
    {
        var columns = table.Columns.Select((c, i) =>
            $"count({text(c)}) as n{i}, cast(sum(cast({number.Replace("{0}", text(c), StringComparison.Ordinal)} as decimal(38,0))) as {(text == SparkText ? "string" : "varchar")}) as s{i}");
        return $"select cast(count(*) as bigint) as n, {string.Join(", ", columns)} from {name}";
    }

    // doubles are compared at twelve places, as the rules of numbers say
    static string SparkText(ContractColumn c) => c.Type.Kind switch
    {
        ColumnKind.Timestamptz => $"cast(unix_micros(`{c.Name}`) as string)",
        ColumnKind.Date => $"cast(datediff(`{c.Name}`, date'1970-01-01') as string)",
        ColumnKind.Binary => $"lower(hex(`{c.Name}`))",
        ColumnKind.Double => $"cast(cast(round(`{c.Name}`, 9) as decimal(30,9)) as string)",
        ColumnKind.Boolean => $"case when `{c.Name}` then 'true' when not `{c.Name}` then 'false' end",
        _ => $"cast(`{c.Name}` as string)",
    };

    static string DuckText(ContractColumn c)
    {
        var name = ColumnSums.Quote(c.Name);
        return c.Type.Kind switch
        {
            ColumnKind.Timestamptz => $"epoch_us({name})::varchar",
            ColumnKind.Date => $"datediff('day', date '1970-01-01', {name})::varchar",
            ColumnKind.Binary => $"lower(hex({name}))",
            ColumnKind.Double => $"round({name}, 9)::decimal(30,9)::varchar",
            ColumnKind.Boolean => $"case when {name} then 'true' when not {name} then 'false' end",
            _ => $"{name}::varchar",
        };
    }

    static IEnumerable<(string, string)> Flatten(TableContract table, JsonElement row)
    {
        yield return ($"{table.Table} rows", row.GetProperty("n").ToString());
        for (var i = 0; i < table.Columns.Count; i++)
            yield return ($"{table.Table}.{table.Columns[i].Name}",
                $"{row.GetProperty($"n{i}")} values, {(row.TryGetProperty($"s{i}", out var sum) && sum.ValueKind != JsonValueKind.Null ? sum.ToString() : "none")}");
    }
}
