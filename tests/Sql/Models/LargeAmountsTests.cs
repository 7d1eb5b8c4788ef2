using System.Globalization;

namespace Dart.Lake.Sql.Tests.Models;

/// <summary>
/// Amounts beyond what a product of two short decimals holds (10^8 in DuckDB), up to the limits of the row rules, in every model that
/// multiplies; the right values are worked out by hand.
/// </summary>
public sealed class LargeAmountsTests
{
    [Fact]
    public async Task A_large_trade_print_and_position_are_exact_everywhere()
    {
        await using var lake = await MartsLake.OpenAsync();
        await lake.AppendAsync("bronze.reference", "reference_raw", TwoDays.Reference, "sequence", "id", 1);
        // bought and half of it sold, at the greatest price and a large quantity; I6 has a multiplier of 100
        await lake.AppendAsync("bronze.trades", "trades_raw", """
            select 'NEW' as kind, 'A1' as account, t.instrument, timestamptz '2026-09-18 15:00:00+00' + to_seconds(t.sequence) as event_time,
                timestamptz '2026-09-18 15:00:00+00' + to_seconds(t.sequence) as ingest_time, 'desk' as source, t.sequence, cast(null as bigint) as ref_sequence,
                t.side, cast(t.price as decimal(18, 6)) as price, cast(t.quantity as decimal(18, 4)) as quantity, cast(0 as decimal(18, 6)) as fee, 'USD' as currency, 'XNAS' as venue
            from (values ('I0', 1, 'BUY', '999999.999999', '99999999.9999'), ('I0', 2, 'SELL', '1000000', '49999999.9999'),
                         ('I6', 3, 'BUY', '250', '500000'), ('I6', 4, 'SELL', '250.000001', '400000')) t(instrument, sequence, side, price, quantity)
            """, "sequence", "account", 1);
        await lake.AppendAsync("bronze.market_data", "market_data_raw", TwoDays.Marks(TwoDays.Friday), "sequence", "instrument", 1);
        await lake.AppendAsync("bronze.market_data", "market_data_raw", """
            select 'PRINT' as kind, 'I0' as instrument, timestamptz '2026-09-18 15:30:00+00' as event_time, timestamptz '2026-09-18 15:30:00+00' as ingest_time, 'tape' as source,
                cast(7 as bigint) as sequence, cast('9999999.999999' as decimal(18, 6)) as price, cast('999999999.9999' as decimal(18, 4)) as size, 'XNAS' as venue
            """, "sequence", "instrument", 1, commits: 2);

        var result = await lake.EndOfDayAsync(TwoDays.Friday);

        Assert.True(result.Outcome == Orchestration.EndOfDayOutcome.Published, string.Join("; ", result.Differences));
        var realised = await lake.RowsAsync("select instrument, cast(realised as varchar) from gold.daily_pnl order by instrument");
        // 49,999,999.9999 x 0.000001; 400,000 x 0.000001 x 100
        Assert.Equal([("I0", "49.9999999999"), ("I6", "40.0000000000")], realised.Select(r => ((string)r[0]!, (string)r[1]!)));
        var cost = await lake.RowsAsync("select instrument, cast(cost as varchar) from gold.positions_eod order by instrument");
        // 50,000,000 x 999,999.999999; 100,000 x 250 x 100
        Assert.Equal([("I0", "49999999999950.0000000000"), ("I6", "2500000000.0000000000")], cost.Select(r => ((string)r[0]!, (string)r[1]!)));
        var value = Assert.Single(await lake.RowsAsync("select cast(value as varchar) from gold.ohlcv_1m"));
        Assert.Equal((9_999_999.999999m * 999_999_999.9999m).ToString(CultureInfo.InvariantCulture), value[0]);
    }
}
