using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Jobs.Tests.Hot;

public class HotCloseTableTests
{
    [Fact]
    public async Task A_job_that_was_replaced_writes_no_close()
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
        await table.WriteAsync(close, state, active, default);
        Assert.NotNull(await SnapshotAsync());

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
