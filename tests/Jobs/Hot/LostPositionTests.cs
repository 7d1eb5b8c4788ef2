using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>What is beyond the types takes out its position or its account, and nobody else (decision 0035).</summary>
public class LostPositionTests
{
    const decimal HighestPrice = 1_000_000, HighestQuantity = 100_000_000, HighestMultiplier = 1_000_000_000;

    readonly HotRows rows = new();
    readonly HotState state;
    readonly HotHashes hashes;

    public LostPositionTests()
    {
        state = rows.NewState();
        hashes = new(state);
        foreach (var account in new[] { "A", "B" })
            state.Apply(HotRows.Account(account));
        state.Apply(HotRows.Instrument("X"));
        state.Apply(HotRows.Instrument("WIDE", multiplier: HighestMultiplier));
        foreach (var (i, (account, instrument)) in new[] { ("A", "X"), ("B", "X") }.Index())
            Trade(i, account, instrument, 10, 5);
    }

    [Fact]
    public void An_account_beyond_its_type_has_no_numbers_until_a_correction_makes_them_small()
    {
        // One trade at the limits of its rules: the position can be told (10^23), the account (18 digits) cannot.
        var trade = Trade(9, "A", "WIDE", HighestQuantity, HighestPrice);
        state.Apply(rows.Quote(1, "WIDE", HotRows.At(HotRows.Monday), HighestPrice - 2, HighestPrice - 1));

        Assert.Equal(["account A"], Lost());
        Assert.Equal("100000000.0000", Shown(HotKeys.Position("A", "WIDE"))["quantity"]);
        Assert.Null(Shown(HotKeys.Pnl("A"))["unrealised"]);
        Assert.Equal("0.00", Shown(HotKeys.Pnl("B"))["unrealised"]);
        Assert.Equal(["B"], HotValues.Pnl(state).Select(p => p.Account));

        state.Apply(HotRows.Correct(trade, 10, trade.IngestTime + 1, 1, 1, HighestPrice / 1_000_000), new(0, 0, 10));
        state.Apply(rows.Quote(2, "WIDE", HotRows.At(HotRows.Monday, 16), 1, 1));
        Assert.Empty(Lost());
        Assert.Equal("0.00", Shown(HotKeys.Pnl("A"))["unrealised"]);
    }

    [Fact]
    public void A_position_beyond_its_type_is_null_in_the_close_and_the_others_are_there()
    {
        // Beyond 38 digits. The row rules of this test let it in, as those of the
        // contracts let in some hundred thousand trades that add up to it.
        Trade(20, "A", "WIDE", 90_000_000_000_000, 900_000_000_000);

        Assert.Equal(["account A", "position A WIDE"], Lost());
        var close = HotClose.Of(state, HotRows.D1, 0, []);
        var lost = close.Books.Single(b => b.Instrument == "WIDE");
        Assert.Equal((null, null, null), (lost.Quantity, lost.Cost, lost.Realised));
        Assert.Empty(close.LostOpenings);
        Assert.Equal(100_000, close.Books.Single(b => b is { Account: "A", Instrument: "X" }).Quantity);
        Assert.Equal(100_000, close.Books.Single(b => b is { Account: "B" }).Quantity);
    }

