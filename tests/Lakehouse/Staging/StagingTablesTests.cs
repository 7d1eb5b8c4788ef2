using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Staging;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Catalogs;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Staging;

/// <summary>What other engines leave for a run. DuckDB writes here as they do: files of a staging table, and a snapshot of it.</summary>
public sealed class StagingTablesTests
{
    static readonly TableContract contract = TableContracts.Parse("gold/pnl.yml", """
        table: gold.pnl
        description: x
        partition: { source: trade_date, transform: identity, name: trade_date }
        columns:
        - { id: 1, name: trade_date, type: date, nullable: false, unit: "", description: x }
        - { id: 2, name: amount, type: "decimal(38, 10)", nullable: true, unit: "", description: x }
        """);

    static readonly TableIdent pnl = new("gold", "pnl");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Catalogs => ["sql", "rest"];

    static async Task<TempLake> OpenAsync(string catalog) => catalog == "sql"
        ? await TempLake.OpenAsync()
        : await TempLake.OpenAsync(await ServedFolder.StartAsync(null), 1, null);

    static Task<Table> MakeTargetAsync(TempLake lake) => lake.Catalog.CreateAsync(pnl, contract.ToDefinition(), Cancel);

    /// <summary>As an engine does it: files below the table's folder, then a snapshot.</summary>
    static async Task<IReadOnlyList<DataFile>> WriteAsync(TempLake lake, Table staging, string sql)
    {
        await using var duck = DuckDbEngine.Open(new()
        {
            Threads = 1,
            MemoryLimitBytes = 256L << 20,
            AllowedFolders = [lake.Warehouse],
            Objects = lake.Lake.Store,
        });
        await using var session = duck.OpenSession();
        var export = new ExportQuery(session, lake.Lake.Store, IdSource.System);
        var files = await export.WriteAsync(sql, contract, staging.Metadata.Location, Cancel);
        await lake.CommitAsync(staging.Ident, new TableIntent { Add = files });
        return files;
    }

    const string TwoRows = "select date '2026-09-21' as trade_date, cast(x as decimal(38, 10)) as amount from (values (1.5), (2.5)) v(x)";

    [Theory]
    [MemberData(nameof(Catalogs))]
    public async Task Files_of_a_staging_table_become_a_table_s_and_nothing_else_is_left(string catalog)
    {
        await using var lake = await OpenAsync(catalog);
        await MakeTargetAsync(lake);
        var staging = new StagingTables(lake.Lake, "run-1", IdSource.Seeded(7));
        var table = await staging.MakeAsync("pnl", contract.ToDefinition(), Cancel);
        var step = await staging.MakeAsync("step", contract.ToDefinition(), Cancel);
        await WriteAsync(lake, table, TwoRows);
        await WriteAsync(lake, step, TwoRows);
        var rows = await staging.ReadAsync(table, Cancel);
        Assert.Equal(2, rows.Count);
        var note = new CommitNote("run-1", "run", "{}") { Forgotten = staging.Made };
        await lake.Catalog.CommitAsync([new(pnl, _ => new() { Add = rows.Files })], note, Cancel);
        Assert.Equal([pnl], await lake.Catalog.ListAsync(Cancel));
        await staging.EndAsync(rows.Files.Select(f => f.Path).ToHashSet(), Cancel);

        var now = (await lake.Catalog.TryLoadAsync(pnl, Cancel))!;
        var adopted = Assert.Single((await lake.Lake.Scan.PlanAsync(now, new(), Cancel)).Files);
        Assert.Equal(rows.Files[0].Path, adopted.Path);
        Assert.Equal([FileLocation.ToPath(adopted.Path)], Directory.GetFiles(lake.Warehouse, "*", SearchOption.AllDirectories)
            .Where(f => f.Contains($"/{StagingTables.Namespace}/", StringComparison.Ordinal)));
        Assert.False(Directory.Exists($"{lake.Warehouse}/{StagingTables.Namespace}/run-1/{step.Ident.Name}"));
    }

