using System.Text.Json;
using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Host.Tests.Lines;

namespace Dart.Lake.Host.Tests.Reconciliation;

/// <summary>
/// What others do to published tables with the tools at hand: maintenance is none of our business, what changes a published day is named by
/// <c>reconcile</c> and built again by <c>eod</c>.
/// </summary>
[Collection(SmallLakeTests.Name)]
public sealed class DepartedTableTests(SmallLake lake)
{
    const string Date = SmallLake.Date, DayBefore = "2026-09-21";

    /// <summary>Rewrites tables with the same rows, then expires all snapshots but those that refs name, as an owner would.</summary>
    const string Maintain = """
        import sys, datetime
        from pyiceberg.catalog.sql import SqlCatalog
        catalog = SqlCatalog("lake", uri="sqlite:///" + sys.argv[1])
        for space in ("silver", "gold"):
            for name in catalog.list_tables(space):
                table = catalog.load_table(name)
                if name[1] in ("daily_pnl", "trades"):
                    table.overwrite(table.scan().to_arrow())
                kept = {r.snapshot_id for r in table.refs().values()}
                gone = [s.snapshot_id for s in table.snapshots() if s.snapshot_id not in kept]
                if gone:
                    table.maintenance.expire_snapshots().by_ids(gone).commit()
        for name in catalog.list_tables("bronze"):
            table = catalog.load_table(name)
            gone = [s.snapshot_id for s in table.snapshots() if s.snapshot_id not in {r.snapshot_id for r in table.refs().values()}]
            if gone:
                table.maintenance.expire_snapshots().by_ids(gone).commit()
        """;

    const string Meddle = """
        import sys
        from pyiceberg.catalog.sql import SqlCatalog
        catalog = SqlCatalog("lake", uri="sqlite:///" + sys.argv[1])
        pnl = catalog.load_table("gold.daily_pnl")
        # by the expiry the old state is no ancestor any more
        pnl.manage_snapshots().set_current_snapshot(pnl.refs()["eod-2026-09-21"].snapshot_id).commit()
        catalog.drop_table("gold.lots_eod")
        positions = catalog.load_table("gold.positions_eod")
        schema, spec, place = positions.schema(), positions.spec(), positions.location() + "-again"
        catalog.drop_table("gold.positions_eod")
        catalog.create_table("gold.positions_eod", schema, location=place, partition_spec=spec)
        catalog.load_table("silver.trades").delete("trade_date = '2026-09-22' and account = 'A001'")
        quotes = catalog.load_table("silver.quotes")
        quotes.append(quotes.scan(row_filter="trade_date = '2026-09-22'", limit=1).to_arrow())
        """;

