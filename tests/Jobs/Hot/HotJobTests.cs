using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

public class HotJobTests
{
    [Fact]
    public async Task Both_days_are_cut_at_their_markers_and_the_store_shows_what_bronze_makes_again()
    {
        await using var world = await HotWorld.OpenAsync();
        await world.StartHotAsync();
        await world.ProduceAsync();
        await world.UntilAllIsTakenAsync();

        await AssertClosesAsync(world);
        await AssertStoreIsReplayAsync(world);
        Assert.True(world.Last!.Late.GetValueOrDefault(HotWorld.Day) > 0, "the late trades of the day");
        Assert.True(world.Last.Late.GetValueOrDefault(HotWorld.Prior) > 0, "the corrections of the day before");
    }

    [Fact]
    public async Task A_job_that_is_ended_anywhere_begins_again_as_if_it_had_never_stopped()
    {
        await using var world = await HotWorld.OpenAsync();
        await world.StartHotAsync();
        var producing = world.ProduceAsync();
        for (var step = 1; step <= 5; step++)
        {
            var until = step * 3_000;
            await world.UntilAsync(p => p.Events >= until || p.Closed == HotWorld.Day);
            await world.StopHotAsync();
            await world.StartHotAsync();
        }
        await producing;
        await world.UntilAllIsTakenAsync();

        await AssertClosesAsync(world);
        await AssertStoreIsReplayAsync(world);
    }

    /// <summary>ops.hot_close of both days against a state that took bronze in one go, cut where the markers are.</summary>
    static async Task AssertClosesAsync(HotWorld world)
    {
        await using var session = await world.SessionAsync();
        var names = new HotNames();
        var state = new HotState(HotRules.Of(names), names, new HotCalendar());
        var gate = new HotGate(state, world.Applied.Keys, mostHeld: 3_000_000);
        var bronze = new BronzeRows(session, names, state.Market.Conditions);
        await bronze.MarkersAsync(gate.Mark, default);
        await bronze.MarketAsync(0, (p, o, r) => gate.Apply(p, o, r), default);
        await bronze.TradesAsync(0, (p, o, r) => gate.Apply(p, o, r), default);
        await bronze.ReferencesAsync((p, o, r) => gate.Apply(p, o, r), default);
        foreach (var day in new[] { HotWorld.Prior, HotWorld.Day })
        {
            Assert.Equal(HotCalendar.Days(day), gate.Complete);
            var close = HotClose.Of(state, HotCalendar.Days(day), 0, []);
            Assert.NotEmpty(close.Lots);
            var expected = close.Accounts.Select(a =>
                $"ACCOUNT {a.Account}  {Money.Text(a.Realised, 2)} {Money.Text(a.Unrealised, 2)} {Money.Text(a.Fees, 2)} {a.Trades}")
                .Concat(close.Books.Select(b =>
                    $"POSITION {b.Account} {b.Instrument} {Money.Text(b.Realised!.Value, 10)} {Money.Text(b.Unrealised!.Value, 10)} {Money.Text(b.Fees!.Value, 10)} {b.Trades} {Money.Text(b.Quantity!.Value, 4)} {Money.Text(b.Cost!.Value, 10)}"))
                .Concat(close.Lots.Select(l =>
                    $"LOT {l.Account} {l.Instrument} {l.Source} {l.Lot.Sequence} {Money.Text(l.Lot.Quantity, 4)} {Money.Text(l.Lot.Cost, 10)}"));
            await using var result = await session.QueryAsync($"""
                SELECT CASE kind
                    WHEN 'ACCOUNT' THEN concat('ACCOUNT ', account, '  ', account_realised, ' ', account_unrealised, ' ', account_fees, ' ', trades)
                    WHEN 'POSITION' THEN concat('POSITION ', account, ' ', instrument, ' ', realised, ' ', unrealised, ' ', fees, ' ', trades, ' ', quantity, ' ', cost)
                    ELSE concat('LOT ', account, ' ', instrument, ' ', lot_source, ' ', lot_sequence, ' ', quantity, ' ', cost) END
                FROM ops.hot_close WHERE trade_date = DATE '{day:yyyy-MM-dd}' AND kind IN ('ACCOUNT', 'POSITION', 'LOT')
                """, default);
            Assert.Equal(
                expected.Order(StringComparer.Ordinal),
                (await result.ReadRowsAsync(100_000, default)).Select(r => (string)r[0]!).Order(StringComparer.Ordinal));
            state.Close(HotCalendar.Days(day));
            gate.Release();
        }
    }

    internal static async Task AssertStoreIsReplayAsync(HotWorld world)
    {
        await world.StopHotAsync();
        var expected = await HotReplay.ValuesAsync(world.Engine, world.Lake, null, default);
        await using var store = await world.StoreAsync();
        foreach (var prefix in new[] { HotKeys.PnlPrefix, HotKeys.PositionPrefix, HotKeys.RiskPrefix, HotKeys.PricePrefix })
        {
            var shown = await store.ReadAsync(prefix, default);
            Assert.NotEmpty(shown);
            Assert.Equal(Lines(expected.Values.Where(h => h.Key.StartsWith(prefix, StringComparison.Ordinal))), Lines(shown));
        }

        static IEnumerable<string> Lines(IEnumerable<HotHash> hashes) => hashes.OrderBy(h => h.Key, StringComparer.Ordinal)
            .Select(h =>
                $"{h.Key} {string.Join(' ', h.Fields.Where(f => f.Value is not null).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}"))}");
    }
}
