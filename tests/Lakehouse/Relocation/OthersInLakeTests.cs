using Dapper;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Avro;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Relocation;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Catalogs;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Lakehouse.Tests.Proofs;
using Microsoft.Data.Sqlite;

namespace Dart.Lake.Lakehouse.Tests.Relocation;

/// <summary>What others have put into a lake goes with it, or is left out by name; it never keeps the lake's own tables back.</summary>
public sealed class OthersInLakeTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<RelocationReport> RelocateAsync(string folder) =>
        LakeRelocation.RunAsync(folder, newId: false, TimeProvider.System, IdSource.Seeded(77), Cancel);

    static Task<Dart.Lake.Lake> OpenAsync(string folder) =>
        Dart.Lake.Lake.OpenAsync(folder, TimeProvider.System, IdSource.Seeded(78), Cancel);

    static async Task<Table> CommitAsync(ProofLake lake, TableIdent ident, TableIntent intent, CommitNote? note = null) =>
        (await lake.Lake.Catalog.CommitAsync([new(ident, _ => intent)], note, Cancel))[0];

    [Theory]
    [InlineData("copied")]
    [InlineData("backed up")]
    public async Task Views_and_tables_of_other_catalogs_go_with_the_lake(string how)
    {
        await using var lake = await FilledAsync();
        var view = await OtherCatalogs.MakeViewAsync(lake.Lake);
        await OtherCatalogs.MakeTableAsync(lake.Lake.CatalogFile, "default", lake.Lake.Warehouse, "theirs.numbers");
        var folder = LakeFolders.New();
        if (how == "copied")
            LakeFolders.Copy(lake.Lake.DataDir, folder);
        else
            Assert.Empty((await LakeBackup.RunAsync(lake.Lake, folder, Cancel)).LeftOut);
        var before = LakeFolders.Prints(lake.Lake.DataDir);

        var report = await RelocateAsync(folder);
        Assert.Empty(report.LeftOut);
        Assert.Contains("the view bronze.seen", report.Tables);
        Assert.Contains("theirs.numbers of the catalog 'default'", report.Tables);
        await using var copy = await OpenAsync(folder);
        Assert.Equal(view.Replace(lake.Lake.DataDir, folder, StringComparison.Ordinal), await OtherCatalogs.ReadViewAsync(copy));
        Assert.DoesNotContain(copy.CatalogRows(), row => !row.Location.Contains(folder, StringComparison.Ordinal));
        // what others add is added here
        Assert.Equal("6", await OtherCatalogs.ReadTableAsync(copy.CatalogFile, "default", "theirs.numbers"));
        Assert.Equal("6", await OtherCatalogs.MakeTableAsync(copy.CatalogFile, "default", copy.Warehouse, "theirs.more"));
        Assert.Equal(before, LakeFolders.Prints(lake.Lake.DataDir));
    }

    [Theory]
    [InlineData("copied")]
    [InlineData("moved")]
    [InlineData("backed up")]
    public async Task A_table_that_is_named_through_a_link_goes_with_the_lake(string how)
    {
        var (folder, link) = (LakeFolders.New(), LakeFolders.New());
        await using (var lake = await FilledAsync())
        {
            Directory.CreateSymbolicLink(link, lake.Lake.DataDir);
            await OtherCatalogs.MakeTableAsync(lake.Lake.CatalogFile, "lake", $"{link}/warehouse", "theirs.numbers");
            if (how != "backed up")
                LakeFolders.Copy(lake.Lake.DataDir, folder);
            else
                Assert.Equal(0, (await LakeBackup.RunAsync(lake.Lake, folder, Cancel)).Elsewhere);
            if (how == "copied")
                await ReadsHereAsync(lake.Lake.DataDir);
        }
        if (how != "copied")
            await ReadsHereAsync(null);

        async Task ReadsHereAsync(string? original)
        {
            var before = original is null ? null : LakeFolders.Prints(original);
            var report = await RelocateAsync(folder);
            Assert.Equal((4, 0, original is not null), (report.Tables.Count, report.Elsewhere.Count, report.IsCopy));
            await using var copy = await OpenAsync(folder);
            var table = (await copy.Catalog.TryLoadAsync(new("theirs", "numbers"), Cancel))!;
            Assert.Equal(FileLocation.FromPath(folder), table.Metadata.Location[..FileLocation.FromPath(folder).Length]);
            Assert.Equal("6", await OtherCatalogs.ReadTableAsync(copy.CatalogFile, "lake", "theirs.numbers"));
            if (original is not null)
                Assert.Equal(before, LakeFolders.Prints(original));
        }
    }

    [Fact]
    public async Task A_table_of_others_that_cannot_be_relocated_is_left_out_and_named_and_the_rest_is_proven()
    {
        await using var lake = await FilledAsync();
        foreach (var table in new[] { "theirs.damaged", "theirs.manifestless" })
            await lake.ForeignAsync(table);
        var manifestless = await CommitAsync(lake, new("theirs", "manifestless"), new TableIntent { AlwaysSnapshot = true });
        var damaged = (await lake.Lake.Catalog.TryLoadAsync(new("theirs", "damaged"), Cancel))!;
        var folder = LakeFolders.New();
        LakeFolders.Copy(lake.Lake.DataDir, folder);
        await File.WriteAllTextAsync(Here(damaged.MetadataLocation), "{", Cancel);
        File.Delete(Here(manifestless.Metadata.CurrentSnapshot!.ManifestList!));

        var report = await RelocateAsync(folder);
        Assert.Equal(["theirs.damaged", "theirs.manifestless"], report.LeftOut.Keys);
        Assert.All(report.LeftOut, left => Assert.StartsWith($"{left.Key} cannot be relocated: ", left.Value.Message, StringComparison.Ordinal));
        await using var copy = await ProofLake.OpenAsync(folder, seed: 9);
        Assert.Empty((await copy.VerifyAsync()).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        Assert.DoesNotContain(await copy.Lake.Catalog.ListAsync(Cancel), table => table.Namespace == "theirs");
        // their rows are there for who mends them
        Assert.Equal(2, copy.Lake.CatalogRows().Count(row => row.Catalog == "left-out" && row.Location.Contains(folder, StringComparison.Ordinal)));

        string Here(string location) => FileLocation.ToPath(location).Replace(lake.Lake.DataDir, folder, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_published_table_with_position_deletes_of_others_is_left_out_for_the_end_of_day_to_build_again(bool isPublished)
    {
        await using var lake = await FilledAsync();
        var ident = TableIdent.Parse("gold.daily_pnl");
        await lake.ForeignAsync(ident.ToString());
        var rows = await lake.RowsAsync(0, 1, 2, 3);
        var note = new CommitNote("run", "eod", "{}")
        {
            Days = new Dictionary<TableIdent, IReadOnlyList<DateOnly>> { [ident] = isPublished ? [new(2026, 9, 22)] : [] },
        };
        var table = await CommitAsync(lake, ident, new TableIntent { Add = [rows] }, note);
        var manifest = (await new ManifestStore(lake.Lake.Store).ListAsync(table.Metadata, table.Metadata.CurrentSnapshot!, Cancel))[0];
        var folder = LakeFolders.New();
        LakeFolders.Copy(lake.Lake.DataDir, folder);
        // rows become deletes of rows: the field content, 134
        var file = FileLocation.ToPath(manifest.Path).Replace(lake.Lake.DataDir, folder, StringComparison.Ordinal);
        var deletes = new AvroRewrite((_, _) => null, (id, _) => id == 134 ? 1 : null);
        await File.WriteAllBytesAsync(file, deletes.Apply(await File.ReadAllBytesAsync(file, Cancel), Guid.Empty), Cancel);

        if (!isPublished)
        {
            var refused = await Assert.ThrowsAsync<LakeException>(() => RelocateAsync(folder));
            Assert.Contains("gold.daily_pnl cannot be relocated", refused.Message, StringComparison.Ordinal);
            return;
        }
        Assert.Contains("position deletes", Assert.Single((await RelocateAsync(folder)).LeftOut).Value.Message, StringComparison.Ordinal);
        await using var copy = await OpenAsync(folder);
        Assert.Null(await copy.Catalog.TryLoadAsync(ident, Cancel));
        Assert.NotNull(await copy.Catalog.CreateAsync(ident, TempLake.ByDay, Cancel));
    }

    [Fact]
    public async Task Of_format_v1_manifests_that_stand_in_the_metadata_are_backed_up_and_relocated()
    {
        await using var lake = await FilledAsync();
        await lake.ForeignAsync("theirs.first");
        var ident = new TableIdent("theirs", "first");
        var table = (await lake.Lake.Catalog.TryLoadAsync(ident, Cancel))!;
        var file = await lake.RowsAsync(0, 1, 2, 3);
        var path = $"{table.Metadata.Location}/data/own.parquet";
        await lake.Lake.Store.WriteNewAsync(path, await File.ReadAllBytesAsync(FileLocation.ToPath(file.Path), Cancel), Cancel);
        table = await CommitAsync(lake, ident, new TableIntent { Add = [file with { Path = path }] });
        await ToV1Async(lake.Lake, table);
        var folder = LakeFolders.New();
        await using (var again = await OpenAsync(lake.Lake.DataDir))
            Assert.Empty((await LakeBackup.RunAsync(again, folder, Cancel)).LeftOut);

        Assert.Empty((await RelocateAsync(folder)).LeftOut);
        await using var copy = await OpenAsync(folder);
        var moved = (await copy.Catalog.TryLoadAsync(ident, Cancel))!;
        var named = await Named(moved).ToListAsync(Cancel);
        Assert.Equal(3, named.Count);
        Assert.All(named, f => Assert.StartsWith(FileLocation.FromPath(folder), f.Location, StringComparison.Ordinal));
        Assert.All(named, f => Assert.True(File.Exists(FileLocation.ToPath(f.Location)), f.Location));
        Assert.Equal(named[^1].Location, Assert.Single((await copy.Scan.PlanAsync(moved, new(), Cancel)).Files).Path);

        IAsyncEnumerable<NamedFile> Named(Table t) => new TableFiles(new ManifestStore(copy.Store)).OfAsync(t, Cancel);
    }

    /// <summary>As a first version of Iceberg would have written it.</summary>
    static async Task ToV1Async(Lake lake, Table table)
    {
        var current = table.Metadata.CurrentSnapshot!;
        var manifests = await new ManifestStore(lake.Store).ListAsync(table.Metadata, current, Cancel);
        var first = table.Metadata with
        {
            FormatVersion = 1,
            MetadataLog = [],
            LastSequenceNumber = 0,
            Snapshots = [current with { ManifestList = null, Manifests = [.. manifests.Select(m => m.Path)], SequenceNumber = 0 }],
        };
        var location = $"{table.Metadata.Location}/metadata/v1.metadata.json";
        await lake.Store.WriteNewAsync(location, TableMetadataWriter.Write(first), Cancel);
        await using var connection = new SqliteConnection($"Data Source={lake.CatalogFile};Pooling=False");
        await connection.ExecuteAsync("UPDATE iceberg_tables SET metadata_location = @location WHERE table_name = @Name", new { location, table.Ident.Name });
    }

    [Fact]
    public async Task Metadata_of_all_tables_is_backed_up_before_any_rows()
    {
        await using var lake = await FilledAsync();
        var trades = (await lake.Lake.Catalog.TryLoadAsync(TableIdent.Parse("bronze.trades"), Cancel))!;
        File.Delete(FileLocation.ToPath((await lake.Lake.Scan.PlanAsync(trades, new(), Cancel)).Files[0].Path));
        var folder = LakeFolders.New();
        await Assert.ThrowsAsync<LakeException>(() => LakeBackup.RunAsync(lake.Lake, folder, Cancel));
        // the last table in the order of names
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(folder, "warehouse", "ops", "log_holes", "metadata")));
    }

    [Fact]
    public async Task A_table_that_collects_nothing_keeps_its_files_of_before()
    {
        await using var lake = await FilledAsync();
        var ident = TableIdent.Parse("bronze.trades");
        await CommitAsync(lake, ident, new TableIntent { Properties = new Dictionary<string, string?> { ["gc.enabled"] = "false" } });
        var folder = LakeFolders.New();
        LakeFolders.Copy(lake.Lake.DataDir, folder);
        await RelocateAsync(folder);
        await using var copy = await OpenAsync(folder);
        Assert.NotEmpty(copy.WaitingDeletions());
        Assert.DoesNotContain(copy.WaitingDeletions(), file => file.Contains("/bronze/trades/", StringComparison.Ordinal));
    }

    static async Task<ProofLake> FilledAsync()
    {
        var lake = await ProofLake.OpenAsync();
        await lake.CommitAsync([10], rows: [await lake.RowsAsync(0, Enumerable.Range(0, 10).Select(o => (long)o))]);
        return lake;
    }
}
