using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Catalogs;

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
    public async Task Views_and_tables_of_other_catalogs_in_the_database_lose_no_file_and_are_named()
    {
        await using var lake = await KeptLake.OpenAsync(4);
        await lake.AppendAsync((1, 5));
        var view = await OtherCatalogs.MakeViewAsync(lake.Lake);
        Assert.Equal("6", await OtherCatalogs.MakeTableAsync(lake.Lake.CatalogFile, "default", lake.Lake.Warehouse, "theirs.numbers"));
        await File.WriteAllTextAsync(Path.Combine(lake.Lake.Warehouse, "bronze", "all_types", "data", "lost.parquet"), "x", Cancel);
        lake.DateFiles();
        lake.Time.Advance(TimeSpan.FromDays(4));

        var found = await lake.FindOrphansAsync();
        Assert.Equal(2, found.Spared.Count);
        Assert.Contains(found.Spared, s => s.Why.StartsWith("the view bronze.seen is not", StringComparison.Ordinal));
        Assert.Contains(found.Spared, s => s.Why.StartsWith("theirs.numbers of the catalog 'default'", StringComparison.Ordinal));
        Assert.Equal(["lost.parquet"], (await lake.DeleteOrphansAsync()).Select(f => Path.GetFileName(f.Path)));
        Assert.Equal(view, await OtherCatalogs.ReadViewAsync(lake.Lake));
        Assert.Equal("6", await OtherCatalogs.ReadTableAsync(lake.Lake.CatalogFile, "default", "theirs.numbers"));
    }

    [Theory]
    [InlineData("lake")]
    [InlineData("warehouse")]
    public async Task A_table_that_is_named_through_a_link_loses_no_file(string to)
    {
        await using var lake = await KeptLake.OpenAsync(5);
        var link = Path.Combine(Directory.CreateTempSubdirectory("dartlake-link-").FullName, "second");
        Directory.CreateSymbolicLink(link, to == "lake" ? lake.Lake.DataDir : lake.Lake.Warehouse);
        Assert.Equal("6", await OtherCatalogs.MakeTableAsync(
            lake.Lake.CatalogFile, "lake", to == "lake" ? link + "/warehouse" : link, "theirs.numbers"));
        lake.DateFiles();
        lake.Time.Advance(TimeSpan.FromDays(4));

        Assert.Empty(await lake.DeleteOrphansAsync());
        Assert.Equal("6", await OtherCatalogs.ReadTableAsync(lake.Lake.CatalogFile, "lake", "theirs.numbers"));
        File.Delete(link);
    }

    [Fact]
    public async Task Below_a_table_without_garbage_collection_nothing_is_an_orphan()
    {
        await using var lake = await KeptLake.OpenAsync(6, ("gc.enabled", "false"));
        await lake.AppendAsync((1, 5));
        await File.WriteAllTextAsync(Path.Combine(lake.Lake.Warehouse, "bronze", "all_types", "data", "kept.parquet"), "x", Cancel);
        await File.WriteAllTextAsync(Path.Combine(lake.Lake.Warehouse, "bronze", "lost.parquet"), "x", Cancel);
        lake.DateFiles();
        lake.Time.Advance(TimeSpan.FromDays(4));
        Assert.Equal("gc.enabled is false for bronze.all_types", Assert.Single((await lake.FindOrphansAsync()).Spared).Why);
        Assert.Equal(["lost.parquet"], (await lake.DeleteOrphansAsync()).Select(f => Path.GetFileName(f.Path)));
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
