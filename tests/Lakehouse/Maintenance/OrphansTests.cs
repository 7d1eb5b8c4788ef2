using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Maintenance;

public sealed class OrphansTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_old_files_of_the_kinds_of_tables_that_nothing_names_go()
    {
        await using var lake = await KeptLake.OpenAsync(1);
        await lake.AppendAsync((1, 5));
        var folder = Path.Combine(lake.Lake.Warehouse, "bronze", "all_types", "data");
        string[] old = ["lost.parquet", "lost.parquet.draft-4711-1", "00009-x.metadata.json", "snap-1-1-x.avro"];
        foreach (var name in old.Append("notes.txt"))
            await File.WriteAllTextAsync(Path.Combine(folder, name), "x", Cancel);
        var outside = Directory.CreateTempSubdirectory("dartlake-outside-").FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "theirs.parquet"), "x", Cancel);
        File.SetLastWriteTimeUtc(Path.Combine(outside, "theirs.parquet"), DateTime.UnixEpoch);
        Directory.CreateSymbolicLink(Path.Combine(folder, "link"), outside);
        lake.DateFiles();
        lake.Time.Advance(TimeSpan.FromDays(4));
        await File.WriteAllTextAsync(Path.Combine(folder, "young.parquet"), "x", Cancel);
        var before = (await lake.PlanAsync(new())).Files;

        Assert.Equal(old.Order(), (await lake.DeleteOrphansAsync()).Select(f => Path.GetFileName(f.Path)).Order());
        Assert.Empty(await lake.DeleteOrphansAsync());
        Assert.All(before, f => Assert.True(File.Exists(FileLocation.ToPath(f.Path))));
        Assert.True(File.Exists(Path.Combine(folder, "young.parquet")));
        Assert.True(File.Exists(Path.Combine(folder, "notes.txt")));
        Assert.True(File.Exists(Path.Combine(outside, "theirs.parquet")));
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public async Task A_table_that_cannot_be_read_makes_no_orphans()
    {
        await using var lake = await KeptLake.OpenAsync(2);
        await lake.AppendAsync((1, 5));
        await lake.Lake.Catalog.CreateAsync(new("gold", "other"), Iceberg.TempLake.ByDay, Cancel);
        lake.DateFiles();
        lake.Time.Advance(TimeSpan.FromDays(4));
        File.Delete(FileLocation.ToPath((await lake.LoadAsync()).MetadataLocation));
        await using var fresh = await Lake.OpenAsync(lake.Lake.DataDir, lake.Time, IdSource.Seeded(5), Cancel);
        var refused = await Assert.ThrowsAsync<LakeException>(() => new Orphans(fresh, lake.Time).FindAsync(Orphans.DefaultAge, Cancel));
        Assert.Contains("bronze.all_types", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_age_of_less_than_a_day_is_refused()
    {
        await using var lake = await KeptLake.OpenAsync(3);
        var refused = await Assert.ThrowsAsync<LakeException>(
            () => new Orphans(lake.Lake, lake.Time).FindAsync(TimeSpan.FromHours(23), Cancel));
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
    }
}
