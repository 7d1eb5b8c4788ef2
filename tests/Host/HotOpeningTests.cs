using System.Text.Json;

namespace Dart.Lake.Host.Tests;

/// <summary>The demo's end of day restates the day before, of which trades came late; hot has them by itself.</summary>
[Collection("the demo day")]
public sealed class HotOpeningTests(DemoDay day)
{
    [Fact]
    public async Task The_lots_that_hot_opened_the_day_with_and_begins_again_with_are_those_of_the_restated_day_before()
    {
        day.Run.Exits(0);
        const string sql = """
            with days as (select max(trade_date) as day, min(trade_date) as before from gold.lots_eod),
            hot as (select account, instrument, lot_source as source, lot_sequence as sequence, lot_price as price, quantity, cost from ops.hot_close, days where kind = 'OPENING' and trade_date = day),
            gold as (select account, instrument, source, sequence, price, quantity, cost from gold.lots_eod, days where trade_date = before),
            first as (select account, instrument, lot_source as source, lot_sequence as sequence, quantity, cost from ops.hot_close, days where kind = 'LOT' and trade_date = before)
            select count(*) as lots, count(*) filter (hot.quantity is distinct from gold.quantity or hot.cost is distinct from gold.cost or hot.price is distinct from gold.price) as different,
                count(*) filter (hot.quantity is distinct from first.quantity or hot.cost is distinct from first.cost) as restated
            from hot full join gold using (account, instrument, source, sequence) full join first using (account, instrument, source, sequence)
            """;
        var row = JsonDocument.Parse((await Exe.RunAsync(TimeSpan.FromMinutes(2), "sql", sql, "--data-dir", day.DataDir, "--format", "json")).Exits(0).Out).RootElement[0];
        Assert.True(row.GetProperty("lots").GetInt64() > 100, $"{row}");
        Assert.True(row.GetProperty("restated").GetInt64() > 0, $"nothing of the day before was restated: {row}");
        Assert.Equal(0, row.GetProperty("different").GetInt64());
    }
}
