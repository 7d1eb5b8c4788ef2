namespace Dart.Lake.Host.Tests;

[Collection("the demo day")]
public sealed class SameBytesTests(DemoDay day)
{
    [Fact]
    public async Task Gold_is_the_same_bytes_with_one_thread_one_partition_and_another_cadence()
    {
        day.Run.Exits(0);
        var expected = await Gold.ExportAsync(day.DataDir);
        using var folder = new TempFolder();
        using var process = Exe.Start(
            new Dictionary<string, string> { ["DARTLAKE__DuckDb__Threads"] = "1" },
            "demo", "--trades", $"{DemoDay.Trades}", "--partitions", "1", "--commit-interval", "150", "--json", "--data-dir", folder.Path);
        (await Exe.EndAsync(process, DemoDay.Limit)).Exits(0);
        Gold.AssertSame(expected, await Gold.ExportAsync(folder["sim"]));
    }

    [Fact]
    public async Task Another_seed_is_another_day()
    {
        day.Run.Exits(0);
        using var folder = new TempFolder();
        (await Exe.RunAsync(TimeSpan.FromMinutes(4), "demo", "--trades", "2000", "--seed", "2", "--json", "--data-dir", folder.Path)).Exits(0);
        var (ours, other) = (await Gold.ExportAsync(day.DataDir), await Gold.ExportAsync(folder["sim"]));
        Assert.NotEqual(ours["gold.daily_pnl"], other["gold.daily_pnl"]);
    }
}
