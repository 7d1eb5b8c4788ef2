using System.Text.Json;
using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Host.Tests.Kill;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>A day's lake goes from a folder to Postgres and S3 and back; each copy is proven, and its rows are the same.</summary>
[Collection("the demo day")]
public sealed class LakeCopyTests(DemoDay day)
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(4);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lake_is_copied_to_the_services_of_a_firm_and_back_and_a_copy_that_was_killed_goes_on()
    {
        await using var servers = await SharedServers.StartAsync(Cancel);
        day.Run.Exits(0);
        using var folder = new TempFolder();
        var gold = await Gold.ExportAsync(day.DataDir);

        // killed once its first table is there
        using (var killed = new RunningJob(servers.Settings, "lake", "copy", "--to", SharedServers.Location, "--data-dir", day.DataDir))
        {
            await killed.SaysAsync("copied", limit);
            await killed.KillAsync();
        }
        Assert.Empty(JsonDocument.Parse((await servers.TypeAsync(limit, "table", "ls", "--json", "--data-dir", folder["far"])).Exits(0).Out).RootElement.EnumerateArray());
        var there = JsonDocument.Parse(
            (await servers.TypeAsync(limit, "lake", "copy", "--to", SharedServers.Location, "--json", "--data-dir", day.DataDir)).Exits(0).Out).RootElement;
        Assert.True(there.GetProperty("kept").GetInt64() > 0, "what an earlier copy has brought is not brought again");
        var twice = (await servers.TypeAsync(limit, "lake", "copy", "--to", SharedServers.Location, "--data-dir", day.DataDir)).Exits(2);
        Assert.Contains("has tables already", twice.Error, StringComparison.Ordinal);

        (await servers.TypeAsync(limit, "verify", "--data-dir", folder["far"])).Exits(0);
        Gold.AssertSame(gold, await Gold.ExportAsync(servers.Place(folder["far"])));
        var runs = (await servers.TypeAsync(limit, "runs", "ls", "--json", "--data-dir", folder["far"])).Exits(0).Out;
        Assert.Equal((await Exe.RunAsync(limit, "runs", "ls", "--json", "--data-dir", day.DataDir)).Exits(0).Out, runs);
        var ours = await TableSums.OfOursAsync(day.DataDir, Gold.Tables);
        var spark = await TableSums.OfSparkAsync(Gold.Tables, folder["spark"], servers.Jdbc);
        Assert.Empty(ours.Differences(spark));

        (await servers.TypeAsync(limit, "lake", "copy", "--to", folder["home"], "--data-dir", day.DataDir)).Exits(0);
        (await Exe.RunAsync(limit, "verify", "--data-dir", folder["home"])).Exits(0);
        Gold.AssertSame(gold, await Gold.ExportAsync(folder["home"]));
        // nothing is missing that an end of day asks for: the day stands as it was published
        (await Exe.RunAsync(limit, "eod", "--date", "2026-09-22", "--data-dir", folder["home"])).Exits(0);
        Assert.Contains("nothing to do", (await Exe.RunAsync(limit, "runs", "ls", "--json", "--data-dir", folder["home"])).Exits(0).Out, StringComparison.Ordinal);
    }

    /// <summary>Whoever names the tables first has made the copy; the other says that there is one.</summary>
    [Fact]
    public async Task Of_two_copies_to_one_place_at_once_one_is_made_and_the_other_ends_in_a_line()
    {
        await using var servers = await SharedServers.StartAsync(Cancel);
        day.Run.Exits(0);
        using var folder = new TempFolder();
        var gold = await Gold.ExportAsync(day.DataDir);
        await AtOnceAsync(servers, "lake", "copy", "--to", SharedServers.Location, "--data-dir", day.DataDir);
        Gold.AssertSame(gold, await Gold.ExportAsync(servers.Place(folder["far"])));
        await AtOnceAsync(servers, "lake", "copy", "--to", folder["home"], "--data-dir", folder["far"]);
        (await Exe.RunAsync(limit, "verify", "--data-dir", folder["home"])).Exits(0);
        Gold.AssertSame(gold, await Gold.ExportAsync(folder["home"]));
    }

    static async Task AtOnceAsync(SharedServers servers, params string[] line)
    {
        var ends = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => servers.TypeAsync(limit, line)));
        Assert.Single(ends, end => end.ExitCode == 0);
        var other = Assert.Single(ends, end => end.ExitCode != 0);
        var last = other.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.True(other.ExitCode is 1 or 2 && last.StartsWith("dartlake: ", StringComparison.Ordinal), other.Error);
        Assert.DoesNotContain("unexpected", other.Error, StringComparison.Ordinal);
        Assert.True(last.Contains("has tables already", StringComparison.Ordinal), other.Error);
    }

    [Fact]
    public async Task A_copy_that_cannot_be_meant_is_refused()
    {
        using var folder = new TempFolder();
        Assert.Contains("DARTLAKE__Lake__Catalog", (await Exe.RunAsync(limit, "lake", "copy", "--to", "s3://lake/firm", "--data-dir", day.DataDir)).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("lake backup", (await Exe.RunAsync(limit, "lake", "copy", "--to", folder["b"], "--data-dir", day.DataDir)).Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("--data-dir", (await Exe.RunAsync(limit, "lake", "copy", "--to", "s3://lake/firm", "--data-dir", folder["none"])).Exits(2).Error, StringComparison.Ordinal);
    }
}
