using System.Globalization;

namespace Dart.Lake.Host.Tests.Targets;

/// <summary>The same models build the same rows on a real Spark and a real Trino, over tables on S3 and a catalog in Postgres.</summary>
public sealed class TargetDayTests
{
    static readonly Dictionary<string, string> firm = new()
    {
        ["DARTLAKE__Targets__Silver"] = "spark",
        ["DARTLAKE__Targets__Gold"] = "trino",
    };

    /// <summary>As docs/models.md has it.</summary>
    const string DocumentedRun = "dartlake run --date 2026-09-22 --target {0}";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silver_by_Spark_and_gold_by_Trino_are_what_DuckDB_builds_to_the_byte()
    {
        await using var lake = await TargetLake.StartAsync(2000, Cancel);
        var expected = await lake.ExportAsync();
        (await lake.TypeAsync(firm, "run", "--date", TargetLake.Day)).Exits(0);
        Gold.AssertSame(expected, await lake.ExportAsync());
        Assert.Empty(await lake.LeftAsync(Cancel));
        (await lake.TypeAsync("verify")).Exits(0);
        // the log has the statement as text of the protocol, in which quotes are escaped
        Assert.Contains(await lake.Spark.StatementsAsync(), s => s.Contains("insert into", StringComparison.Ordinal)
            && s.Contains("silver_trades_", StringComparison.Ordinal));
        var written = await lake.Trino.RowsAsync(
            "SELECT query FROM system.runtime.queries WHERE state = 'FINISHED' AND query LIKE 'insert into \"lake\".\"run_staging\".\"gold_daily_pnl_%'");
        Assert.NotEmpty(written);
        var marts = (await lake.TypeAsync("sql", $"select count(distinct publication) from (select trade_date, publication from gold.daily_pnl union all select trade_date, publication from gold.option_greeks union all select trade_date, publication from gold.risk_metrics) where trade_date = date '{TargetLake.Day}'", "--format", "csv")).Exits(0);
        Assert.Equal("1", marts.Out.Trim().Split('\n')[^1]);
    }

    [Fact]
    public void The_line_of_the_docs_is_the_one_that_is_run() =>
        Assert.Contains(
            string.Format(CultureInfo.InvariantCulture, DocumentedRun, "trino"),
            File.ReadAllText(Path.Combine(Checkout.Root, "docs", "models.md")),
            StringComparison.Ordinal);

    [Theory(Explicit = true)]
    [InlineData("trino")]
    [InlineData("spark")]
    public async Task One_engine_builds_the_whole_day_as_DuckDB_does(string target)
    {
        await using var lake = await TargetLake.StartAsync(20_000, Cancel);
        var expected = await lake.ExportAsync();
        (await lake.TypeAsync(string.Format(CultureInfo.InvariantCulture, DocumentedRun, target).Split(' ')[1..])).Exits(0);
        Gold.AssertSame(expected, await lake.ExportAsync());
        Assert.Empty(await lake.LeftAsync(Cancel));
    }

    /// <summary>A run is told to be dead when its lease has not been renewed for so long, and only then is what it left swept.</summary>
    static readonly TimeSpan untilDead = TimeSpan.FromSeconds(35);

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(90)]
    [InlineData(170)]
    public async Task A_run_that_is_killed_leaves_the_day_as_it_was_and_the_next_one_clears_up(int lines)
    {
        await using var lake = await TargetLake.StartAsync(2000, Cancel);
        var expected = await lake.ExportAsync();
        var publications = await lake.PublicationsAsync();
        await lake.KillAsync(firm, lines, "run", "--date", TargetLake.Day);
        Assert.Equal(publications, await lake.PublicationsAsync());
        Gold.AssertSame(expected, await lake.ExportAsync());
        await Task.Delay(untilDead, TimeProvider.System, Cancel);
        (await lake.TypeAsync(firm, "run", "--date", TargetLake.Day)).Exits(0);
        Gold.AssertSame(expected, await lake.ExportAsync());
        Assert.Empty(await lake.LeftAsync(Cancel));
    }

    [Fact(Explicit = true)]
    public async Task An_end_of_day_by_Spark_and_Trino_is_one_publication()
    {
        await using var lake = await TargetLake.StartAsync(2000, Cancel);
        (await lake.TypeAsync(firm, "eod", "--from", "2026-09-23", "--to", "2026-09-23", "--without-hot")).Exits(0);
        var expected = await lake.ExportAsync();
        Assert.Empty(await lake.LeftAsync(Cancel));
        (await lake.TypeAsync("run", "--date", "2026-09-23", "--target", "duckdb")).Exits(0);
        Gold.AssertSame(expected, await lake.ExportAsync());
    }
}
