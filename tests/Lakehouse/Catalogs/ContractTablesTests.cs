using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>Every table of ours, with every kind of column that its contract does not only add to.</summary>
public sealed class ContractTablesTests : IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("dartlake-migration").FullName;
    Dart.Lake.Lake lake = null!;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Tables =>
        [.. TableContracts.All.Where(c => c.Table is not null).Select(c => c.Name)];

    public async ValueTask InitializeAsync() => lake = await Dart.Lake.Lake.OpenAsync(folder, TimeProvider.System, IdSource.System, Cancel);

    public async ValueTask DisposeAsync()
    {
        await lake.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory, MemberData(nameof(Tables))]
    public async Task What_does_not_only_add_is_refused_with_what_migrate_does_and_migrate_does_it_once(string name)
    {
        var contract = TableContracts.Get(name);
        var ident = TableIdent.Parse(name);
        // Not those that rows are told apart, or laid into files, by.
        var partitions = contract.Partitions.Select(p => p.Source).ToHashSet();
        var plain = contract.Columns.Select(c => c.Name).Where(c => !TableContract.IsCoordinate(c) && !partitions.Contains(c)).ToList();
        var (retyped, recased, gone) = (plain[0], plain[1 % plain.Count], plain[^1]);
        var definition = contract.ToDefinition();
        var fields = definition.Schema.Fields.Where(f => f.Name != gone || gone == retyped || gone == recased)
            .Select(f => f.Name == retyped ? f with { Type = IcebergType.Boolean } : f)
            .Select(f => f.Name == recased ? f with { Name = recased.ToUpperInvariant() } : f)
            .Append(new(900, "strange", IcebergType.Long, true));
        await lake.Catalog.CreateAsync(ident, definition with { Schema = definition.Schema with { Fields = [.. fields] } }, Cancel);

        var refused = await Assert.ThrowsAsync<LakeException>(() => lake.Contracts.EnsureAsync([contract], _ => { }, Cancel));
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
        Assert.Contains($"{name} cannot grow into the contract of this release: the column ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'dartlake migrate' would do: ", refused.Message, StringComparison.Ordinal);
        Assert.NotNull((await lake.Catalog.TryLoadAsync(ident, Cancel))!.Metadata.Schema.Find("strange"));

        var plan = Assert.Single(await lake.Contracts.PlanAsync(Cancel));
        Assert.Equal(plan.Steps, Assert.Single(await lake.Contracts.MigrateAsync(Cancel)).Steps);
        Assert.Empty(await lake.Contracts.MigrateAsync(Cancel));

        var table = (await lake.Contracts.EnsureAsync([contract], _ => Assert.Fail("nothing is left to add"), Cancel))[ident];
        Assert.Equal(
            contract.Columns.Select(c => (c.Name, c.Type.ToIceberg())).Order(),
            table.Metadata.Schema.Fields.Where(f => contract.IndexOf(f.Name) >= 0).Select(f => (f.Name, f.Type)).Order());
        Assert.False(table.Metadata.Schema.Find($"{retyped}_boolean")!.Required);
        Assert.False(table.Metadata.Schema.Find("strange")!.Required);
        Assert.Equal(contract.Columns.Count, ContractTables.In(table.Metadata.Schema, contract).Columns.DistinctBy(c => c.Id).Count());
    }

    [Fact]
    public async Task Rows_keep_their_values_and_new_ones_are_beside_them()
    {
        var contract = TableContracts.Get("bronze.trades");
        var ident = TableIdent.Parse(contract.Name);
        var old = contract with
        {
            Columns =
            [
                .. contract.Columns.Where(c => c.Name != "fee")
                    .Select(c => c.Name == "price" ? c with { Type = new(ColumnKind.String) } : c)
                    .Select(c => c.Name == "venue" ? c with { Name = "Venue" } : c),
            ],
        };
        await lake.Catalog.CreateAsync(ident, old.ToDefinition(), Cancel);
        await AppendAsync(ident, old, 1, ("price", "101 1/8"), ("Venue", "XNYS"));
        await lake.Contracts.MigrateAsync(Cancel);
        var now = ContractTables.In((await lake.Catalog.TryLoadAsync(ident, Cancel))!.Metadata.Schema, contract);
        await AppendAsync(ident, now, 2, ("price", 101_125_000L), ("venue", "XNAS"), ("fee", 1L));

        await using var engine = DuckDbEngine.Open(new() { AllowedFolders = [folder], Threads = 1, MemoryLimitBytes = 1L << 28 });
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new(), Cancel);
        await using var result = await session.QueryAsync(
            "SELECT sequence, price_string, CAST(price AS VARCHAR), venue, CAST(fee AS VARCHAR) FROM bronze.trades ORDER BY sequence", Cancel);
        var rows = await result.ReadRowsAsync(10, Cancel);
        Assert.Equal(
            ["1 101 1/8  XNYS ", "2  101.125000 XNAS 0.000001"],
            rows.Select(r => string.Join(' ', r.Select(v => v is null ? "" : $"{v}"))));
    }

    async Task AppendAsync(TableIdent ident, TableContract contract, long sequence, params (string Name, object Value)[] values)
    {
        var batch = new ColumnBatch(contract, 4);
        for (var i = 0; i < batch.ColumnCount; i++)
        {
            var column = batch[i].Definition;
            batch[i].AppendBoxed(values.FirstOrDefault(v => v.Name == column.Name).Value
                ?? (column.Nullable ? null : column.Type.Kind switch
                {
                    ColumnKind.String => "x",
                    ColumnKind.Int => 0,
                    _ => column.Name == "sequence" ? sequence : 0L,
                }));
        }
        batch.EndRow();
        var table = (await lake.Catalog.TryLoadAsync(ident, Cancel))!;
        var files = await new ParquetFileWriter(lake.Store, IdSource.System).WriteAsync(batch, table.Metadata.Location, Cancel);
        await lake.Catalog.CommitAsync([new(ident, _ => new() { Add = files })], null, Cancel);
    }
}
