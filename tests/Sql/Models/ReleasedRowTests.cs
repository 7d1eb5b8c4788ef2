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
        await PublishedAsync(TwoDays.Friday);
        Assert.Equal(
            ["2 price_in_range", "3 price_in_range", "5 quantity_in_range", "6 known_in_time"],
            await TextsAsync("select concat(sequence, ' ', rule) from silver.quarantine order by sequence"));

        var office = new QuarantineOffice(lake.Lake, lake.Duck, TimeProvider.System, IdSource.System, NullLogger.Instance);
        var report = await office.ReleaseAsync(new(), new("ann", "confirmed"), CancellationToken.None);
        Assert.Equal(3, report.Count);
        Assert.StartsWith("the quantity of I0", Assert.Single(report.Stays).Detail, StringComparison.Ordinal);

        await PublishedAsync(TwoDays.Friday);
        Assert.Equal(["1", "3", "5", "6"], await TextsAsync("select cast(sequence as varchar) from silver.trades order by sequence"));
        Assert.Equal(["2 price_in_range"], await TextsAsync("select concat(sequence, ' ', rule) from silver.quarantine"));

        // two splits make 105,000,000,000 of the 10,000,000,000; five are sold
        await lake.AppendAsync("bronze.market_data", "market_data_raw", TwoDays.Marks(TwoDays.Monday), "sequence", "instrument", 1);
        await lake.AppendAsync("bronze.trades", "trades_raw", $"""
            select * replace ('I1' as instrument, 7 as sequence, 'SELL' as side, 100 as price, 5 as quantity, timestamptz '2026-09-21 15:00:00+00' as event_time, timestamptz '2026-09-21 15:00:00+00' as ingest_time)
            from ({Sent}) where sequence = 1
            """, "sequence", "account", 1);
        await PublishedAsync(TwoDays.Monday);
        // of 800,000,000,000,000 dollars 5 / 105,000,000,000 are gone: 38,095.2380952381
        Assert.Equal(
            ["104999999995.0000 799999999961904.7619047619"],
            await TextsAsync("select concat(quantity, ' ', cost) from gold.lots_eod where trade_date = date '2026-09-21' and instrument = 'I1'"));
        Assert.Equal(["0"], await TextsAsync("select cast(count(*) as varchar) from gold.reconciliation where status = 'DIFFERENT'"));

        async Task PublishedAsync(DateOnly day)
        {
            var result = await lake.EndOfDayAsync(day);
            Assert.True(
                result.Outcome == EndOfDayOutcome.Published,
                string.Join("; ", result.Differences.Concat(result.Audits.Where(a => a.Status != "pass").Select(a => a.ToString()))));
        }

        async Task<IReadOnlyList<string>> TextsAsync(string sql) => [.. (await lake.RowsAsync(sql)).Select(r => (string)r[0]!)];
    }
}
