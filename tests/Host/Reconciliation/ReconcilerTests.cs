using Dart.Lake.Orchestration.Reconciliation;

namespace Dart.Lake.Host.Tests.Reconciliation;

public class ReconcilerTests
{
    static async Task<ReconcileReport> ReconcileAsync(SmallDay day, long rowsOfPart = 1000) =>
        await new Reconciler(day, day) { RowsOfPart = rowsOfPart }
            .ReconcileAsync(SmallDay.Date, SmallDay.Date, new(SmallDay.Source), TestContext.Current.CancellationToken);

    static string Text(IEnumerable<ReconcileLine> lines) =>
        string.Join("\n", lines.Select(l => $"{l.Check} | {l.Subject} | {l.Left} {l.Right} | {l.Ok} | {l.Says}"));

    [Fact]
    public async Task A_day_that_adds_up_is_equal_in_every_line()
    {
        await using var day = await SmallDay.MakeAsync();
        var report = await ReconcileAsync(day);
        Assert.True(report.Ok, Text(report.Lines.Where(l => !l.Ok)));
        var fates = Assert.Single(report.Lines, l => l.Check == "trade rows");
        Assert.Equal(("1 duplicate, 3 folded, 1 quarantine, 2 silver", 7m), (fates.Says, fates.Left));
        Assert.Equal(9, Assert.Single(report.Lines, l => l is { Check: "records sent", Subject: "trades_raw" }).Left);
        Assert.Equal(1, Assert.Single(report.Lines, l => l is { Check: "records late", Subject: "trades_raw" }).Right);
        Assert.Contains(report.Lines, l => l is { Check: "cash paid", Subject: "A1 USD", Left: 1200 });
        Assert.Contains(report.Lines, l => l is { Check: "hot realised = gold realised", Subject: "A1", Right: 40 });
    }

    [Fact]
    public async Task Files_that_the_source_left_out_are_named_and_no_difference()
    {
        await using var day = await SmallDay.MakeAsync();
        var source = SmallDay.Source with { LeftOut = ["a.zip line 2: its size 'x' is no number", "b.zip line 1: it ends before its time"] };
        var report = await new Reconciler(day, day).ReconcileAsync(
            SmallDay.Date, SmallDay.Date, new(source), TestContext.Current.CancellationToken);
        Assert.True(report.Ok);
        var line = Assert.Single(report.NotCompared);
        Assert.Equal(("files left out", 2m), (line.Check, line.Left));
        Assert.Equal("2 bad files of the source were left out, the first: a.zip line 2: its size 'x' is no number", line.Says);
    }

