using Dart.Lake.Orchestration;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>What a day's end tells a reader of its numbers, held to what was sent.</summary>
public sealed class DayQualityTests
{
    static readonly DateOnly day = new(2026, 9, 21);

    static string Reference(string kind, string id, string columns, string known = "11:00:00") => $"""
        select '{kind}' as kind, '{id}' as id, timestamptz '2026-09-21 11:00:00+00' as event_time, timestamptz '2026-09-21 {known}+00' as ingest_time, 'ref' as source,
            cast(hash('{kind}{id}') % 1000000 as bigint) as sequence, timestamptz '2000-01-01 00:00:00+00' as valid_from, {columns}
        """;

    static string Trade(int sequence, string account, string instrument, string quantity, string currency = "USD", string price = "10") => $"""
        select 'NEW' as kind, '{account}' as account, '{instrument}' as instrument, timestamptz '2026-09-21 14:00:00+00' as event_time, timestamptz '2026-09-21 14:01:00+00' as ingest_time,
            'oms' as source, {sequence}::bigint as sequence, 'BUY' as side, {price}::decimal(18, 6) as price, {quantity}::decimal(18, 4) as quantity, 0::decimal(18, 6) as fee,
            '{currency}' as currency, 'XNYS' as venue
        """;

    static string Mark(string instrument) => $"""
        select 'MARK' as kind, '{instrument}' as instrument, timestamptz '2026-09-21 20:01:00+00' as event_time, timestamptz '2026-09-21 20:01:00+00' as ingest_time, 'feed' as source,
            cast(hash('{instrument}') % 1000000 as bigint) as sequence, 12::decimal(18, 6) as price, 'XNYS' as venue
        """;

    static async Task<MartsLake> LakeAsync(params IEnumerable<string> trades)
    {
        var lake = await MartsLake.OpenAsync();
        string[] references =
        [
            .. new[] { "KNOWN", "PRINTED" }.Select(id => Reference("INSTRUMENT", id, "'EQUITY' as instrument_kind, 'USD' as currency, 'XNYS' as venue")),
            .. new[] { "A", "B", "C", "D" }.Select(id => Reference("ACCOUNT", id, "'USD' as currency, 'D' as desk")),
        ];
        foreach (var record in references)
            await lake.AppendAsync("bronze.reference", "reference_raw", record, "sequence", "id", 1);
        // a close before the day gives KNOWN a past return with the one of the day before it
        foreach (var (at, price) in new[] { ("2026-09-17", "10"), ("2026-09-18", "11") })
            await lake.AppendAsync("bronze.reference", "reference_raw", Reference("PRIOR_CLOSE", "KNOWN", $"date '{at}' as as_of, {price}::decimal(18, 6) as value")
                .Replace("2000-01-01", at, StringComparison.Ordinal), "sequence", "id", 1);
        foreach (var trade in trades)
            await lake.AppendAsync("bronze.trades", "trades_raw", trade, "sequence", "account", 1);
        await lake.AppendAsync("bronze.market_data", "market_data_raw", Mark("KNOWN"), "sequence", "instrument", 1);
        await lake.AppendAsync("bronze.market_data", "market_data_raw", Mark("PRINTED").Replace("'MARK' as kind", "'PRINT' as kind, 1::decimal(18, 4) as size", StringComparison.Ordinal).Replace("20:01:00", "19:01:00", StringComparison.Ordinal), "sequence", "instrument", 1);
        return lake;
    }

    static async Task<DayQuality> QualityAsync(MartsLake lake)
    {
        var result = await lake.EndOfDayAsync(day);
        Assert.True(
            result.Outcome == EndOfDayOutcome.Published,
            string.Join("; ", result.Differences.Concat(result.Audits.Where(a => a.Status == "fail").SelectMany(a => a.Rows.Prepend($"{a.Audit}")))));
        return Assert.Single(result.Quality);
    }

