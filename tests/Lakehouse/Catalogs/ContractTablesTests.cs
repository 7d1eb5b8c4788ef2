using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
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
    public async Task A_column_that_has_the_name_of_a_wanted_one_is_not_taken_for_another()
    {
        var contract = TableContracts.Get("bronze.trades");
        var ident = TableIdent.Parse(contract.Name);
        // fee became tax, and now both are wanted
        var tax = contract.Columns.Single(c => c.Name == "fee") with { Id = 900, Name = "tax" };
        var wanted = contract with { Columns = [.. contract.Columns, tax] };
        await lake.Catalog.CreateAsync(ident, contract.ToDefinition(), Cancel);
        var renamed = (await lake.Catalog.CommitAsync([new(ident, t => new() { Schema = Renamed(t.Metadata.Schema) })], null, Cancel))[0];
        var steps = new List<string>();
        var table = (await lake.Contracts.EnsureAsync([wanted], grown => steps.AddRange(grown.Columns), Cancel))[ident];
        Assert.Equal("add fee decimal(18, 6)", Assert.Single(steps));
        Assert.Equal(renamed.Metadata.Schema.Find("tax")!.Id, table.Metadata.Schema.Find("tax")!.Id);
        Assert.True(table.Metadata.Schema.Find("fee")!.Id > renamed.Metadata.LastColumnId);
        await lake.Contracts.EnsureAsync([wanted], _ => Assert.Fail("nothing is left to add"), Cancel);

        static IcebergSchema Renamed(IcebergSchema schema) =>
            schema with { Fields = [.. schema.Fields.Select(f => f.Name == "fee" ? f with { Name = "tax" } : f)] };
    }

    [Fact]
    public async Task The_id_of_a_dropped_column_is_given_to_no_other_even_when_its_schema_was_cleaned_away()
    {
        var contract = TableContracts.Get("bronze.trades");
        var ident = TableIdent.Parse(contract.Name);
        var id = contract.Columns.Max(c => c.Id) + 1;
        await lake.Catalog.CreateAsync(ident, contract.ToDefinition(), Cancel);
        await EvolveAsync(fields => [.. fields, new(id, "theirs", IcebergType.Long, false)]);
        var table = await EvolveAsync(fields => [.. fields.Where(f => f.Id != id)]);
        // as Spark's expire_snapshots with clean_expired_metadata leaves it
        var cleaned = table.Metadata with { Schemas = [table.Metadata.Schema] };
        var location = $"{table.Metadata.Location}/metadata/00009-{Guid.Empty}.metadata.json";
        await lake.Store.WriteNewAsync(location, TableMetadataWriter.Write(cleaned), Cancel);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={lake.CatalogFile};Pooling=False"))
            await Dapper.SqlMapper.ExecuteAsync(connection, "UPDATE iceberg_tables SET metadata_location = @location", new { location });

        var ours = new ContractColumn(id, "ours", new(ColumnKind.Long), true, "", "", ColumnEncoding.Default);
        var wanted = contract with { Columns = [.. contract.Columns, ours] };
        var grown = (await lake.Contracts.EnsureAsync([wanted], _ => { }, Cancel))[ident];
        Assert.Equal(id + 1, grown.Metadata.Schema.Find("ours")!.Id);
        var refused = await Assert.ThrowsAsync<LakeException>(
            () => EvolveAsync(fields => [.. fields, new(id, "again", IcebergType.Long, false)]));
        Assert.Contains("was dropped", refused.Message, StringComparison.Ordinal);

        async Task<Table> EvolveAsync(Func<IReadOnlyList<SchemaField>, IReadOnlyList<SchemaField>> change)
        {
            TableIntent Plan(Table t) => new() { Schema = t.Metadata.Schema with { Fields = change(t.Metadata.Schema.Fields) } };
            return (await lake.Catalog.CommitAsync([new(ident, Plan)], null, Cancel))[0];
        }
    }

    [Fact]
    public async Task Migrate_sets_what_new_tables_say_of_their_upkeep_and_leaves_what_somebody_said()
    {
        var (first, second) = (TableContracts.Get("bronze.trades"), TableContracts.Get("ops.log_holes"));
        foreach (var contract in new[] { first, second })
            await lake.Catalog.CreateAsync(TableIdent.Parse(contract.Name), contract.ToDefinition(), Cancel);
        const string property = "write.metadata.delete-after-commit.enabled";
        await SetAsync(first, null);
        await SetAsync(second, "false");
        await lake.Contracts.EnsureAsync([first, second], _ => Assert.Fail("streams leave properties as they are"), Cancel);

        var plan = Assert.Single(await lake.Contracts.MigrateAsync(Cancel));
        Assert.Equal(("bronze.trades", $"set {property} to true, which new tables have"), (plan.Table.ToString(), Assert.Single(plan.Steps).Does));
        Assert.Equal("true", await OfAsync(first));
        Assert.Equal("false", await OfAsync(second));
        Assert.Empty(await lake.Contracts.MigrateAsync(Cancel));

        Task SetAsync(TableContract contract, string? value) => lake.Catalog.CommitAsync(
            [new(TableIdent.Parse(contract.Name), _ => new() { Properties = new Dictionary<string, string?> { [property] = value } })],
            null,
            Cancel);

        async Task<string?> OfAsync(TableContract contract) =>
            (await lake.Catalog.TryLoadAsync(TableIdent.Parse(contract.Name), Cancel))!.Metadata.Properties.GetValueOrDefault(property);
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
