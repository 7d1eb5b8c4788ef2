namespace Dart.Lake.Host.Tests.Kill;

/// <summary>A demo that was killed goes on: what is sent again is a duplicate, what was cut is not sent again, and the marts are those of a day without a kill.</summary>
[Collection("the demo day")]
public sealed class DemoKillTests(DemoDay day)
{
    /// <summary>They hold no count of rows of bronze, which an interrupted day has more of.</summary>
    static readonly string[] marts = ["gold.daily_pnl", "gold.lots_eod", "gold.ohlcv_1m", "gold.option_greeks", "gold.portfolio_summary", "gold.positions_eod", "gold.risk_metrics"];

    /// <param name="moments">What the demo says when it is killed; a progress line is a sample, so the first is any of the day's, mostly while it is sent.</param>
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