    [Fact]
    public async Task What_was_quarantined_has_no_history_and_no_official_mark_is_told_with_counts_quantities_and_accounts()
    {
        await using var lake = await LakeAsync(
            Trade(1, "A", "KNOWN", "10"),
            Trade(2, "A", "PRINTED", "5"),
            Trade(3, "D", "KNOWN", "1.5", currency: "EUR"),
            Trade(4, "C", "KNOWN", "2", currency: "EUR"),
            Trade(5, "B", "KNOWN", "3", currency: "EUR"),
            Trade(6, "A", "KNOWN", "4", currency: "EUR"),
            Trade(7, "B", "NOBODY", "7"));
        Assert.Equal(
            [
                "2026-09-21 quarantined: 4 trades, currency_of_instrument, 10.5 units of A, B, C and 1 more",
                "2026-09-21 quarantined: 1 trades, instrument_known, 7 units of B",
                "2026-09-21 without a history: 1 instruments, 60.00 of 180.00 USD",
                "2026-09-21 marks that are not official: 1 positions PRINT (PRINTED)",
            ],
            (await QualityAsync(lake)).Lines());
    }

    [Fact]
    public async Task A_day_of_which_all_is_known_tells_nothing()
    {
        await using var lake = await LakeAsync(Trade(1, "A", "KNOWN", "10"));
        var quality = await QualityAsync(lake);
        Assert.Empty(quality.Lines());
        Assert.Equal("OFFICIAL 1", string.Join(' ', quality.Marks.Select(m => $"{m.Source} {m.Positions}")));
    }

    [Fact]
    public async Task Each_audit_that_warns_names_what_it_is_about_and_nothing_else()
    {
        await using var lake = await LakeAsync(
            Trade(1, "A", "KNOWN", "10"), Trade(2, "A", "PRINTED", "5"), Trade(3, "B", "KNOWN", "1", price: "8.99"), Trade(4, "C", "KNOWN", "1", price: "9"));
        // 12 is the market, a quarter of it the limit
        await LimitAsync(lake, "A", "C");
        await lake.AppendAsync("bronze.permit", "permit_raw", string.Join(" union all ", new[] { ("A", -1), ("B", 0) }.Select((m, i) => $"""
            select 'MARGIN' as kind, '{m.Item1}' as account, timestamptz '2026-09-21 15:00:00+00' as event_time, timestamptz '2026-09-21 15:00:00+00' as ingest_time, 'mo' as source,
                {i}::bigint as sequence, 'USD' as currency, 0::decimal(38, 10) as amount, {m.Item2}::decimal(38, 10) as available
            """)), "sequence", "account", 1);
        var first = await lake.EndOfDayAsync(day);
        Assert.Equal(
            [
                "cash_is_not_negative 1 A", "positions_have_a_history 1 PRINTED", "risk_covers_positions 3 ACCOUNT D A, DESK D, FIRM",
                "traders_have_a_limit 1 B D", "trades_are_near_the_market 1 B KNOWN",
            ],
            Warned(first));
        // a week on nothing has priced PRINTED
        await lake.AppendAsync("bronze.market_data", "market_data_raw", Mark("KNOWN").Replace("2026-09-21", "2026-09-28", StringComparison.Ordinal), "sequence", "instrument", 1);
        Assert.Contains("marks_are_fresh 1 A PRINTED", Warned(await lake.EndOfDayAsync(day.AddDays(7))));
        Assert.DoesNotContain(Warned(first), audit => audit.StartsWith("marks_are_fresh", StringComparison.Ordinal));
    }

    /// <summary>Records of accounts once more, with a limit.</summary>
    static async Task LimitAsync(MartsLake lake, params IEnumerable<string> accounts)
    {
        foreach (var account in accounts)
            await lake.AppendAsync(
                "bronze.reference",
                "reference_raw",
                Reference("ACCOUNT", account, "'USD' as currency, 'D' as desk, 1000000::decimal(18, 2) as margin_limit", known: "11:00:01"),
                "sequence",
                "id",
                1);
    }

    /// <summary>Audits that warned, with the number of rows and the names that these say, in order.</summary>
    static IEnumerable<string> Warned(EndOfDayResult result)
    {
        Assert.Equal(EndOfDayOutcome.Published, result.Outcome);
        return result.Audits.Where(a => a.Status == "warn")
            .Select(a => $"{a.Audit} {a.Rows.Count} {string.Join(", ", a.Rows.Select(Names).Order(StringComparer.Ordinal))}")
            .Order(StringComparer.Ordinal);

        static string Names(string row) => string.Join(' ', row.Split(", ")
            .Where(part => part.Split(' ')[0] is "scope" or "desk" or "account" or "instrument")
            .Select(part => part.Split(' ', 2)[1]).Where(name => name.Length > 0));
    }
}
