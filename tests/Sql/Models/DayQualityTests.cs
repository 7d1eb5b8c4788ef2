using Dart.Lake.Orchestration;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>What a day's end tells a reader of its numbers, held to what was sent.</summary>
public sealed class DayQualityTests
{
    static readonly DateOnly day = new(2026, 9, 21);

    static string Reference(string kind, string id, string columns) => $"""
        select '{kind}' as kind, '{id}' as id, timestamptz '2026-09-21 11:00:00+00' as event_time, timestamptz '2026-09-21 11:00:00+00' as ingest_time, 'ref' as source,
            cast(hash('{kind}{id}') % 1000000 as bigint) as sequence, timestamptz '2000-01-01 00:00:00+00' as valid_from, {columns}
        """;

    static string Trade(int sequence, string account, string instrument, string quantity, string side = "BUY", string currency = "USD") => $"""
        select 'NEW' as kind, '{account}' as account, '{instrument}' as instrument, timestamptz '2026-09-21 14:00:00+00' as event_time, timestamptz '2026-09-21 14:01:00+00' as ingest_time,
            'oms' as source, {sequence}::bigint as sequence, '{side}' as side, 10::decimal(18, 6) as price, {quantity}::decimal(18, 4) as quantity, 0::decimal(18, 6) as fee,
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
}