    [Theory]
    [InlineData("a bronze trade's price", "UPDATE bronze.trades SET price = 111 WHERE _offset = 1", "trade values", "trades_raw[0]@1 of log L")]
    [InlineData("a bronze correction's quantity", "UPDATE bronze.trades SET quantity = 13 WHERE _offset = 3", "trade values", "trades_raw[0]@3 of log L")]
    [InlineData("a bronze duplicate's payload", "UPDATE bronze.trades SET fee = 7 WHERE _offset = 2", "trade rows", "trades_raw[0]@2 of log L")]
    [InlineData("a bronze quote", "UPDATE bronze.market_data SET ask = 107 WHERE _offset = 0", "quote values", "market_data_raw[0]@0 of log L")]
    [InlineData("a bronze quote's instrument", "UPDATE bronze.market_data SET instrument = 'BBB' WHERE _offset = 0", "quote values", "market_data_raw[0]@0 of log L")]
    [InlineData("a bronze option quote", "UPDATE bronze.market_data SET ask = 15 WHERE _offset = 1", "option quote values", "market_data_raw[0]@1 of log L")]
    [InlineData("a bronze print", "UPDATE bronze.market_data SET condition = '200' WHERE _offset = 2", "print values", "market_data_raw[0]@2 of log L")]
    [InlineData("a bronze print's duplicate", "UPDATE bronze.market_data SET size = 8 WHERE _offset = 3", "market rows", "market_data_raw[0]@3 of log L")]
    [InlineData("a bronze mark", "UPDATE bronze.market_data SET price = 105.01 WHERE _offset = 4", "official mark values", "market_data_raw[0]@4 of log L")]
    [InlineData("a bronze mark's time", "UPDATE bronze.market_data SET event_time = event_time - INTERVAL 1 SECOND WHERE _offset = 4", "official mark values", "AAA")]
    [InlineData("a bronze margin", "UPDATE bronze.permit SET available = 500.0000000001", "PERMIT margin values", "permit_raw[0]@0 of log L")]
    [InlineData("a bronze instrument", "UPDATE bronze.reference SET multiplier = 100 WHERE _offset = 0", "instruments reference values", "reference_raw[0]@0 of log L")]
    [InlineData("a bronze instrument that is gone", "DELETE FROM bronze.reference WHERE _offset = 0", "instruments reference values", "AAA")]
    [InlineData("a bronze close", "UPDATE bronze.reference SET value = 102 WHERE _offset = 1", "prior close values", "reference_raw[0]@1 of log L")]
    [InlineData("a bronze close's duplicate", "UPDATE bronze.reference SET value = 102 WHERE _offset = 2", "reference rows", "reference_raw[0]@2 of log L")]
    [InlineData("a bronze trade in quarantine", "UPDATE bronze.trades SET price = -2 WHERE _offset = 6", "trade quarantine values", "trades_raw[0]@6 of log L")]
    [InlineData("a silver print that is gone", "DELETE FROM silver.prints", "market rows", "market_data_raw[0]@2 of log L")]
    [InlineData("a silver margin that is gone", "DELETE FROM silver.permit_margin", "PERMIT rows", "permit_raw[0]@0 of log L")]
    [InlineData("a bronze row that is gone", "DELETE FROM bronze.trades WHERE _offset = 6", "records sent", "trades_raw")]
    [InlineData("a silver trade that is gone", "DELETE FROM silver.trades WHERE sequence = 2", "trade rows", "trades_raw[0]@1 of log L")]
    [InlineData("a lot's quantity", "UPDATE gold.lots_eod SET quantity = 7", "hot lot quantity = gold lot quantity", "A1 AAA S#1")]
    [InlineData("a lot's cost", "UPDATE gold.lots_eod SET cost = 800.0000000001", "hot lot cost = gold lot cost", "A1 AAA S#1")]
    [InlineData("a position", "UPDATE gold.positions_eod SET quantity = 9", "quantity carried and traded = position", "A1 AAA")]
    [InlineData("a hot account by a cent", "UPDATE ops.hot_close SET account_realised = 40.01 WHERE kind = 'ACCOUNT'", "hot realised = gold realised", "A1")]
    [InlineData("a hot position's fees", "UPDATE ops.hot_close SET fees = 3 WHERE kind = 'POSITION'", "hot fees per instrument = gold", "A1 AAA")]
    [InlineData("a hot account that has no numbers", "UPDATE ops.hot_close SET account_fees = NULL WHERE kind = 'ACCOUNT'", "hot fees = gold fees", "A1")]
    [InlineData("a hot position that has no numbers", "UPDATE ops.hot_close SET quantity = NULL WHERE kind = 'POSITION'", "hot position = gold position", "A1 AAA")]
    [InlineData("a mart by a cent", "UPDATE gold.portfolio_summary SET unrealised = 40.01", "unrealised per instrument adds up", "A1")]
    public async Task One_changed_value_is_named(string what, string change, string check, string subject)
    {
        await using var day = await SmallDay.MakeAsync();
        await day.DoAsync(change);
        var report = await ReconcileAsync(day);
        Assert.False(report.Ok, what);
        Assert.True(
            report.Lines.Any(l => !l.Ok && l.Check == check && l.Subject == subject), $"{what}:\n{Text(report.Lines.Where(l => !l.Ok))}");
        // the same in parts of one offset
        Assert.Equal(Text(report.Lines), Text((await ReconcileAsync(day, rowsOfPart: 0)).Lines));
    }

