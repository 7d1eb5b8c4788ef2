using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Jobs.Tests.Hot;

public class HotCloseTableTests
{
    [Fact]
    public async Task A_close_that_is_refused_because_the_job_was_replaced_or_fails_leaves_no_file()
    {
        await using var lake = await HotLake.OpenAsync();
        var (ledger, table) = (lake.Lake.Ledger, new HotCloseTable(lake.Lake, IdSource.System));
        await table.EnsureAsync(_ => { }, default);
        var (state, close) = NewClose();
        var old = (await ledger.AcquireEpochAsync("hot", "a", default))!;
        await ledger.ReleaseAsync(old, default);
        var active = (await ledger.AcquireEpochAsync("hot", "b", default))!;

        var refused = await Assert.ThrowsAsync<LakeException>(() => table.WriteAsync(close, state, old, default));

        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
        Assert.Null(await SnapshotAsync());
        Assert.Empty(Files());
        await table.WriteAsync(close, state, active, default);
        Assert.NotNull(await SnapshotAsync());
        var written = Assert.Single(Files());

        var sql = (SqlCatalog)lake.Lake.Catalog;
        foreach (var failure in new Exception[] { new OperationCanceledException(), LakeException.Retry("locked"), LakeException.Unavailable("it was not taken") })
        {
            sql.OnCommitPoint = _ => throw failure;
            Assert.Same(failure, await Record.ExceptionAsync(() => table.WriteAsync(close, state, active, default)));
            Assert.Equal([written], Files());
        }

        string[] Files() => Directory.GetFiles(lake.Lake.Warehouse, "*.parquet", SearchOption.AllDirectories);

        async Task<Snapshot?> SnapshotAsync() =>
            (await lake.Lake.Catalog.TryLoadAsync(HotCloseTable.Ident, default))!.Metadata.CurrentSnapshot;
    }

    static (HotState, HotClose) NewClose()
    {
        var rows = new HotRows();
        var state = rows.NewState();
        state.Apply(HotRows.Account("A"));
        state.Apply(HotRows.Instrument("X"));
        state.Apply(rows.New(1, "A", "X", HotRows.At(HotRows.Monday), 1, 1, 10), new(0, 0, 0));
        return (state, HotClose.Of(state, HotRows.D1, 0, []));
    }
}