    /// <summary>
    /// A hundred thousand trades at the limits of the contract cost 10^28, one more than 38 digits with 10 after the point hold: one bust
    /// brings the position back, in a job that never stopped and in those that began again after any of the cuts.
    /// </summary>
    [Fact]
    public async Task A_position_that_was_lost_comes_back_alike_in_a_job_that_never_stopped_and_in_one_that_began_again()
    {
        const int trades = 100_000;
        LogPartition log = new(HotLake.Log, HotLake.Topic, 0);
        ReferenceRow[] references = [HotRows.Account("A"), HotRows.Instrument("WIDE", multiplier: HighestMultiplier)];
        await using var lake = await HotLake.OpenAsync();
        await lake.ReferencesAsync(references);
        var live = new HotState(HotRules.Of(rows.Names), rows.Names, new HotCalendar());
        foreach (var row in references)
            live.Apply(row);
        List<TradeRow> first = [.. Enumerable.Range(0, trades)
            .Select(i => rows.New(i, "A", "WIDE", HotRows.At(HotRows.Monday) + i, 1, HighestQuantity, HighestPrice))];

        await TakeAsync(first, 0);
        await CutAsync(HotRows.D1, trades);
        Assert.Equal([("A", "WIDE")], LostOf(live));
        Assert.Equal([("A", "WIDE")], LostOf(await RestartedAsync()));

        await TakeAsync([rows.New(trades, "A", "WIDE", HotRows.At(HotRows.Tuesday), 1, 1, 1)], trades);
        Assert.Equal([new LostOpening("A", "WIDE")], (await CutAsync(HotRows.D2, trades + 1)).LostOpenings);
        var restarted = await RestartedAsync();
        Assert.Equal([("A", "WIDE")], LostOf(restarted));

        var bust = HotRows.Bust(first[5], trades + 1, HotRows.At(HotRows.Tuesday.AddDays(1)));
        foreach (var job in new[] { live, restarted })
        {
            // codes of names are each job's own
            var names = job.Names;
            var own = bust with
            {
                Source = names.Sources.Of("oms"),
                Account = names.Accounts.Of("A"),
                Instrument = names.Instruments.Of("WIDE"),
            };
            job.Apply(own, new(names.Logs.Of(log.LogId), 0, trades + 1));
            Assert.False(job.NeedsHistory);
        }
        await lake.TradesAsync(rows.Names, [(bust, new(0, 0, trades + 1))], Until(trades + 2));
        // 99,999 trades of 10^8 units and one of one unit; their cost is 99,999 * 10^8 * 10^6 * 10^9 and 10^9
        var (quantity, cost) = (99_999_000_000_000_000L + 10_000, (Int128)99_999 * Power(23 + 10) + Power(9 + 10));
        foreach (var job in new[] { live, restarted, await RestartedAsync() })
        {
            Assert.Empty(LostOf(job));
            var book = job.Books.Single(b => b.Quantity != 0);
            Assert.Equal((quantity, cost, trades), (book.Quantity, book.Cost, book.Lots.Count));
        }

        async Task TakeAsync(IReadOnlyList<TradeRow> of, int from)
        {
            var placed = of.Select((row, i) => (row, new Coordinate(rows.Names.Logs.Of(log.LogId), 0, from + i))).ToList();
            foreach (var (row, at) in placed)
                live.Apply(row, at);
            await lake.TradesAsync(rows.Names, placed, Until(from + of.Count));
        }

        async Task<HotClose> CutAsync(int day, long next)
        {
            var close = HotClose.Of(live, day, 0, [new(log, next)]);
            await lake.CloseAsync(close, live);
            live.Close(day);
            return close;
        }

        Dictionary<LogPartition, long> Until(long next) => new() { [log] = next };

        async Task<HotState> RestartedAsync() =>
            (await HotRestore.LoadAsync(lake.Engine, lake.Lake, [], null, 1_000_000, null, default)).State;

        static List<(string, string)> LostOf(HotState job)
        {
            job.Settle();
            return [.. job.Books.Where(b => b.IsLost).Select(b => (job.Names.Accounts[b.Account], job.Names.Instruments[b.Instrument]))];
        }

        static Int128 Power(int ten) => Enumerable.Range(0, ten).Aggregate((Int128)1, (power, _) => power * 10);
    }

    TradeRow Trade(long sequence, string account, string instrument, decimal quantity, decimal price)
    {
        var row = rows.New(sequence, account, instrument, HotRows.At(HotRows.Monday), 1, quantity, price);
        state.Apply(row, new(0, 0, sequence));
        return row;
    }

    IReadOnlyCollection<string> Lost()
    {
        Changed();
        return hashes.Lost;
    }

    Lakehouse.HotStore.HotHash Shown(string key) => Changed().Single(h => h.Key == key);

    IReadOnlyList<Lakehouse.HotStore.HotHash> Changed()
    {
        state.TouchAll();
        return hashes.Of(state.TakeChanges());
    }
}
