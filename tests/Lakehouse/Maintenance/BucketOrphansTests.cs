using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Tests.Catalogs;
using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Maintenance;

/// <summary>Files of a bucket that no table names.</summary>
public sealed class BucketOrphansTests(SharedLakes lakes) : IClassFixture<SharedLakes>
{
    static readonly TableIdent trades = new("bronze", "trades");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_old_files_of_tables_that_nothing_names_go_and_never_those_of_another_lake()
    {
        var time = new ShiftedTime(TimeProvider.System.GetUtcNow());
        await using var lake = await lakes.OpenInBucketAsync(time);
        await using var beside = await lakes.OpenInBucketAsync(time);
        // a lake in the folder of another one's tables
        var within = beside.Place with
        {
            Catalog = await lakes.NewCatalogAsync(),
            Location = $"{lake.Lake.WarehouseLocation}/second",
            DataDir = Directory.CreateTempSubdirectory("lake-").FullName,
        };
        await using var second = await TempLake.OpenAsync(within, seed: 3, time);
        var kept = new List<(TempLake, string)>();
        foreach (var each in new[] { lake, beside, second })
            foreach (var file in await FillAsync(each))
                kept.Add((each, file));
        var data = $"{lake.Lake.WarehouseLocation}/bronze/trades/data";
        string[] lost = [.. Enumerable.Range(0, 9).Select(i => $"{data}/trade_date={i}/lost.parquet"), $"{data}/snap-1-1-x.avro"];
        foreach (var file in lost.Append($"{data}/notes.txt"))
            await lake.Lake.Store.WriteNewAsync(file, "x"u8.ToArray(), Cancel);
        await second.Lake.Store.WriteNewAsync($"{second.Lake.WarehouseLocation}/lost.parquet", "x"u8.ToArray(), Cancel);
        kept.Add((lake, $"{data}/notes.txt"));
        kept.Add((second, $"{second.Lake.WarehouseLocation}/lost.parquet"));

        // they are young
        Assert.Empty((await FindAsync(lake, time)).Orphans);
        time.Advance(TimeSpan.FromDays(4));
        var found = await FindAsync(lake, time);
        Assert.Equal(lost.Order(StringComparer.Ordinal), found.Orphans.Select(f => f.Path));
        Assert.Contains(found.Spared, s => s.Path == within.Location && s.Why.Contains("another lake", StringComparison.Ordinal));
        var (deleted, failure) = await new Orphans(lake.Lake, time).DeleteAsync(found.Orphans, Cancel);
        Assert.Equal((lost.Length, null), (deleted.Count, failure));
        Assert.Empty((await FindAsync(lake, time)).Orphans);
        foreach (var (owner, file) in kept)
            await using (var there = await owner.Lake.Store.TryOpenAsync(file, Cancel))
                Assert.True(there is not null, file);
    }

    /// <summary>Tables whose paths have the scheme that Hadoop's programs write.</summary>
    [Fact]
    public async Task A_file_that_is_named_with_another_scheme_is_none()
    {
        var time = new ShiftedTime(TimeProvider.System.GetUtcNow());
        await using var lake = await lakes.OpenInBucketAsync(time);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, Cancel);
        var file = $"{lake.Lake.WarehouseLocation}/bronze/trades/data/a.parquet";
        await lake.Lake.Store.WriteNewAsync(file, "x"u8.ToArray(), Cancel);
        var named = TempLake.File(1, "a") with { Path = file.Replace("s3://", "s3a://", StringComparison.Ordinal) };
        await lake.CommitAsync(trades, new TableIntent { Add = [named] });
        time.Advance(TimeSpan.FromDays(4));
        Assert.Empty((await FindAsync(lake, time)).Orphans);
    }

    static Task<OrphanSearch> FindAsync(TempLake lake, TimeProvider time) =>
        new Orphans(lake.Lake, time).FindAsync(Orphans.DefaultAge, Cancel);

    /// <summary>A table of two commits; its files of rows.</summary>
    static async Task<IReadOnlyList<string>> FillAsync(TempLake lake)
    {
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, Cancel);
        var files = new List<string>();
        foreach (var name in new[] { "a", "b" })
        {
            files.Add($"{lake.Lake.WarehouseLocation}/bronze/trades/data/{name}.parquet");
            await lake.Lake.Store.WriteNewAsync(files[^1], "x"u8.ToArray(), Cancel);
            DataFile file = TempLake.File(1, name) with { Path = files[^1] };
            await lake.CommitAsync(trades, new TableIntent { Add = [file] });
        }
        return files;
    }
}
