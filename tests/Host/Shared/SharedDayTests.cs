using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>A day on a lake whose catalog is in Postgres and whose tables are on S3, beside the same day in a folder.</summary>
[Collection("the demo day")]
public sealed class SharedDayTests(DemoDay day)
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task The_marts_of_a_bucket_are_those_of_a_folder_and_other_engines_read_them()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var servers = await SharedServers.StartAsync(cancel);
        day.Run.Exits(0);
        using var folder = new TempFolder();
        var refused = (await servers.TypeAsync(limit, "verify", "--data-dir", folder["sim"])).Exits(2);
        Assert.Contains("dartlake migrate", refused.Error, StringComparison.Ordinal);
        (await servers.TypeAsync(limit, "migrate", "--data-dir", folder["sim"])).Exits(0);
        (await servers.TypeAsync(DemoDay.Limit, "demo", "--trades", $"{DemoDay.Trades}", "--json", "--data-dir", folder.Path)).Exits(0);
        Gold.AssertSame(await Gold.ExportAsync(day.DataDir), await Gold.ExportAsync(servers.Place(folder["sim"])));
        (await servers.TypeAsync(limit, "verify", "--data-dir", folder["sim"])).Exits(0);
        Assert.False(Directory.Exists(folder["sim/warehouse"]), "tables of a shared lake lie nowhere but in the bucket");

        var ours = await TableSums.OfOursAsync(folder["sim"], Gold.Tables, environment: servers.Settings);
        var python = await TableSums.OfPyIcebergAsync(servers.Url, servers.Keys, null);
        var spark = await TableSums.OfSparkAsync(Gold.Tables, folder["spark"], servers.Jdbc);
        var ofGold = python.Figures.Where(f => ours.Figures.ContainsKey(f.Key)).ToDictionary(StringComparer.Ordinal);
        Assert.Empty(ours.Differences(new(ofGold)));
        Assert.Empty(ours.Differences(spark));
    }
}
