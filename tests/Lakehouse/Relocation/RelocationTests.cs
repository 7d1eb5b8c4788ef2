using System.Security.Cryptography;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Relocation;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Lakehouse.Tests.Proofs;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Lakehouse.Tests.Relocation;

/// <summary>A lake knows where it lives: a copy or a moved one is refused until it is made to live where it is.</summary>
public class RelocationTests
{
    static readonly TableIdent trades = TableIdent.Parse("bronze.trades");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<RelocationReport> RelocateAsync(string folder, bool newId = false, int seed = 77) =>
        LakeRelocation.RunAsync(folder, newId, TimeProvider.System, IdSource.Seeded(seed), Cancel);

    static async Task<LakeException> RefusedAsync(string folder) =>
        await Assert.ThrowsAsync<LakeException>(() => Lake.OpenAsync(folder, TimeProvider.System, IdSource.Seeded(1), Cancel));

    /// <summary>Commits rows at the next offsets of partition 0.</summary>
    static async Task AppendAsync(ProofLake lake, long from, long to) =>
        await lake.CommitAsync([to], rows: [await lake.RowsAsync(0, Enumerable.Range((int)from, (int)(to - from)).Select(o => (long)o))]);

    static async Task ProvenAsync(ProofLake lake, long rows)
    {
        var report = await lake.VerifyAsync();
        Assert.Empty(report.Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        Assert.Equal(rows, report.Tables.Single(t => t.Table == trades).Rows);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_copy_lives_on_beside_the_lake_and_no_file_of_either_is_touched_by_the_other(int seed)
    {
        var random = new Random(seed);
        await using var original = await ProofLake.OpenAsync();
        var end = 0L;
        for (var commits = random.Next(1, 8); commits > 0; commits--)
            await AppendAsync(original, end, end += random.Next(1, 50));
        var folder = LakeFolders.New();
        LakeFolders.Copy(original.Lake.DataDir, folder);
        var refused = await RefusedAsync(folder);
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
        Assert.Contains("dartlake lake relocate", refused.Message, StringComparison.Ordinal);
        var before = LakeFolders.Prints(original.Lake.DataDir);

        var report = await RelocateAsync(folder, seed: 1_000 + seed);
        Assert.True(report.IsCopy);
        await using var copy = await ProofLake.OpenAsync(folder, seed: 500 + seed);
        Assert.NotEqual(original.Lake.Id, copy.Lake.Id);
        await ProvenAsync(copy, end);
        var copyEnd = end;
        for (var commits = random.Next(1, 5); commits > 0; commits--)
            await AppendAsync(copy, copyEnd, copyEnd += random.Next(1, 50));
        Assert.Equal(before, LakeFolders.Prints(original.Lake.DataDir));
        var copied = LakeFolders.Prints(folder);
        for (var commits = random.Next(1, 5); commits > 0; commits--)
            await AppendAsync(original, end, end += random.Next(1, 50));
        Assert.Equal(copied, LakeFolders.Prints(folder));
        await ProvenAsync(original, end);
        await ProvenAsync(copy, copyEnd);
        Assert.Empty((await RelocateAsync(folder)).Tables);
    }

    [Fact]
    public async Task Others_read_a_lake_that_was_relocated()
    {
        var folder = LakeFolders.New();
        await using (var original = await ProofLake.OpenAsync())
        {
            await AppendAsync(original, 0, 17);
            await AppendAsync(original, 17, 40);
            LakeFolders.Copy(original.Lake.DataDir, folder);
        }
        await RelocateAsync(folder);
        await using var moved = await ProofLake.OpenAsync(folder, seed: 9);
        await AppendAsync(moved, 40, 41);
        var table = (await moved.Lake.Catalog.TryLoadAsync(trades, Cancel))!;
        Assert.Equal(3, (await Judge.JavaPlanAsync(table.MetadataLocation)).Count);
        var read = await Judge.PyIcebergAsync(moved.Lake.CatalogFile, "read", "bronze.trades");
        Assert.Equal(41, read.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_lake_that_was_moved_keeps_its_id_and_its_history()
    {
        var folder = LakeFolders.New();
        string id;
        long first;
        await using (var original = await ProofLake.OpenAsync())
        {
            id = original.Lake.Id;
            await AppendAsync(original, 0, 10);
            first = (await original.Lake.Catalog.TryLoadAsync(trades, Cancel))!.Metadata.CurrentSnapshotId!.Value;
            await AppendAsync(original, 10, 30);
            LakeFolders.Copy(original.Lake.DataDir, folder);
        }
        Assert.Contains("moved", (await RefusedAsync(folder)).Message, StringComparison.Ordinal);
        var report = await RelocateAsync(folder);
        Assert.Equal((id, false), (report.Id, report.IsCopy));
        await using var moved = await ProofLake.OpenAsync(folder, seed: 9);
        var table = (await moved.Lake.Catalog.TryLoadAsync(trades, Cancel))!;
        Assert.Equal(10, (await moved.Lake.Scan.PlanAsync(table, new() { SnapshotId = first }, Cancel)).Files.Sum(f => f.RecordCount));
        await ProvenAsync(moved, 30);
    }

    [Fact]
    public async Task What_is_begun_again_after_any_failure_ends_as_if_it_had_not_failed()
    {
        await using var original = await ProofLake.OpenAsync();
        for (var i = 0; i < 4; i++)
            await AppendAsync(original, i * 10, i * 10 + 10);
        var folder = LakeFolders.New();
        LakeFolders.Copy(original.Lake.DataDir, folder);
        // each file of the tables is missing once: it fails early and late, and nothing has changed
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "warehouse", "bronze", "trades"), "*", SearchOption.AllDirectories).ToList())
        {
            File.Move(file, file + ".away");
            try
            {
                await RelocateAsync(folder, seed: file.GetHashCode(StringComparison.Ordinal));
            }
            catch (LakeException e)
            {
                Assert.Equal(LakeErrorKind.Unavailable, e.Kind);
                await RefusedAsync(folder);
                File.Move(file + ".away", file);
                continue;
            }
            // no longer named: an older metadata file
            Assert.EndsWith(".metadata.json", file, StringComparison.Ordinal);
            break;
        }
        await RelocateAsync(folder);
        await using var copy = await ProofLake.OpenAsync(folder, seed: 9);
        await ProvenAsync(copy, 40);
    }

    [Fact]
    public async Task A_copied_catalog_that_is_used_all_the_same_writes_and_deletes_nothing_outside_of_its_folder()
    {
        await using var original = await ProofLake.OpenAsync();
        await AppendAsync(original, 0, 10);
        for (var i = 1; i < 110; i++)
            await original.Lake.Catalog.CommitAsync([new(trades, _ => new TableIntent { AlwaysSnapshot = true })], null, Cancel);
        var folder = LakeFolders.New();
        LakeFolders.Copy(original.Lake.DataDir, folder);
        var before = LakeFolders.Prints(original.Lake.DataDir);

        // as a program would have it that does not ask where the lake lives; files that fell out of use are due
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(1));
        using var database = SqliteDatabase.Open(Path.Combine(folder, "catalog.db"));
        var store = new LocalObjectStore(folder);
        var catalog = new SqlCatalog(database, store, new ManifestStore(store), FileLocation.FromPath(folder) + "/warehouse", time, IdSource.Seeded(8));
        var refused = await Assert.ThrowsAsync<LakeException>(() =>
            catalog.CommitAsync([new(trades, _ => new TableIntent { AlwaysSnapshot = true })], null, Cancel));
        Assert.Contains("lies outside", refused.Message, StringComparison.Ordinal);
        await catalog.CreateAsync(TableIdent.Parse("bronze.other"), TempLake.ByDay, Cancel);
        await catalog.CommitAsync([new(TableIdent.Parse("bronze.other"), _ => new TableIntent { AlwaysSnapshot = true })], null, Cancel);
        Assert.Equal(before, LakeFolders.Prints(original.Lake.DataDir));
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("empty")]
    [InlineData("whole")]
    public async Task The_catalog_of_before_is_only_looked_at_and_one_that_cannot_be_read_does_not_live(string state)
    {
        var folder = LakeFolders.New();
        await using var original = await ProofLake.OpenAsync();
        await AppendAsync(original, 0, 10);
        LakeFolders.Copy(original.Lake.DataDir, folder);
        await original.Lake.DisposeAsync();
        var catalog = original.Lake.CatalogFile;
        Assert.False(File.Exists(catalog + "-wal"));
        if (state == "damaged")
            await File.WriteAllTextAsync(catalog, new string('x', 5000), Cancel);
        else if (state == "empty")
            await File.WriteAllBytesAsync(catalog, [], Cancel);
        var before = Everything(original.Lake.DataDir);
        Assert.Equal(state == "whole", (await RelocateAsync(folder)).IsCopy);
        Assert.Equal(before, Everything(original.Lake.DataDir));
        await using var moved = await ProofLake.OpenAsync(folder, seed: 9);
        await ProvenAsync(moved, 10);
    }

