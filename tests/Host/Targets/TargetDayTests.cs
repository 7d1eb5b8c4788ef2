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
        Assert.False(await lake.LoadsDuckDbAsync(firm, "run", "--date", TargetLake.Day, "--select", "trades", "risk_metrics"));
        Assert.True(await lake.LoadsDuckDbAsync(firm, "run", "--date", TargetLake.Day, "--select", "option_greeks"));
        await PlansAsync(lake);
    }

    /// <summary>What one engine does not know is told by model and line before anything is built.</summary>
    static async Task PlansAsync(TargetLake lake)
    {
        var project = lake.Own("""
            select trade_date, account,
                list_sum([total_day]) as total
            from {{ source('gold', 'daily_pnl') }}
            where trade_date = date '{{ var("trade_date") }}'
            """, "[{name: trade_date, data_type: date}, {name: account, data_type: varchar}, {name: total, data_type: 'decimal(38, 4)'}]");
        string[] plan = ["plan", "--date", TargetLake.Day, "--project-dir", project, "--target"];
        (await lake.TypeAsync([.. plan, "duckdb"])).Exits(0);
        foreach (var engine in new[] { "trino", "spark" })
        {
            var line = Assert.Single((await lake.TypeAsync([.. plan, engine])).Exits(2).Error.TrimEnd('\n').Split('\n'));
            // the line of the file, and no place in a text that nobody has seen
            Assert.Contains("models/listed.sql:2 (", line, StringComparison.Ordinal);
            Assert.DoesNotMatch("line [0-9]+[ ,:]", line);
        }
        foreach (var engine in new[] { "trino", "spark" })
            (await lake.TypeAsync("plan", "--date", TargetLake.Day, "--target", engine)).Exits(0);
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
        await lake.KillAsync(firm, lines, "run", "--date", TargetLake.Day);
        // all tables are of one publication, be it the new one when it was killed behind its commit
        Assert.Single(await lake.PublicationsAsync());
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
        // another value of a var makes published days be built again
        string[] vars = ["--vars", "{stale_mark_days: 4}"];
        (await lake.TypeAsync(firm, ["eod", "--date", TargetLake.Day, .. vars])).Exits(0);
        var (expected, publication) = (await lake.ExportAsync(), Assert.Single(await lake.PublicationsAsync()));
        Assert.Empty(await lake.LeftAsync(Cancel));
        (await lake.TypeAsync(["run", "--date", TargetLake.Day, "--target", "duckdb", .. vars])).Exits(0);
        Gold.AssertSame(expected, await lake.ExportAsync());
        Assert.NotEqual(publication, Assert.Single(await lake.PublicationsAsync()));
    }

    [Fact(Explicit = true)]
    public async Task A_day_that_somebody_has_deleted_is_seen_and_built_again()
    {
        await using var lake = await TargetLake.StartAsync(2000, Cancel);
        var expected = await lake.ExportAsync();
        Assert.Contains("nothing to do", (await lake.TypeAsync(firm, "eod", "--date", TargetLake.Day)).Exits(0).Out, StringComparison.Ordinal);
        await lake.Trino.RowsAsync("DELETE FROM lake.gold.daily_pnl WHERE trade_date = DATE '2026-09-22'");
        var built = (await lake.TypeAsync(firm, "eod", "--date", TargetLake.Day)).Exits(0);
        Assert.Contains("gold.daily_pnl", built.Out, StringComparison.Ordinal);
        Gold.AssertSame(expected, await lake.ExportAsync());
    }

    /// <summary>What docs/connect.md says that a reader may rely on.</summary>
    [Fact(Explicit = true)]
    public async Task Who_reads_while_a_day_is_replaced_sees_one_publication_in_each_table_and_the_same_at_a_tag()
    {
        await using var lake = await TargetLake.StartAsync(2000, Cancel);
        const string mixed = "SELECT count(*) FROM (SELECT trade_date FROM lake.gold.{0} GROUP BY trade_date HAVING count(DISTINCT publication) > 1) m";
        const string tagged = "SELECT sum(total_day), count(*), max(publication) FROM lake.gold.portfolio_summary FOR VERSION AS OF 'eod-2026-09-22'";
        var at = (await lake.Trino.RowsAsync(tagged)).Single();
        var (reads, publications) = (0, new HashSet<string>(StringComparer.Ordinal));
        var replacing = Task.Run(async () =>
        {
            for (var times = 0; times < 3; times++)
                (await lake.TypeAsync("run", "--date", TargetLake.Day)).Exits(0);
        }, Cancel);
        while (!replacing.IsCompleted)
        {
            foreach (var table in new[] { "daily_pnl", "positions_eod", "risk_metrics" })
                Assert.Equal("0", (await lake.Trino.RowsAsync(string.Format(CultureInfo.InvariantCulture, mixed, table))).Single().Single());
            Assert.Equal(at, (await lake.Trino.RowsAsync(tagged)).Single());
            publications.UnionWith((await lake.Trino.RowsAsync(
                "SELECT DISTINCT publication FROM lake.gold.daily_pnl WHERE trade_date = DATE '2026-09-22'")).Select(r => r[0]));
            reads++;
        }
        await replacing;
        Assert.True(reads > 3 && publications.Count > 2, $"{reads} reads saw {publications.Count} publications");
    }
}
