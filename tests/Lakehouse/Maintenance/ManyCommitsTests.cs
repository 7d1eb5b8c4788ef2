using Dart.Lake.Lakehouse.Iceberg.Commits;

namespace Dart.Lake.Lakehouse.Tests.Maintenance;

/// <summary>The short form of the bench of a day's commits: what each commit writes anew has an end. Times are the bench's.</summary>
public sealed class ManyCommitsTests
{
    [Fact]
    public async Task Metadata_and_manifests_of_a_stream_stop_growing()
    {
        await using var lake = await KeptLake.OpenAsync(6, ("commit.manifest.min-count-to-merge", "20"));
        await CommitAsync(150);
        var early = await SizesAsync();
        await CommitAsync(450);
        var late = await SizesAsync();

        Assert.Equal(101, late.Snapshots);
        Assert.InRange(late.MetadataBytes, 1, early.MetadataBytes * 21 / 20);
        Assert.InRange(late.Manifests, 1, 40);
        Assert.Equal(600, (await lake.PlanAsync(new())).Files.Count);

        async Task CommitAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                lake.Time.Advance(TimeSpan.FromSeconds(1));
                await lake.CommitAsync(_ => new TableIntent { Add = [Iceberg.TempLake.File(20_000, $"f{lake.Time.GetUtcNow():HHmmss}")] });
            }
        }

        async Task<(int Snapshots, long MetadataBytes, int Manifests)> SizesAsync()
        {
            var table = await lake.LoadAsync();
            return (
                table.Metadata.Snapshots.Count,
                new FileInfo(table.MetadataLocation["file://".Length..]).Length,
                await lake.Lake.Scan.ManifestsAsync(table, TestContext.Current.CancellationToken));
        }
    }
}
