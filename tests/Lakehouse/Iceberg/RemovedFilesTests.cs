using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Tests.Maintenance;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

/// <summary>What a commit takes out stands in a manifest of its own, which readers skip and the next commit leaves out.</summary>
public sealed class RemovedFilesTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("remove")]
    [InlineData("replace")]
    [InlineData("compact")]
    public async Task Live_manifests_have_no_deleted_entry_and_one_of_deletions_only_is_gone_after_the_next_commit(string how)
    {
        await using var lake = await KeptLake.OpenAsync(1);
        await lake.AppendAsync((1, 2), (2, 3));
        await lake.AppendAsync((1, 4), (2, 5));
        var files = (await lake.PlanAsync(new())).Files;
        var gone = files.Where(f => f.RecordCount is 2 or 4).ToList();
        var put = await lake.FileAsync(1, 6);
        await (how switch
        {
            "remove" => lake.CommitAsync(_ => new TableIntent { Remove = gone.Select(f => f.Path).ToHashSet() }),
            "replace" => lake.CommitAsync(_ => new TableIntent { Add = [put], Replace = [put.Partition] }),
            _ => (Task)lake.CompactAsync(),
        });
        var taken = how == "compact" ? files : gone;

        var after = await ManifestsAsync(lake);
        Assert.All(after.Where(m => m.File.MayHaveLiveFiles), m => Assert.All(m.Entries, e => Assert.True(e.IsLive)));
        var deletions = Assert.Single(after, m => !m.File.MayHaveLiveFiles);
        Assert.Equal(taken.Select(f => f.Path).Order(), deletions.Entries.Select(e => e.File.Path).Order());
        Assert.All(deletions.Entries, e => Assert.Equal(EntryStatus.Deleted, e.Status));
        Assert.Equal((taken.Count, taken.Sum(f => f.RecordCount)), (deletions.File.DeletedFiles!.Value, deletions.File.DeletedRows!.Value));
        await OthersReadAsync(lake);

        await lake.AppendAsync((3, 1));
        Assert.All(await ManifestsAsync(lake), m => Assert.True(m.File.MayHaveLiveFiles));
        await OthersReadAsync(lake);
    }

    static async Task<IReadOnlyList<(ManifestFile File, IReadOnlyList<ManifestEntry> Entries)>> ManifestsAsync(KeptLake lake)
    {
        var (table, store) = ((await lake.LoadAsync()).Metadata, new ManifestStore(lake.Lake.Store));
        var manifests = new List<(ManifestFile, IReadOnlyList<ManifestEntry>)>();
        foreach (var manifest in await store.ListAsync(table, table.CurrentSnapshot!, Cancel))
            manifests.Add((manifest, await store.EntriesAsync(table, manifest, Cancel)));
        return manifests;
    }

    /// <summary>PyIceberg finds as many rows as our plan has, Java the same files.</summary>
    static async Task OthersReadAsync(KeptLake lake)
    {
        var files = (await lake.PlanAsync(new())).Files;
        var rows = await Judge.PyIcebergAsync(lake.Lake.CatalogFile, "read", KeptLake.Ident.ToString());
        Assert.Equal(files.Sum(f => f.RecordCount), rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(files.Select(f => f.Path).ToHashSet(), await Judge.JavaPlanAsync((await lake.LoadAsync()).MetadataLocation));
    }
}