    [Theory]
    [MemberData(nameof(Catalogs))]
    public async Task What_a_zombie_writes_after_the_rows_were_read_is_no_table_s(string catalog)
    {
        await using var lake = await OpenAsync(catalog);
        await MakeTargetAsync(lake);
        var staging = new StagingTables(lake.Lake, "run-1", IdSource.Seeded(7));
        var table = await staging.MakeAsync("pnl", contract.ToDefinition(), Cancel);
        await WriteAsync(lake, table, TwoRows);
        var rows = await staging.ReadAsync(table, Cancel);
        await WriteAsync(lake, table, TwoRows);
        await lake.Catalog.CommitAsync(
            [new(pnl, _ => new() { Add = rows.Files })], new CommitNote("run-1", "run", "{}") { Forgotten = staging.Made }, Cancel);
        await Assert.ThrowsAsync<LakeException>(() => WriteAsync(lake, table, TwoRows));
        var now = (await lake.Catalog.TryLoadAsync(pnl, Cancel))!;
        Assert.Equal(2, (await lake.Lake.Scan.PlanAsync(now, new(), Cancel)).Files.Sum(f => f.RecordCount));
    }

    [Fact]
    public async Task What_an_engine_says_of_a_file_is_held_against_the_file()
    {
        await using var lake = await TempLake.OpenAsync();
        await MakeTargetAsync(lake);
        var staging = new StagingTables(lake.Lake, "run-1", IdSource.Seeded(7));
        var table = await staging.MakeAsync("pnl", contract.ToDefinition(), Cancel);
        var honest = (await WriteAsync(lake, table, TwoRows))[0];
        foreach (var (lie, says) in new (DataFile, string)[]
        {
            (honest with { RecordCount = 3 }, "has 2 rows"),
            (honest with { FileSizeInBytes = honest.FileSizeInBytes + 1 }, "bytes, not"),
            (honest with { Path = $"{lake.Lake.WarehouseLocation}/gold/pnl/data/{Path.GetFileName(honest.Path)}" }, "outside of its folder"),
        })
        {
            var liar = await staging.MakeAsync("liar", contract.ToDefinition(), Cancel);
            var here = lie.Path == honest.Path ? lie with { Path = await CopyAsync(lake, honest, liar) } : lie;
            await lake.CommitAsync(liar.Ident, new TableIntent { Add = [here] });
            var e = await Assert.ThrowsAsync<LakeException>(() => staging.ReadAsync(liar, Cancel));
            Assert.Contains(says, e.Message, StringComparison.Ordinal);
        }
    }

    static async Task<string> CopyAsync(TempLake lake, DataFile file, Table to)
    {
        var path = $"{to.Metadata.Location}/data/{Path.GetFileName(file.Path)}";
        await lake.Lake.Store.WriteNewAsync(path, await lake.Lake.Store.ReadAsync(file.Path, 1 << 20, Cancel), Cancel);
        return path;
    }

    [Fact]
    public async Task A_table_that_the_engine_changed_is_not_taken()
    {
        await using var lake = await TempLake.OpenAsync();
        var staging = new StagingTables(lake.Lake, "run-1", IdSource.Seeded(7));
        var table = await staging.MakeAsync("pnl", contract.ToDefinition(), Cancel);
        var before = table.Metadata.Schema;
        var wider = before with { Fields = [.. before.Fields, new(3, "more", contract.Columns[1].Type.ToIceberg(), false)] };
        await lake.CommitAsync(table.Ident, new TableIntent { Schema = wider });
        var e = await Assert.ThrowsAsync<LakeException>(() => staging.ReadAsync(table, Cancel));
        Assert.Contains("was changed by the engine", e.Message, StringComparison.Ordinal);
        await lake.Catalog.ForgetAsync([table.Ident], Cancel);
        Assert.Equal(LakeErrorKind.Conflict, (await Assert.ThrowsAsync<LakeException>(() => staging.ReadAsync(table, Cancel))).Kind);
    }

