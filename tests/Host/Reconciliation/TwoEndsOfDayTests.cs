using Dart.Lake.Host.Tests.Kill;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Host.Tests.Reconciliation;

/// <summary>Two processes run the end of the same day at once.</summary>
public sealed class TwoEndsOfDayTests
{
    [Fact]
    public async Task Exactly_one_publishes_and_the_other_finds_it_done()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        await InterruptedDay.LeaveAsync(folder["lake"], new(2026, 9, 22), 2_000, InterruptedDay.Instant.LateInBronze, cancel);
        string[] eod = ["eod", "--date", "2026-09-21", "--data-dir", folder["lake"]];
        var runs = await Task.WhenAll(Exe.RunAsync(DemoDay.Limit, eod), Exe.RunAsync(DemoDay.Limit, eod));
        Assert.All(runs, run => run.Exits(0));
        Assert.Single(runs, run => run.Out.Contains("published 2026-09-21 as eod-2026-09-21", StringComparison.Ordinal));
        Assert.Single(runs, run => run.Out.Contains("nothing to do, 2026-09-21 is published", StringComparison.Ordinal));

        await using var lake = await Lake.OpenAsync(folder["lake"], TimeProvider.System, IdSource.System, cancel);
        Assert.Single(await lake.Ledger.ListPublicationsAsync(null, null, cancel));
        foreach (var ident in (await lake.Catalog.ListAsync(cancel)).Where(ident => ident.Namespace is "silver" or "gold"))
        {
            var table = (await lake.Catalog.TryLoadAsync(ident, cancel))!.Metadata;
            Assert.Equal(table.CurrentSnapshotId, table.Snapshots.Single().SnapshotId);
            Assert.Equal(table.CurrentSnapshotId, table.Refs["eod-2026-09-21"].SnapshotId);
        }
        (await Exe.RunAsync(DemoDay.Limit, "reconcile", "--date", "2026-09-21", "--data-dir", folder["lake"])).Exits(0);
    }
}