    /// <summary>The sending ended after five records, and the day came again from its beginning into the same log.</summary>
    static async Task<SmallDay> SentAgainAsync()
    {
        var day = await SmallDay.MakeAsync();
        foreach (var table in new[] { "bronze.trades", "bronze.dead_letters", "silver.quarantine" })
            await day.DoAsync($"UPDATE {table} SET _offset = _offset + 5 WHERE _topic = 'trades_raw'");
        await day.DoAsync("UPDATE ops.log_holes SET from_offset = from_offset + 5, to_offset = to_offset + 5");
        await day.DoAsync("UPDATE ops.hot_close SET next_offset = next_offset + 5 WHERE _topic = 'trades_raw'");
        await day.DoAsync("INSERT INTO bronze.trades SELECT * REPLACE (_offset - 5 AS _offset) FROM bronze.trades WHERE _offset < 9");
        await day.DoAsync("INSERT INTO bronze.dead_letters SELECT * REPLACE (4 AS _offset) FROM bronze.dead_letters");
        return day;
    }

    [Fact]
    public async Task What_was_sent_again_into_the_same_log_counts_once_and_is_told()
    {
        await using var day = await SentAgainAsync();
        var report = await ReconcileAsync(day);
        Assert.True(report.Ok, Text(report.Lines.Where(l => !l.Ok)));
        Assert.Equal(9, Assert.Single(report.Lines, l => l is { Check: "records sent", Subject: "trades_raw" }).Right);
        var again = Assert.Single(report.Lines, l => l.Check == "sent again");
        Assert.Equal(("trades_raw", 5m, "4 rows, 1 dead letters, 0 markers came again after an interruption"), (again.Subject, again.Right, again.Says));
    }

    [Theory]
    [InlineData("a record of which no copy came", "DELETE FROM bronze.trades WHERE sequence = 5")]
    [InlineData("a dead letter of which no copy came", "DELETE FROM bronze.dead_letters")]
    [InlineData("a dead letter that is another one", "UPDATE bronze.dead_letters SET value = '\\x00'::BLOB WHERE _offset = 4")]
    [InlineData("a marker", "DELETE FROM ops.log_holes")]
    [InlineData("a record that nobody sent", "INSERT INTO bronze.trades SELECT * REPLACE (99 AS sequence, 4 AS _offset) FROM bronze.trades WHERE sequence = 5")]
    public async Task What_is_lost_or_strange_is_told_although_the_day_was_sent_again(string what, string change)
    {
        await using var day = await SentAgainAsync();
        await day.DoAsync(change);
        var report = await ReconcileAsync(day);
        Assert.True(report.Lines.Any(l => l is { Ok: false, Check: "records sent", Subject: "trades_raw" }), what);
    }

    [Fact]
    public async Task Carried_lots_are_split_without_a_division()
    {
        await using var day = await SmallDay.MakeAsync();
        await day.DoAsync("INSERT INTO gold.portfolio_summary (trade_date, account) VALUES (DATE '2026-09-18', 'A1')");
        await day.DoAsync("INSERT INTO gold.lots_eod (trade_date, account, instrument, source, sequence, quantity, cost) VALUES (DATE '2026-09-18', 'A1', 'AAA', 'S', 0, 7, 700)");
        await day.DoAsync("INSERT INTO silver.corporate_actions (trade_date, instrument, action, ex_date, numerator, denominator) VALUES (DATE '2026-09-21', 'AAA', 'SPLIT', DATE '2026-09-21', 3, 2)");
        // 7 × 3 / 2 + 8 = 18.5
        await day.DoAsync("UPDATE gold.positions_eod SET quantity = 18.5");
        var report = await ReconcileAsync(day);
        Assert.True(Assert.Single(report.Lines, l => l.Check == "quantity carried and traded = position").Ok);
    }

    [Fact]
    public async Task A_day_without_a_cut_is_refused_with_what_to_do()
    {
        await using var day = await SmallDay.MakeAsync();
        await day.DoAsync("DELETE FROM ops.hot_close");
        var refused = await Assert.ThrowsAsync<LakeException>(() => ReconcileAsync(day));
        Assert.Equal(LakeErrorKind.Unavailable, refused.Kind);
    }
}
