using Dart.Lake.Orchestration;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>References that are missing, end, or are corrected after a day was published; marks that are carried on.</summary>
public sealed class ReferenceDaysTests
{
    static readonly DateOnly monday = new(2026, 9, 21);
    int sequence;

    static DateOnly Day(int day) => monday.AddDays(day);

    static string At(int day, string clock) => $"timestamptz '{Day(day):yyyy-MM-dd} {clock}:00+00'";

    /// <summary>A record that is published at 11:00 UTC of a day; columns that are not named are null.</summary>
    Task ReferAsync(MartsLake lake, int published, string kind, string id, string validFrom, params (string Column, string Sql)[] more)
    {
        var columns = new (string Column, string Sql)[]
        {
            ("kind", $"'{kind}'"), ("id", $"'{id}'"), ("event_time", At(published, "11:00")), ("ingest_time", At(published, "11:00")),
            ("source", "'ref'"), ("sequence", $"{++sequence}::bigint"), ("valid_from", validFrom),
        }.Concat(more);
        return lake.AppendAsync(
            "bronze.reference", "reference_raw", $"select {string.Join(", ", columns.Select(c => $"{c.Sql} as {c.Column}"))}", "sequence", "id", 1);
    }

    Task InstrumentAsync(MartsLake lake, string id, string validTo = "null::timestamptz") => ReferAsync(
        lake, 0, "INSTRUMENT", id, "timestamptz '2000-01-01 00:00:00+00'",
        ("instrument_kind", "'EQUITY'"), ("currency", "'USD'"), ("venue", "'XNYS'"), ("valid_to", validTo));

    Task AccountAsync(MartsLake lake, string id, string currency, string validTo = "null::timestamptz") => ReferAsync(
        lake, 0, "ACCOUNT", id, "timestamptz '2000-01-01 00:00:00+00'", ("currency", $"'{currency}'"), ("desk", "'D'"), ("valid_to", validTo));

    Task FixingAsync(MartsLake lake, int published, int day, string rate) => ReferAsync(
        lake, published, "FX_FIXING", "USDEUR", At(day, "00:00"), ("valid_to", At(day + 1, "00:00")),
        ("currency", "'USD'"), ("to_currency", "'EUR'"), ("as_of", $"date '{Day(day):yyyy-MM-dd}'"), ("value", $"{rate}::decimal(18, 6)"));

    Task CloseAsync(MartsLake lake, int published, int day, string kind, string id, string price) => ReferAsync(
        lake, published, kind, id, At(day, "20:00"), ("as_of", $"date '{Day(day):yyyy-MM-dd}'"), ("value", $"{price}::decimal(18, 6)"));

    Task TradeAsync(MartsLake lake, int day, string account, string instrument) => lake.AppendAsync(
        "bronze.trades", "trades_raw", $"""
        select 'NEW' as kind, '{account}' as account, '{instrument}' as instrument, {At(day, "14:00")} as event_time, {At(day, "14:01")} as ingest_time, 'oms' as source,
            {++sequence}::bigint as sequence, 'BUY' as side, 10::decimal(18, 6) as price, 10::decimal(18, 4) as quantity, 0::decimal(18, 6) as fee, 'USD' as currency, 'XNYS' as venue
        """, "sequence", "account", 1);

    Task MarkAsync(MartsLake lake, int day, string instrument, string price) => lake.AppendAsync(
        "bronze.market_data", "market_data_raw", $"""
        select 'MARK' as kind, '{instrument}' as instrument, {At(day, "20:01")} as event_time, {At(day, "20:01")} as ingest_time, 'feed' as source,
            {++sequence}::bigint as sequence, {price}::decimal(18, 6) as price, 'XNYS' as venue
        """, "sequence", "instrument", 1);