    [Theory]
    [MemberData(nameof(Catalogs))]
    public async Task What_a_killed_run_has_left_is_swept_and_what_a_living_one_has_is_not(string catalog)
    {
        await using var lake = await OpenAsync(catalog);
        await MakeTargetAsync(lake);
        var (dead, living) = (new StagingTables(lake.Lake, "dead", IdSource.Seeded(7)), new StagingTables(lake.Lake, "living", IdSource.Seeded(8)));
        await WriteAsync(lake, await dead.MakeAsync("pnl", contract.ToDefinition(), Cancel), TwoRows);
        await dead.MakeAsync("step", contract.ToDefinition(), Cancel);
        var kept = await living.MakeAsync("pnl", contract.ToDefinition(), Cancel);
        Assert.Equal(2, await StagingTables.SweepAsync(lake.Lake, (run, _) => Task.FromResult(run == "living"), Cancel));
        Assert.Equal([pnl, kept.Ident], await lake.Catalog.ListAsync(Cancel));
        // over REST a publication may have them: its names go after it
        var left = Directory.GetFiles(lake.Warehouse, "*", SearchOption.AllDirectories)
            .Where(f => f.Contains($"/{StagingTables.Namespace}/dead/", StringComparison.Ordinal));
        Assert.All(left, f => Assert.True(catalog == "rest" && f.EndsWith(".parquet", StringComparison.Ordinal), f));
        Assert.Contains(
            Directory.GetFiles(lake.Warehouse, "*", SearchOption.AllDirectories),
            f => f.Contains($"/{kept.Ident.Name}/", StringComparison.Ordinal));
        Assert.Equal(0, await StagingTables.SweepAsync(lake.Lake, (run, _) => Task.FromResult(run == "living"), Cancel));
    }

    [Theory]
    [MemberData(nameof(Catalogs))]
    public async Task Who_was_taken_for_dead_publishes_nothing(string catalog)
    {
        await using var lake = await OpenAsync(catalog);
        await MakeTargetAsync(lake);
        var staging = new StagingTables(lake.Lake, "run-1", IdSource.Seeded(7));
        var table = await staging.MakeAsync("pnl", contract.ToDefinition(), Cancel);
        await WriteAsync(lake, table, TwoRows);
        var rows = await staging.ReadAsync(table, Cancel);
        Assert.Equal(1, await StagingTables.SweepAsync(lake.Lake, (_, _) => Task.FromResult(false), Cancel));
        var e = await Assert.ThrowsAsync<LakeException>(() => lake.Catalog.CommitAsync(
            [new(pnl, _ => new() { Add = rows.Files })], new CommitNote("run-1", "run", "{}") { Forgotten = staging.Made }, Cancel));
        Assert.Equal(LakeErrorKind.Conflict, e.Kind);
        Assert.Null((await lake.Catalog.TryLoadAsync(pnl, Cancel))!.Metadata.CurrentSnapshotId);
    }

    [Fact]
    public async Task Rows_that_were_written_twice_are_not_taken()
    {
        await using var lake = await TempLake.OpenAsync();
        var staging = new StagingTables(lake.Lake, "run-1", IdSource.Seeded(7));
        var table = await staging.MakeAsync("pnl", contract.ToDefinition(), Cancel);
        await WriteAsync(lake, table, TwoRows);
        await WriteAsync(lake, table, TwoRows);
        var e = await Assert.ThrowsAsync<LakeException>(() => staging.ReadAsync(table, Cancel));
        Assert.Contains("was written 2 times", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_another_day_than_its_partition_is_not_taken()
    {
        await using var lake = await TempLake.OpenAsync();
        var staging = new StagingTables(lake.Lake, "run-1", IdSource.Seeded(7));
        var honest = await staging.MakeAsync("a", contract.ToDefinition(), Cancel);
        var liar = await staging.MakeAsync("b", contract.ToDefinition(), Cancel);
        var file = (await WriteAsync(lake, honest, TwoRows))[0];
        var wrong = file with { Path = await CopyAsync(lake, file, liar), Partition = new(1) };
        await lake.CommitAsync(liar.Ident, new TableIntent { Add = [wrong] });
        var e = await Assert.ThrowsAsync<LakeException>(() => staging.ReadAsync(liar, Cancel));
        Assert.Contains("other values of trade_date than its partition", e.Message, StringComparison.Ordinal);
    }
}
