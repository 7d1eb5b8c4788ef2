using System.Globalization;
using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Host.Tests.SharedLakes;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Targets;

/// <summary>
/// The end of a seeded day of three brokers, Redis, Postgres and S3 by Spark and Trino: their own histories have all bronze rows and all
/// staged rows, and DuckDB, Trino and Spark, each alone, build the same tables. Of <c>make test-stack</c>.
/// </summary>
public sealed class TargetStackTests
{
    static readonly TimeSpan patience = TimeSpan.FromMinutes(20);

    // no model reads dead letters
    static readonly IReadOnlyList<string> bronze =
    [
        .. TableContracts.All.Select(t => t.Table).OfType<string>().Where(t => t.StartsWith("bronze.", StringComparison.Ordinal))
            .Except(["bronze.dead_letters"]),
    ];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task The_end_of_a_day_by_Spark_and_Trino_is_that_of_DuckDB_Trino_and_Spark()
    {
        await using var day = await StackDay.StartAsync(20_000, Cancel);
        await using var spark = await SparkServer.StartAsync(day.Folder["spark"], day.Servers.Jdbc);
        await using var trino = await TrinoServer.StartAsync(day.Folder["trino"], day.Servers.Jdbc);
        var settings = day.Servers.With(
            ("DARTLAKE__Spark__Url", $"{spark.Url}"), ("DARTLAKE__Trino__Url", $"{trino.Url}"),
            ("DARTLAKE__Targets__Silver", "spark"), ("DARTLAKE__Targets__Gold", "trino"));

        var endOfDay = TypeAsync("eod", "--date", StackDay.Date);
        var byTrino = await trino.WorkUntilAsync(endOfDay);
        (await endOfDay).Exits(0);
        var bySpark = await spark.WorkAsync();
        await day.EndHotAsync();
        (await TypeAsync("verify")).Exits(0);
        (await TypeAsync("reconcile", "--date", StackDay.Date)).Exits(0);
        await AssertReadAsync(bySpark, CountAsync);
        await AssertWrittenAsync("silver", bySpark, CountAsync);
        await AssertWrittenAsync("gold", byTrino, CountAsync);

        var built = await ExportAsync();
        foreach (var engine in new[] { "duckdb", "trino", "spark" })
        {
            (await TypeAsync("run", "--date", StackDay.Date, "--target", engine)).Exits(0);
            Gold.AssertSame(built, await ExportAsync());
        }

        Task<Exe.Result> TypeAsync(params string[] line) =>
            SharedServers.TypeAsync(settings, patience, [.. line, "--data-dir", day.DataDir]);

        Task<IReadOnlyDictionary<string, string>> ExportAsync() => Gold.ExportAsync(day.Servers.Place(day.DataDir), Gold.OfModels);

        async Task<long> CountAsync(string from)
        {
            var answer = (await TypeAsync("sql", $"select count(*) from {from}", "--format", "csv")).Exits(0);
            return long.Parse(answer.Out.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>
    /// Of each bronze table that has rows some statement that wrote has read them all, with those of the other tables that it names.
    /// </summary>
    static async Task AssertReadAsync(IReadOnlyList<EngineWork> history, Func<string, Task<long>> count)
    {
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in bronze)
            rows[table] = await count(table);
        Assert.True(rows.Count(r => r.Value > 0) > 3);
        foreach (var (table, all) in rows.Where(r => r.Value > 0))
        {
            var readers = history.Where(w => w.Names(table) && w.Statement.Contains("insert into", StringComparison.Ordinal)).ToList();
            Assert.True(
                readers.Exists(w => w.Read >= rows.Where(r => w.Names(r.Key)).Sum(r => r.Value)),
                $"no statement has read the {all} rows of {table}: {string.Join(", ", readers.Select(w => w.Read))}");
        }
    }

    /// <summary>Some statement has written just the rows that each table of a layer has of the day.</summary>
    static async Task AssertWrittenAsync(string layer, IReadOnlyList<EngineWork> history, Func<string, Task<long>> count)
    {
        var tables = TableContracts.All.Where(t => t.Table?.Split('.')[0] == layer && t.Columns.Any(c => c.Name == "trade_date"))
            .Select(t => t.Table!);
        var written = 0L;
        foreach (var table in tables.Except(["gold.option_greeks"]))
        {
            var rows = await count($"{table} where trade_date = date '{StackDay.Date}'");
            var writers = history.Where(w => w.Fills(table.Replace('.', '_'))).ToList();
            Assert.True(
                rows == 0 || writers.Exists(w => w.Written == rows) || writers.Sum(w => w.Written) == rows,
                $"no statement wrote the {rows} rows of {table}: {string.Join(", ", writers.Select(w => w.Written))}");
            written += rows;
        }
        Assert.True(written > 1000);
    }
}
