using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>
/// A demo that was killed goes on: what is sent again is a duplicate, what was
/// cut is not sent again, and the marts are those of a day without a kill.
/// </summary>
[Collection("the demo day")]
public sealed class DemoKillTests(DemoDay day)
{
    /// <summary>They hold no count of rows of bronze, which an interrupted day has more of.</summary>
    static readonly string[] marts = ["gold.daily_pnl", "gold.lots_eod", "gold.ohlcv_1m", "gold.option_greeks", "gold.portfolio_summary", "gold.positions_eod", "gold.risk_metrics"];

    /// <param name="moments">What the demo says when it is killed; a progress line is
    /// a sample, so the first is any of the day's, mostly while it is sent.</param>
    [Theory]
    [InlineData("2026-09-22 ")]
    [InlineData("2026-09-21 end of day", "2026-09-22 end of day")]
    public async Task A_killed_demo_run_again_gives_the_same_marts(params string[] moments)
    {
        day.Run.Exits(0);
        using var folder = new TempFolder();
        string[] arguments = ["demo", "--trades", $"{DemoDay.Trades}", "--data-dir", folder.Path];
        foreach (var moment in moments)
        {
            using var demo = new RunningJob(arguments);
            await demo.SaysAsync(moment, DemoDay.Limit);
            await demo.KillAsync();
        }
        await GoesOnAsync(folder);
    }

    [Theory]
    [InlineData(InterruptedDay.Instant.MarkersInBronze)]
    [InlineData(InterruptedDay.Instant.CutWithoutBronze)]
    [InlineData(InterruptedDay.Instant.CutWithoutLate)]
    [InlineData(InterruptedDay.Instant.LateInBronze)]
    internal async Task A_demo_that_died_around_the_cut_run_again_gives_the_same_marts(InterruptedDay.Instant instant)
    {
        day.Run.Exits(0);
        using var folder = new TempFolder();
        await InterruptedDay.LeaveAsync(folder["sim"], new(2026, 9, 22), DemoDay.Trades, instant, TestContext.Current.CancellationToken);
        await GoesOnAsync(folder);
    }

    [Fact]
    public async Task What_is_late_is_sent_when_the_day_is_cut()
    {
        day.Run.Exits(0);
        var cancel = TestContext.Current.CancellationToken;
        await using var lake = await Lake.OpenAsync(day.DataDir, TimeProvider.System, IdSource.System, cancel);
        var cuts = (await lake.Catalog.TryLoadAsync(new("ops", "hot_close"), cancel))!.Metadata.Snapshots.Select(cut => cut.TimestampMs).Order().ToList();
        await using var engine = DuckDbEngine.Open(new DuckDbOptions
        {
            AllowedFolders = [day.DataDir],
            Threads = Environment.ProcessorCount,
            MemoryLimitBytes = 1L << 30,
        });
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), cancel);
        await using var result = await session.QueryAsync("""
            select c.trade_date, cast(min(epoch_ms(t._timestamp)) as bigint) from bronze.trades t join ops.hot_close c on c.kind = 'OFFSET'
                and c._log_id = t._log_id and c._topic = t._topic and c._kafka_partition = t._kafka_partition
            where t._offset >= c.next_offset group by c.trade_date order by 1
            """, cancel);
        var late = (await result.ReadRowsAsync(10, cancel)).Select(row => (long)row[1]!).ToList();
        Assert.Equal((2, 2), (cuts.Count, late.Count));
        Assert.All(late.Zip(cuts), pair => Assert.True(pair.First >= pair.Second, $"sent at {pair.First}, the day was cut at {pair.Second}"));
    }

    async Task GoesOnAsync(TempFolder folder)
    {
        string[] arguments = ["demo", "--trades", $"{DemoDay.Trades}", "--data-dir", folder.Path];
        var run = (await Exe.RunAsync(DemoDay.Limit, arguments)).Exits(0);
        Assert.Contains("2026-09-22: 10 late events in bronze.trades, not in eod-2026-09-22", run.Out, StringComparison.Ordinal);
        (await Exe.RunAsync(DemoDay.Limit, "verify", "--data-dir", folder["sim"])).Exits(0);
        foreach (var date in new[] { "2026-09-21", "2026-09-22" })
            (await Exe.RunAsync(DemoDay.Limit, "reconcile", "--date", date, "--data-dir", folder["sim"])).Exits(0);
        var (expected, actual) = (await Gold.ExportAsync(day.DataDir), await Gold.ExportAsync(folder["sim"]));
        Assert.All(marts, mart => Assert.Equal(expected[mart], actual[mart]));
    }

    [Fact]
    public async Task A_demo_that_is_stopped_says_so_and_has_not_succeeded()
    {
        using var folder = new TempFolder();
        using var demo = new RunningJob("demo", "--trades", $"{DemoDay.Trades}", "--data-dir", folder.Path);
        await demo.SaysAsync("2026-09-21 ", DemoDay.Limit);
        Assert.Equal(1, await demo.TerminateAsync());
        Assert.Contains("dartlake: stopped before it was done", demo.Said, StringComparison.Ordinal);
    }
}