    static async Task<EndOfDayResult> PublishAsync(MartsLake lake, int day)
    {
        var result = await lake.EndOfDayAsync(Day(day));
        Assert.True(
            result.Outcome == EndOfDayOutcome.Published,
            string.Join("; ", result.Differences.Concat(result.Audits.Where(a => a.Status == "fail").SelectMany(a => a.Rows.Prepend($"{a.Audit}")))));
        return result;
    }

    static async Task<IReadOnlyList<string>> RowsAsync(MartsLake lake, string sql) =>
        [.. (await lake.RowsAsync(sql)).Select(row => string.Join(' ', row.Select(v => v is DateOnly d ? $"{d:yyyy-MM-dd}" : $"{v}")))];

    [Fact]
    public async Task What_is_open_keeps_the_last_record_and_the_newest_mark_for_as_long_as_it_is_open()
    {
        await using var lake = await MartsLake.OpenAsync();
        await InstrumentAsync(lake, "ENDS", At(1, "16:00"));
        await InstrumentAsync(lake, "GONE", At(1, "16:00"));
        await InstrumentAsync(lake, "KEEP");
        await AccountAsync(lake, "A", "USD", At(1, "16:00"));
        await AccountAsync(lake, "B", "USD");
        await TradeAsync(lake, 0, "A", "ENDS");
        await MarkAsync(lake, 0, "ENDS", "12");
        await MarkAsync(lake, 0, "GONE", "12");
        await PublishAsync(lake, 0);
        EndOfDayResult? last = null;
        // far beyond any window of days
        foreach (var day in new[] { 1, 2, 14, 28 })
        {
            await TradeAsync(lake, day, "B", "KEEP");
            await MarkAsync(lake, day, "KEEP", "10");
            last = await PublishAsync(lake, day);
        }
        Assert.Equal(
            ["A ENDS 12.000000 PRIOR 2026-09-21 True", "B KEEP 10.000000 OFFICIAL 2026-10-19 False"],
            await RowsAsync(lake, """
                select p.account, p.instrument, cast(p.mark as varchar), p.mark_source, m.as_of, p.record_ended from gold.positions_eod p
                join silver.marks m on m.trade_date = p.trade_date and m.instrument = p.instrument where p.trade_date = date '2026-10-19' order by all
                """));
        Assert.Equal(
            ["ENDS True", "KEEP False"], await RowsAsync(lake, "select instrument, ended from silver.instruments where trade_date = date '2026-10-19' order by all"));
        Assert.Equal(["A", "B"], await RowsAsync(lake, "select account from gold.portfolio_summary where trade_date = date '2026-10-19' order by all"));
        var told = last!.Audits.Single(a => a.Audit == "records_hold");
        Assert.Equal(("warn", 2), (told.Status, told.Rows.Count));
        Assert.Contains("the record of instrument ENDS has ended", told.Rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_whose_validity_begins_in_a_published_day_restates_it_and_the_days_after_it()
    {
        await using var lake = await MartsLake.OpenAsync();
        await InstrumentAsync(lake, "X");
        await AccountAsync(lake, "A", "EUR");
        await CloseAsync(lake, 0, -3, "PRIOR_CLOSE", "X", "11");
        await TradeAsync(lake, 0, "A", "X");
        foreach (var day in new[] { 0, 1 })
        {
            await FixingAsync(lake, day, day, "0.9");
            await MarkAsync(lake, day, "X", "20");
            await PublishAsync(lake, day);
        }
        // said again, a close of a closed day that is news, and a record of before all days: nothing of it restates
        await FixingAsync(lake, 2, 0, "0.9");
        await CloseAsync(lake, 2, 1, "MARK", "X", "20");
        await InstrumentAsync(lake, "NEW");
        await FixingAsync(lake, 2, 2, "0.9");
        await MarkAsync(lake, 2, "X", "20");
        Assert.Equal(["eod-2026-09-23"], (await PublishAsync(lake, 2)).Days.Select(d => d.Tag));
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await lake.EndOfDayAsync(Day(2))).Outcome);

        await FixingAsync(lake, 3, 1, "0.5");
        await FixingAsync(lake, 3, 3, "0.9");
        await MarkAsync(lake, 3, "X", "20");
        var restated = await PublishAsync(lake, 3);
        Assert.Equal(["eod-2026-09-22-r2 1", "eod-2026-09-23-r2 0", "eod-2026-09-24 0"], restated.Days.Select(d => $"{d.Tag} {d.Late.GetValueOrDefault("bronze.reference")}"));
        Assert.Equal(
            ["2026-09-21 90.00 90.00", "2026-09-22 50.00 -40.00", "2026-09-23 90.00 40.00", "2026-09-24 90.00 0.00"],
            await RowsAsync(lake, "select trade_date, cast(unrealised as varchar), cast(total_day as varchar) from gold.portfolio_summary order by all"));
        // a close that corrects another one
        await CloseAsync(lake, 3, 1, "MARK", "X", "19");
        Assert.Equal(["eod-2026-09-22-r3", "eod-2026-09-23-r3", "eod-2026-09-24-r2"], (await PublishAsync(lake, 3)).Days.Select(d => d.Tag));
    }