    [Fact]
    public async Task A_copied_lake_is_refused_before_a_byte_of_it_or_of_the_first_changes()
    {
        var folder = LakeFolders.New();
        await using (var original = await ProofLake.OpenAsync())
        {
            await AppendAsync(original, 0, 10);
            LakeFolders.Copy(original.Lake.DataDir, folder);
            Fold(Path.Combine(folder, "catalog.db"));
            var (before, first) = (Everything(folder), Everything(original.Lake.DataDir));
            await RefusedAsync(folder);
            Assert.Equal(before, Everything(folder));
            Assert.Equal(first, Everything(original.Lake.DataDir));
        }
    }

    [Fact]
    public async Task A_tag_of_a_moved_lake_gives_no_later_state_than_before()
    {
        var folder = LakeFolders.New();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (tagged, other) = (new TableIdent("gold", "tagged"), new TableIdent("gold", "other"));
        var (lake, own) = (await TempLake.OpenAsync(3, time), new List<long>());
        await using (lake)
        {
            foreach (var table in new[] { tagged, other })
                await lake.Catalog.CreateAsync(table, TempLake.ByDay, Cancel);
            await SnapshotAsync(other);
            await SnapshotAsync(tagged, "eod");
            await SnapshotAsync(other);
            // the file that the relocation begins the log with is of this time
            await SnapshotAsync(tagged);
            Assert.Equal(own[0], await StateAsync(lake.Lake));
            LakeFolders.Copy(lake.Lake.DataDir, folder);
        }
        await RelocateAsync(folder);
        await using var moved = await Lake.OpenAsync(folder, time, IdSource.Seeded(5), Cancel);
        Assert.Equal(own[0], await StateAsync(moved));

        async Task SnapshotAsync(TableIdent table, params string[] tags)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            var committed = await lake.CommitAsync(table, new TableIntent { AlwaysSnapshot = true, Tags = tags });
            own.Add(committed.Metadata.CurrentSnapshotId!.Value);
        }