    [Fact]
    public async Task Maintenance_by_others_restates_nothing_and_what_changes_a_published_day_is_named_and_built_again()
    {
        const string copy = "copies/departed";
        lake.Demo.Exits(0);
        await lake.TypeAsync($"mkdir -p copies && cp -r {SmallLake.AsDemoLeftIt} {copy} && dartlake lake relocate --data-dir {copy}");
        var before = await RowsAsync(copy);

        await PythonAsync(Maintain, copy);
        Assert.Contains("nothing to do", (await lake.TypeAsync($"dartlake eod --date {Date} --data-dir {copy}")).Exits(0).Out, StringComparison.Ordinal);
        (await lake.TypeAsync($"dartlake reconcile --date {Date} --data-dir {copy}")).Exits(0);
        (await lake.TypeAsync($"dartlake verify --data-dir {copy}")).Exits(0);

        await PythonAsync(Meddle, copy);
        var named = await DepartedAsync(copy, Date);
        Assert.Equal(["gold.daily_pnl", "gold.lots_eod", "gold.positions_eod", "silver.quotes", "silver.trades"], named.Keys);
        Assert.Contains("gold.daily_pnl was rolled back", named["gold.daily_pnl"], StringComparison.Ordinal);
        Assert.Contains("gold.lots_eod was dropped;", named["gold.lots_eod"], StringComparison.Ordinal);
        Assert.Contains("gold.positions_eod was dropped and made again", named["gold.positions_eod"], StringComparison.Ordinal);
        Assert.Contains("silver.quotes was changed by snapshot", named["silver.quotes"], StringComparison.Ordinal);
        // the second day restated the first, so the rollback took both; what was changed on one day holds the other
        Assert.Equal(["gold.daily_pnl", "gold.lots_eod", "gold.positions_eod"], (await DepartedAsync(copy, DayBefore)).Keys);

        var built = (await lake.TypeAsync($"dartlake eod --date {Date} --data-dir {copy}")).Exits(0).Out;
        Assert.Contains($"gold.lots_eod was dropped: {DayBefore}, {Date} is not there as it was published; it is built again", built, StringComparison.Ordinal);
        Assert.Contains($"published {DayBefore} as eod-{DayBefore}-r3 and {Date} as eod-{Date}-r2", built, StringComparison.Ordinal);
        (await lake.TypeAsync($"dartlake reconcile --date {Date} --data-dir {copy}")).Exits(0);
        Assert.Equal(before, await RowsAsync(copy));
        Assert.Contains("nothing to do", (await lake.TypeAsync($"dartlake eod --date {Date} --data-dir {copy}")).Exits(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_left_no_manifest_is_not_compared_and_one_whose_manifest_is_gone_differs()
    {
        const string copy = "copies/manifest";
        lake.Demo.Exits(0);
        await lake.TypeAsync($"mkdir -p copies && cp -r {SmallLake.AsDemoLeftIt} {copy} && dartlake lake relocate --data-dir {copy}");
        await lake.TypeAsync($"rm {copy}/manifest/{Date}.json");
        var gone = (await lake.TypeAsync($"dartlake reconcile --date {Date} --data-dir {copy}")).Exits(1);
        Assert.Contains("the manifest with which the day was published is gone", gone.Error, StringComparison.Ordinal);
        Assert.Contains($"not compared: there is no manifest of {Date}", gone.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("all reconciliations equal", gone.Out, StringComparison.Ordinal);
        // as a live source leaves it, which never had one
        await lake.TypeAsync($"sqlite3 {copy}/catalog.db \"update publications set body = replace(body, '\\\"hasSource\\\":true', '\\\"hasSource\\\":false')\"");
        var live = (await lake.TypeAsync($"dartlake reconcile --date {Date} --data-dir {copy}")).Exits(0);
        Assert.Contains("all reconciliations that were compared equal", live.Out, StringComparison.Ordinal);
        Assert.Contains($"not compared: there is no manifest of {Date}", live.Out, StringComparison.Ordinal);
    }

    /// <summary>What <c>reconcile</c> says by table that is not as it was published.</summary>
    async Task<SortedDictionary<string, string>> DepartedAsync(string copy, string date)
    {
        var run = (await lake.TypeAsync($"dartlake reconcile --json --date {date} --data-dir {copy}")).Exits(1);
        using var report = JsonDocument.Parse(run.Out);
        return new(report.RootElement.GetProperty("lines").EnumerateArray()
            .Where(line => line.GetProperty("check").GetString() == "published state" && !line.GetProperty("ok").GetBoolean())
            .ToDictionary(line => line.GetProperty("subject").GetString()!, line => line.GetProperty("says").GetString()!), StringComparer.Ordinal);
    }

    async Task<string> RowsAsync(string copy) => (await lake.TypeAsync(
        $"""
        dartlake sql --data-dir {copy} "select (select count(*) from silver.trades), (select count(*) from silver.quotes), (select sum(total_day) from gold.daily_pnl), (select sum(cost) from gold.lots_eod), (select sum(quantity) from gold.positions_eod)" --format csv
        """)).Exits(0).Out;

    async Task PythonAsync(string text, string copy)
    {
        var script = Path.Combine(lake.Folder, "copies", "script.py");
        await File.WriteAllTextAsync(script, text, TestContext.Current.CancellationToken);
        await Tool.RunAsync(Shared.Path("engines", "pyiceberg"), ["python", script, Path.Combine(lake.Folder, copy, "catalog.db")]);
    }
}