    [Fact]
    public async Task What_is_missing_is_named_with_what_to_send_and_can_be_sent()
    {
        await using var lake = await MartsLake.OpenAsync();
        await InstrumentAsync(lake, "X");
        await AccountAsync(lake, "A", "EUR");
        await TradeAsync(lake, 0, "A", "X");
        await TradeAsync(lake, 0, "A", "X");
        Assert.Equal(
            ["no fixing of USD to EUR holds at the close: 2 rows (lots and trades) of instrument X, account A; send to reference_raw an FX_FIXING USDEUR that is valid at the close, then run eod again"],
            await SaysAsync(lake));
        await FixingAsync(lake, 0, 0, "0.9");
        Assert.Equal(
            ["no mark of instrument X: 1 positions, the first of account A; send to reference_raw a MARK of X with as_of 2026-09-21 or the last day that had a price, then run eod again"],
            await SaysAsync(lake));
        await CloseAsync(lake, 1, 0, "MARK", "X", "20");
        await PublishAsync(lake, 0);
        Assert.Equal(["20.000000 PRIOR 2026-09-21"], await RowsAsync(lake, "select cast(mark as varchar), mark_source, as_of from silver.marks"));
    }

    [Fact]
    public async Task A_dividend_is_not_booked_and_who_held_into_its_ex_date_is_told()
    {
        await using var lake = await MartsLake.OpenAsync();
        await InstrumentAsync(lake, "X");
        await AccountAsync(lake, "HELD", "USD");
        await AccountAsync(lake, "LATER", "USD");
        await TradeAsync(lake, 0, "HELD", "X");
        await MarkAsync(lake, 0, "X", "20");
        await ReferAsync(lake, 0, "CORPORATE_ACTION", "X", At(0, "00:00"), ("action", "'DIVIDEND'"), ("as_of", $"date '{Day(1):yyyy-MM-dd}'"), ("value", "0.5::decimal(18, 6)"));
        var told = new List<string>();
        foreach (var day in new[] { 0, 1, 2 })
        {
            if (day > 0)
            {
                await TradeAsync(lake, day, "LATER", "X");
                await MarkAsync(lake, day, "X", "20");
            }
            var audit = (await PublishAsync(lake, day)).Audits.Single(a => a.Audit == "dividends_are_booked_elsewhere");
            told.Add(string.Join(' ', audit.Rows.Prepend($"{day} {audit.Status}")));
        }
        Assert.Equal("0 pass", told[0]);
        Assert.StartsWith("1 warn", told[1], StringComparison.Ordinal);
        Assert.Contains("HELD", told[1], StringComparison.Ordinal);
        Assert.DoesNotContain("LATER", told[1], StringComparison.Ordinal);
        Assert.Equal("2 pass", told[2]);
        Assert.Equal(
            ["HELD 100.00", "HELD 0.00", "HELD 0.00"],
            await RowsAsync(lake, "select account, cast(total_day as varchar) from gold.portfolio_summary where account = 'HELD' order by trade_date"));
    }