        async Task<long?> StateAsync(Lake at)
        {
            var tables = (await at.Catalog.LoadAllAsync([tagged, other], Cancel)).Values.ToList();
            var there = tables.Single(t => t.Ident == other);
            var (options, says) = await NamedState.Find("eod", tables, at.Scan).OfAsync(there, Cancel);
            Assert.Contains("has no tag 'eod'", says, StringComparison.Ordinal);
            return (await at.Scan.PlanAsync(there, options, Cancel)).Snapshot?.SnapshotId;
        }
    }

    /// <summary>One file, as when the last who had it open has closed it.</summary>
    static void Fold(string catalog)
    {
        using (var connection = new SqliteConnection($"Data Source={catalog};Pooling=False"))
            Dapper.SqlMapper.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        Assert.False(File.Exists(catalog + "-wal"));
    }

    static SortedDictionary<string, string> Everything(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetRelativePath(folder, file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))),
        StringComparer.Ordinal);

    [Fact]
    public async Task A_second_name_of_its_folder_is_where_the_lake_lives()
    {
        await using var lake = await ProofLake.OpenAsync();
        await AppendAsync(lake, 0, 10);
        var link = LakeFolders.New();
        Directory.CreateSymbolicLink(link, lake.Lake.DataDir);
        await using var second = await Lake.OpenAsync(link, TimeProvider.System, IdSource.Seeded(4), Cancel);
        Assert.Equal((lake.Lake.Id, lake.Lake.DataDir), (second.Id, second.DataDir));
    }

    [Fact]
    public async Task A_lake_of_before_homes_were_written_down_has_the_one_that_its_tables_name()
    {
        await using var original = await ProofLake.OpenAsync();
        await AppendAsync(original, 0, 10);
        await Forget(original.Lake.CatalogFile);
        var folder = LakeFolders.New();
        LakeFolders.Copy(original.Lake.DataDir, folder);
        Assert.Contains(original.Lake.DataDir, (await RefusedAsync(folder)).Message, StringComparison.Ordinal);
        await using var again = await Lake.OpenAsync(original.Lake.DataDir, TimeProvider.System, IdSource.Seeded(4), Cancel);
        Assert.NotEmpty(again.Id);

        static async Task Forget(string catalog)
        {
            using var database = SqliteDatabase.Open(catalog);
            await database.WriteAsync(
                connection => Dapper.SqlMapper.Execute(connection, "DELETE FROM lake_meta WHERE key IN ('lake_id', 'location')"), Cancel);
        }
    }
}
