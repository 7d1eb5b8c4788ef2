using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Orchestration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Sql.Tests.Models;

public sealed class ReleasedRowTests
{
    /// <summary>Trades of Friday by what becomes of them; all of A1, whose currency is the dollar.</summary>
    const string Sent = """
        select 'NEW' as kind, 'A1' as account, instrument, timestamptz '2026-09-18 15:00:00+00' as event_time, 'desk' as source, sequence, cast(null as bigint) as ref_sequence, 'BUY' as side,
            cast(price as decimal(18, 6)) as price, cast(quantity as decimal(18, 4)) as quantity, cast(0 as decimal(18, 6)) as fee, 'USD' as currency, 'XNAS' as venue,
            timestamptz '2026-09-18 15:00:00+00' + to_days(days) as ingest_time
        from (values
            ('I0', 1, '100', '10', 0), -- sound
            ('I0', 2, '900000000000', '90000000000000', 0), -- beyond what any column holds
            ('I4', 3, '1000001', '100000000', 0), -- 1e14 dollars
            ('I1', 5, '80000', '10000000000', 0), -- 8e14 dollars, of an instrument that is split on Monday
            ('I6', 6, '5', '1', 8) -- known after eight days
        ) t(instrument, sequence, price, quantity, days)
        """;

    [Fact]
    public async Task What_a_release_takes_can_be_published_to_the_limit_and_what_could_not_be_is_refused()
    {
        await using var lake = await MartsLake.OpenAsync();
        await lake.AppendAsync("bronze.reference", "reference_raw", TwoDays.Reference, "sequence", "id", 1);
        await lake.AppendAsync("bronze.trades", "trades_raw", Sent, "sequence", "account", 1);
        await lake.AppendAsync("bronze.market_data", "market_data_raw", TwoDays.Marks(TwoDays.Friday), "sequence", "instrument", 1);
        await PublishedAsync(lake, TwoDays.Friday);
        Assert.Equal(
            ["2 price_in_range", "3 price_in_range", "5 quantity_in_range", "6 known_in_time"],
            await TextsAsync(lake, "select concat(sequence, ' ', rule) from silver.quarantine order by sequence"));

        var office = new QuarantineOffice(lake.Lake, lake.Duck, TimeProvider.System, IdSource.System, NullLogger.Instance);
        var report = await office.ReleaseAsync(new(), new("ann", "confirmed"), CancellationToken.None);
        Assert.Equal(3, report.Count);
        Assert.StartsWith("the quantity of I0", Assert.Single(report.Stays).Detail, StringComparison.Ordinal);

        await PublishedAsync(lake, TwoDays.Friday);
        Assert.Equal(["1", "3", "5", "6"], await TextsAsync(lake, "select cast(sequence as varchar) from silver.trades order by sequence"));
        Assert.Equal(["2 price_in_range"], await TextsAsync(lake, "select concat(sequence, ' ', rule) from silver.quarantine"));

        // two splits make 105,000,000,000 of the 10,000,000,000; five are sold
        await lake.AppendAsync("bronze.market_data", "market_data_raw", TwoDays.Marks(TwoDays.Monday), "sequence", "instrument", 1);
        await lake.AppendAsync("bronze.trades", "trades_raw", $"""
            select * replace ('I1' as instrument, 7 as sequence, 'SELL' as side, 100 as price, 5 as quantity, timestamptz '2026-09-21 15:00:00+00' as event_time, timestamptz '2026-09-21 15:00:00+00' as ingest_time)
            from ({Sent}) where sequence = 1
            """, "sequence", "account", 1);
        await PublishedAsync(lake, TwoDays.Monday);
        // of 800,000,000,000,000 dollars 5 / 105,000,000,000 are gone: 38,095.2380952381
        Assert.Equal(
            ["104999999995.0000 799999999961904.7619047619"],
            await TextsAsync(lake, "select concat(quantity, ' ', cost) from gold.lots_eod where trade_date = date '2026-09-21' and instrument = 'I1'"));
        Assert.Equal(["0"], await TextsAsync(lake, "select cast(count(*) as varchar) from gold.reconciliation where status = 'DIFFERENT'"));
    }

    /// <summary>Prices as large as a column holds: a mark, a print, and a quote with both sides, each of a held instrument.</summary>
    const string Prices = """
        select kind, instrument, timestamptz '2026-09-18 19:00:00+00' as event_time, timestamptz '2026-09-18 19:00:00+00' as ingest_time, 'feed' as source, sequence, 'XNAS' as venue,
            cast(price as decimal(18, 6)) as price, cast(size as decimal(18, 4)) as size, cast(bid as decimal(18, 6)) as bid, cast(ask as decimal(18, 6)) as ask
        from (values
            ('MARK', 'I0', 1, '999999999999.999999', null, null, null),
            ('PRINT', 'I1', 2, '999999999999.999999', '1', null, null),
            ('QUOTE', 'I4', 3, null, null, '999999999999.999998', '999999999999.999999')
        ) t(kind, instrument, sequence, price, size, bid, ask)
        """;

    [Fact]
    public async Task Prices_of_any_size_that_a_release_takes_leave_the_day_and_the_next_one_publishable()
    {
        await using var lake = await MartsLake.OpenAsync();
        await lake.AppendAsync("bronze.reference", "reference_raw", TwoDays.Reference, "sequence", "id", 1);
        await lake.AppendAsync("bronze.trades", "trades_raw", $"""
            select * replace (i as instrument, n as sequence) from ({Sent}) cross join (values ('I0', 11), ('I1', 12), ('I2', 13), ('I4', 14)) more(i, n) where sequence = 1
            """, "sequence", "account", 1);
        await lake.AppendAsync("bronze.market_data", "market_data_raw", Prices, "sequence", "instrument", 1);
        await PublishedAsync(lake, TwoDays.Friday);
        Assert.Equal(
            ["1 silver.marks", "2 silver.prints", "3 silver.quotes"],
            await TextsAsync(lake, "select concat(sequence, ' ', table_name) from silver.quarantine order by sequence"));
        var office = new QuarantineOffice(lake.Lake, lake.Duck, TimeProvider.System, IdSource.System, NullLogger.Instance);
        Assert.Equal(3, (await office.ReleaseAsync(new(), new("ann", "confirmed"), CancellationToken.None)).Count);
        await PublishedAsync(lake, TwoDays.Friday);
        Assert.Equal(
            ["I0 OFFICIAL 999999999999.999999", "I1 PRINT 999999999999.999999", "I4 MID 999999999999.999999"],
            await TextsAsync(lake, "select concat(instrument, ' ', mark_source, ' ', mark) from silver.marks where mark > 1000000 and mark_source <> 'EXPIRY' order by 1"));
        await lake.AppendAsync("bronze.market_data", "market_data_raw", TwoDays.Marks(TwoDays.Monday), "sequence", "instrument", 1);
        await PublishedAsync(lake, TwoDays.Monday);
    }

    static async Task PublishedAsync(MartsLake lake, DateOnly day)
    {
        var result = await lake.EndOfDayAsync(day);
        Assert.True(
            result.Outcome == EndOfDayOutcome.Published,
            string.Join("; ", result.Differences.Concat(result.Audits.Where(a => a.Status != "pass").Select(a => a.ToString()))));
    }

    static async Task<IReadOnlyList<string>> TextsAsync(MartsLake lake, string sql) =>
        [.. (await lake.RowsAsync(sql)).Select(r => (string)r[0]!)];
}