    [Fact]
    public async Task A_price_in_another_currency_than_its_instruments_is_quarantined()
    {
        await using var lake = await MartsLake.OpenAsync();
        await InstrumentAsync(lake, "X");
        await AccountAsync(lake, "A", "USD");
        await TradeAsync(lake, 0, "A", "X");
        foreach (var (day, kind, price, currency) in new[] { (-4, "PRIOR_CLOSE", "7", "USD"), (-3, "PRIOR_CLOSE", "8", "EUR"), (0, "MARK", "9", "EUR"), (0, "MARK", "11", "USD") })
            await ReferAsync(
                lake, 0, kind, "X", At(day, "20:00"), ("as_of", $"date '{Day(day):yyyy-MM-dd}'"), ("value", $"{price}::decimal(18, 6)"), ("currency", $"'{currency}'"));
        // nothing is known of it: nothing is wrong with it
        await ReferAsync(
            lake, 0, "PRIOR_CLOSE", "NOBODY", At(-3, "20:00"), ("as_of", $"date '{Day(-3):yyyy-MM-dd}'"), ("value", "5::decimal(18, 6)"), ("currency", "'EUR'"));
        await PublishAsync(lake, 0);
        Assert.Equal(["11.000000 PRIOR 2026-09-21"], await RowsAsync(lake, "select cast(mark as varchar), mark_source, as_of from silver.marks"));
        Assert.Equal(
            ["NOBODY 5.000000", "X 7.000000"], await RowsAsync(lake, "select instrument, cast(close as varchar) from silver.prior_closes order by all"));
        Assert.Equal(
            ["silver.prior_closes currency_of_instrument 8.000000", "silver.prior_closes currency_of_instrument 9.000000"],
            await RowsAsync(lake, "select table_name, rule, row_json->>'value' from silver.quarantine order by all"));
    }

