using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Relocation;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Proofs;

namespace Dart.Lake.Lakehouse.Tests.Relocation;

/// <summary>A backup is the lake as it was at one moment, whatever is written meanwhile.</summary>
public class BackupTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_backup_that_is_made_while_a_stream_writes_is_proven_and_both_go_on(int seed)
    {
        await using var lake = await ProofLake.OpenAsync();
        await lake.CommitAsync([10], rows: [await lake.RowsAsync(0, Enumerable.Range(0, 10).Select(o => (long)o))]);
        using var stop = new CancellationTokenSource();
        var stream = Task.Run(async () =>
        {
            var end = 10L;
            for (; !stop.IsCancellationRequested; end += 5)
                await lake.CommitAsync([end + 5], rows: [await lake.RowsAsync(0, Enumerable.Range((int)end, 5).Select(o => (long)o))]);
            return end;
        }, Cancel);
        await Task.Delay(TimeSpan.FromMilliseconds(new Random(seed).Next(50, 300)), TimeProvider.System, Cancel);
        var folder = LakeFolders.New();
        var report = await LakeBackup.RunAsync(lake.Lake, folder, Cancel);
        await stop.CancelAsync();
        var end = await stream;
        Assert.Equal((3, 0), (report.Tables, report.Elsewhere));
        Assert.True(report.Files > report.Linked - 1 && report.Bytes > 0);

        await LakeRelocation.RunAsync(folder, newId: false, TimeProvider.System, IdSource.Seeded(70 + seed), Cancel);
        await using var copy = await ProofLake.OpenAsync(folder, seed: 90 + seed);
        var rows = (await GoodAsync(copy)).Tables[0].Rows;
        Assert.InRange(rows, 10, end);
        await copy.CommitAsync([rows + 5], rows: [await copy.RowsAsync(0, Enumerable.Range((int)rows, 5).Select(o => (long)o))]);
        Assert.Equal(rows + 5, (await GoodAsync(copy)).Tables[0].Rows);
        Assert.Equal(end, (await GoodAsync(lake)).Tables[0].Rows);
    }

    [Fact]
    public async Task A_table_of_others_that_cannot_be_read_is_left_out_and_named_and_one_of_ours_ends_the_backup()
    {
        await using var lake = await ProofLake.OpenAsync();
        await lake.CommitAsync([10], rows: [await lake.RowsAsync(0, Enumerable.Range(0, 10).Select(o => (long)o))]);
        foreach (var table in new[] { "bronze.foreign", "theirs.damaged" })
        {
            await lake.ForeignAsync(table);
            var foreign = (await lake.Lake.Catalog.TryLoadAsync(TableIdent.Parse(table), Cancel))!;
            await File.WriteAllTextAsync(FileLocation.ToPath(foreign.MetadataLocation), "{", Cancel);
        }
        // as another process sees it, which has read none of them
        await using var again = await Dart.Lake.Lake.OpenAsync(lake.Lake.DataDir, TimeProvider.System, IdSource.Seeded(8), Cancel);
        var folder = LakeFolders.New();
        var report = await LakeBackup.RunAsync(again, folder, Cancel);
        Assert.Equal(["bronze.foreign", "theirs.damaged"], report.LeftOut.Keys.Select(t => t.ToString()));
        Assert.All(report.LeftOut, left => Assert.StartsWith($"{left.Key} cannot be read: ", left.Value.Message, StringComparison.Ordinal));
        Assert.Equal(3, report.Tables);
        await LakeRelocation.RunAsync(folder, newId: false, TimeProvider.System, IdSource.Seeded(71), Cancel);
        await using (var copy = await ProofLake.OpenAsync(folder, seed: 91))
            Assert.Equal(10, (await GoodAsync(copy)).Tables[0].Rows);

        var own = (await again.Catalog.TryLoadAsync(TableIdent.Parse("bronze.trades"), Cancel))!;
        File.Delete(FileLocation.ToPath(own.Metadata.CurrentSnapshot!.ManifestList!));
        await using var damaged = await Dart.Lake.Lake.OpenAsync(lake.Lake.DataDir, TimeProvider.System, IdSource.Seeded(9), Cancel);
        var refused = await Assert.ThrowsAsync<LakeException>(() => LakeBackup.RunAsync(damaged, LakeFolders.New(), Cancel));
        Assert.Contains(own.Metadata.CurrentSnapshot.ManifestList![7..], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_is_put_back_in_its_place_is_the_lake()
    {
        var folder = LakeFolders.New();
        string place, id;
        await using (var lake = await ProofLake.OpenAsync())
        {
            (place, id) = (lake.Lake.DataDir, lake.Lake.Id);
            await lake.CommitAsync([10], rows: [await lake.RowsAsync(0, Enumerable.Range(0, 10).Select(o => (long)o))]);
            await LakeBackup.RunAsync(lake.Lake, folder, Cancel);
        }
        Directory.Move(folder, place);
        await using var restored = await ProofLake.OpenAsync(place, seed: 6);
        Assert.Equal(id, restored.Lake.Id);
        Assert.Equal(10, (await GoodAsync(restored)).Tables[0].Rows);
    }

    [Fact]
    public async Task A_folder_that_cannot_take_one_is_named_and_an_unfinished_one_is_begun_again()
    {
        await using var lake = await ProofLake.OpenAsync();
        await lake.CommitAsync([10], rows: [await lake.RowsAsync(0, Enumerable.Range(0, 10).Select(o => (long)o))]);
        var folder = LakeFolders.New();
        var place = lake.Lake.DataDir;
        foreach (var wrong in new[] { place, Path.Combine(place, "backup"), Path.GetDirectoryName(place)!, lake.Lake.CatalogFile })
            await RefusedAsync(wrong, "choose");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "mine.txt"), "", Cancel);
        await RefusedAsync(folder, "not empty");
        File.Delete(Path.Combine(folder, "mine.txt"));

        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LakeBackup.RunAsync(lake.Lake, folder, stopped.Token));
        Assert.False(File.Exists(Path.Combine(folder, "catalog.db")));
        await LakeBackup.RunAsync(lake.Lake, folder, Cancel);
        await RefusedAsync(folder, "holds a lake");

        async Task RefusedAsync(string to, string says)
        {
            var refused = await Assert.ThrowsAsync<LakeException>(() => LakeBackup.RunAsync(lake.Lake, to, Cancel));
            Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        }
    }

    static async Task<Dart.Lake.Lakehouse.Proofs.VerifyReport> GoodAsync(ProofLake lake)
    {
        var report = await lake.VerifyAsync();
        Assert.Empty(report.Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        return report;
    }
}
