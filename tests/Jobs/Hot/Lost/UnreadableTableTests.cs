using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot.Lost;

/// <summary>A table that the catalog has and that cannot be read is not one without rows.</summary>
public class UnreadableTableTests
{
    static readonly LogPartition[] logs = [new(HotLake.Log, HotLake.Topic, 0)];

    /// <summary>A lake that was cut once, and all tables of which a start may read.</summary>
    static async Task<HotLake> CutAsync()
    {
        var lake = await HotLake.OpenAsync();
        var rows = new HotRows();
        var state = rows.NewState();
        state.Apply(HotRows.Instrument("X"));
        state.Apply(HotRows.Account("A"));
        await lake.CloseAsync(HotClose.Of(state, HotRows.D1, 0, [new(logs[0], 0)]), state);
        foreach (var contract in TableContracts.All.Where(c => c.Table is not null && c.Name != LakeNames.HotClose))
            await lake.Lake.Catalog.CreateAsync(TableIdent.Parse(contract.Name), contract.ToDefinition(), default);
        return lake;
    }

    /// <summary>Another process, which has nothing of the tables in its memory.</summary>
    static Task<Dart.Lake.Lake> AgainAsync(HotLake lake) =>
        Dart.Lake.Lake.OpenAsync(lake.Lake.DataDir, TimeProvider.System, IdSource.System, default);

    static async Task LoseAsync(HotLake lake, string table) =>
        File.Delete(FileLocation.ToPath((await lake.Lake.Catalog.TryLoadAsync(TableIdent.Parse(table), default))!.MetadataLocation));

    static Task<HotRestore.Restored> RestoreAsync(HotLake of, Dart.Lake.Lake lake) =>
        HotRestore.LoadAsync(of.Engine, lake, logs, null, 100, null, default);

    [Theory]
    [InlineData("bronze.trades")]
    [InlineData("bronze.market_data")]
    [InlineData("bronze.reference")]
    [InlineData("bronze.permit")]
    [InlineData("ops.log_holes")]
    [InlineData("ops.hot_close")]
    [InlineData("ops.acts")]
    [InlineData("silver.marks")]
    [InlineData("silver.instruments")]
    [InlineData("silver.accounts")]
    public async Task A_start_ends_and_names_the_table(string table)
    {
        await using var lake = await CutAsync();
        await using (var whole = await AgainAsync(lake))
            Assert.Equal(HotRows.D1, (await RestoreAsync(lake, whole)).State.Closed);
        await LoseAsync(lake, table);

        await using var again = await AgainAsync(lake);
        var failure = await Assert.ThrowsAsync<LakeException>(() => RestoreAsync(lake, again));

        Assert.Equal(LakeErrorKind.Unavailable, failure.Kind);
        Assert.StartsWith($"{table} cannot be read: ", failure.Message);
        Assert.Contains("restore the file", failure.Message);
    }

    [Theory]
    [InlineData("gold.lots_eod")]
    [InlineData("gold.portfolio_summary")]
    [InlineData("silver.quarantine")]
    public async Task What_brings_closed_days_back_ends_and_names_the_table(string table)
    {
        await using var lake = await CutAsync();
        await LoseAsync(lake, table);
        await using var again = await AgainAsync(lake);
        await using var session = await LakeSession.OpenAsync(lake.Engine, again.Catalog, again.Scan, new ScanOptions(), default);
        var names = new HotNames();
        var bronze = new BronzeRows(session, names, new HotRows().NewState().Market.Conditions);

        var failure = await Assert.ThrowsAsync<LakeException>(() => table == "gold.lots_eod"
            ? new PublishedLots(bronze, names).LastBeforeAsync(HotRows.D2, new Dictionary<LogPartition, long>(), default)
            : LateReferenceDays.ReadAsync(session, bronze, HotRows.D1, [], default));

        Assert.StartsWith($"{table} cannot be read: ", failure.Message);
    }

    [Fact]
    public async Task A_table_that_the_catalog_does_not_have_has_no_rows()
    {
        await using var lake = await HotLake.OpenAsync();
        Assert.Null((await RestoreAsync(lake, lake.Lake)).Cut);
    }
}