    [Fact]
    public async Task An_instrument_or_account_that_comes_late_restates_the_days_that_have_its_trades_in_quarantine()
    {
        await using var lake = await MartsLake.OpenAsync();
        await InstrumentAsync(lake, "X");
        await AccountAsync(lake, "A", "USD");
        foreach (var day in new[] { 0, 1, 2 })
        {
            await TradeAsync(lake, day, "A", "X");
            if (day == 1)
            {
                await TradeAsync(lake, day, "A", "LATE");
                await TradeAsync(lake, day, "LATER", "X");
            }
            await MarkAsync(lake, day, "X", "20");
            if (day > 0)
                await MarkAsync(lake, day, "LATE", "30");
            var audit = (await PublishAsync(lake, day)).Audits.Single(a => a.Audit == "trades_have_references");
            Assert.Equal(day == 1 ? ("warn", 2) : ("pass", 0), (audit.Status, audit.Rows.Count));
            if (day == 1)
                Assert.Contains("no record of instrument LATE holds at the close: 1 trades are in quarantine, the first of account A; send to reference_raw an INSTRUMENT LATE that is valid at the close: the next run takes them", audit.Rows);
        }
        // since long before the first day
        await InstrumentAsync(lake, "LATE");
        Assert.Equal(["eod-2026-09-22-r2", "eod-2026-09-23-r2"], (await lake.EndOfDayAsync(Day(2))).Days.Select(d => d.Tag));
        await AccountAsync(lake, "LATER", "USD");
        await InstrumentAsync(lake, "NEVER");
        Assert.Equal(["eod-2026-09-22-r3", "eod-2026-09-23-r3"], (await lake.EndOfDayAsync(Day(2))).Days.Select(d => d.Tag));
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await lake.EndOfDayAsync(Day(2))).Outcome);
        Assert.Equal(
            ["A LATE 10.0000", "A X 30.0000", "LATER X 10.0000"],
            await RowsAsync(lake, "select account, instrument, cast(quantity as varchar) from gold.positions_eod where trade_date = date '2026-09-23' order by all"));
    }

    [Fact]
    public async Task An_action_belongs_to_its_ex_date_and_what_is_taken_back_is_news()
    {
        await using var lake = await MartsLake.OpenAsync();
        await InstrumentAsync(lake, "X");
        await AccountAsync(lake, "A", "EUR");
        await TradeAsync(lake, 0, "A", "X");
        foreach (var day in new[] { 0, 1, 2 })
        {
            await FixingAsync(lake, day, day, "0.9");
            await MarkAsync(lake, day, "X", "20");
            await PublishAsync(lake, day);
        }
        // its validity begins after all days that are published
        await ReferAsync(
            lake, 3, "CORPORATE_ACTION", "X", At(3, "11:00"), ("action", "'SPLIT'"), ("as_of", $"date '{Day(1):yyyy-MM-dd}'"), ("numerator", "2::bigint"), ("denominator", "1::bigint"));
        Assert.Equal(["eod-2026-09-22-r2", "eod-2026-09-23-r2"], (await lake.EndOfDayAsync(Day(2))).Days.Select(d => d.Tag));
        Assert.Equal(
            ["10.0000", "20.0000", "20.0000"], await RowsAsync(lake, "select cast(quantity as varchar) from gold.positions_eod order by trade_date"));
        foreach (var (rate, tag) in new[] { ("0.5", "-r3"), ("0.9", "-r4") })
        {
            await FixingAsync(lake, 3, 1, rate);
            Assert.Equal([$"eod-2026-09-22{tag}", $"eod-2026-09-23{tag}"], (await lake.EndOfDayAsync(Day(2))).Days.Select(d => d.Tag));
        }
        Assert.Equal(
            ["2026-09-21 90.00", "2026-09-22 270.00", "2026-09-23 270.00"],
            await RowsAsync(lake, "select trade_date, cast(unrealised as varchar) from gold.portfolio_summary order by all"));
    }

    [Fact]
    public async Task A_record_that_begins_in_a_day_that_was_not_built_restates_the_next_one()
    {
        await using var lake = await MartsLake.OpenAsync();
        await InstrumentAsync(lake, "X");
        await AccountAsync(lake, "A", "EUR");
        await TradeAsync(lake, 0, "A", "X");
        await ReferAsync(lake, 0, "FX_FIXING", "USDEUR", At(0, "00:00"), ("currency", "'USD'"), ("to_currency", "'EUR'"), ("value", "0.9::decimal(18, 6)"));
        foreach (var day in new[] { 0, 2 })
        {
            await MarkAsync(lake, day, "X", "20");
            await PublishAsync(lake, day);
        }
        await ReferAsync(lake, 3, "FX_FIXING", "USDEUR", At(1, "16:00"), ("currency", "'USD'"), ("to_currency", "'EUR'"), ("value", "0.5::decimal(18, 6)"));
        Assert.Equal(["eod-2026-09-23-r2"], (await lake.EndOfDayAsync(Day(2))).Days.Select(d => d.Tag));
        Assert.Equal(
            ["2026-09-21 90.00", "2026-09-23 50.00"],
            await RowsAsync(lake, "select trade_date, cast(unrealised as varchar) from gold.portfolio_summary order by all"));
    }

    static async Task<IReadOnlyList<string>> SaysAsync(MartsLake lake)
    {
        var result = await lake.EndOfDayAsync(monday);
        Assert.Equal(EndOfDayOutcome.AuditsFailed, result.Outcome);
        return Assert.Single(result.Audits, a => a.Status == "fail").Rows;
    }
}
