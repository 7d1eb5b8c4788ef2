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

    static async Task<IReadOnlyList<string>> SaysAsync(MartsLake lake)
    {
        var result = await lake.EndOfDayAsync(monday);
        Assert.Equal(EndOfDayOutcome.AuditsFailed, result.Outcome);
        return Assert.Single(result.Audits, a => a.Status == "fail").Rows;
    }
}
