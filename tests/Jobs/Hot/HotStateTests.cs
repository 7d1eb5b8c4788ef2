using CsCheck;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Xunit;

namespace Dart.Lake.Jobs.Tests.Hot;

public class HotStateTests
{
    const decimal Multiplier = 100;
    static readonly string[] accounts = ["A", "B"], instruments = ["X", "Y"];
    static readonly Gen<Plan> plans = Gen.Select(
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1], Gen.Int[0, 1], Gen.Int[0, 59], Gen.Bool, Gen.Int[1, 6], Gen.Int[1, 20]).Array[1, 40],
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 39], Gen.Int[0, 59], Gen.Bool, Gen.Int[1, 6], Gen.Int[0, 20]).Array[0, 20],
        Gen.Int[0, 2], Gen.Int[0, 1_000_000],
        (trades, changes, split, seed) => new Plan(trades, changes, split, seed));

    sealed record Plan(
        (int Account, int Instrument, int Day, int Minute, bool IsBuy, int Units, int Price)[] Trades,
        (int What, int Of, int Minute, bool IsBuy, int Units, int Price)[] Changes,
        int Split,
        int Seed);

    [Fact]
    public void Numbers_of_both_days_are_those_of_an_independent_model_in_whatever_order_rows_come() => plans.Sample(plan =>
    {
        var rows = new HotRows();
        var all = Rows(plan, rows);
        var random = new Random(plan.Seed);
        var arrival = all.ToArray();
        random.Shuffle(arrival);
        IReadOnlyList<(int, int)> splits = plan.Split == 0 ? [] : [(HotRows.D2, plan.Split * 2)];
        var state = rows.NewState();
        var cut = random.Next(arrival.Length + 1);
        Feed(arrival[..cut]);
        Check(HotRows.D1, arrival[..cut]);
        state.Close(HotRows.D1);
        Feed(arrival[cut..]);
        Check(HotRows.D2, all);

        void Feed(ReadOnlySpan<(TradeRow Row, Coordinate At)> part)
        {
            foreach (var (row, at) in part)
            {
                state.Apply(row, at);
                if (random.Next(4) == 0)
                    state.TakeChanges();
                if (random.Next(5) == 0)
                    References(state, random, plan);
            }
            References(state, null, plan);
        }

        void Check(int day, IReadOnlyList<(TradeRow, Coordinate)> known)
        {
            var close = HotClose.Of(state, day, 0, []);
            foreach (var account in accounts)
                foreach (var instrument in instruments)
                    AssertSame(SlowPortfolio.Compute(
                        known,
                        rows.Names,
                        rows.Names.Accounts.Of(account),
                        rows.Names.Instruments.Of(instrument),
                        day,
                        splits,
                        Multiplier), close, account, instrument);
        }
    }, iter: 1500);

    internal static void AssertSame(SlowPortfolio.Result expected, HotClose close, string account, string instrument)
    {
        var book = close.Books.SingleOrDefault(b => b.Account == account && b.Instrument == instrument);
        if (expected.Trades == 0 && expected.UnitCosts.Count == 0)
        {
            Assert.Null(book);
            return;
        }
        Assert.NotNull(book);
        Assert.Equal(expected.Realised, Amount(book.Realised));
        Assert.Equal(expected.Fees, Amount(book.Fees));
        Assert.Equal(expected.Trades, book.Trades);
        Assert.Equal(expected.Sign * expected.UnitCosts.Count, book.Quantity / 10_000m);
        Assert.Equal(expected.Sign * expected.UnitCosts.Sum(), Amount(book.Cost));
        var lots = close.Lots.Where(l => l.Account == account && l.Instrument == instrument).ToList();
        var unit = 0;
        foreach (var lot in lots)
        {
            var units = (int)(Math.Abs(lot.Lot.Quantity) / 10_000);
            Assert.Equal(expected.Sign * expected.UnitCosts.Skip(unit).Take(units).Sum(), Amount(lot.Lot.Cost));
            unit += units;
        }
        Assert.Equal(expected.UnitCosts.Count, unit);
    }

    static decimal Amount(Int128? unscaled) => (decimal)unscaled!.Value / 10_000_000_000m;

    /// <summary>All references, or with a generator some of them in some order.</summary>
    static void References(HotState state, Random? random, Plan plan)
    {
        List<ReferenceRow> rows = [
            .. accounts.Select(a => HotRows.Account(a)),
            .. instruments.Select(i => HotRows.Instrument(i, multiplier: Multiplier)),
        ];
        if (plan.Split > 0)
            rows.AddRange(instruments.Select(i => HotRows.Split(i, HotRows.D2, plan.Split * 2, 1)));
        foreach (var row in rows)
            if (random is null || random.Next(6) == 0)
                state.Apply(row);
    }

    static IReadOnlyList<(TradeRow Row, Coordinate At)> Rows(Plan plan, HotRows rows)
    {
        var all = new List<(TradeRow Row, Coordinate At)>();
        var trades = new List<TradeRow>();
        foreach (var t in plan.Trades)
            Add(rows.New(
                trades.Count,
                accounts[t.Account],
                instruments[t.Instrument],
                HotRows.At(t.Day == 0 ? HotRows.Monday : HotRows.Tuesday, 15, t.Minute),
                t.IsBuy ? 1 : -1,
                t.Units,
                t.Price,
                t.Units * 0.25m,
                t.Minute % 2 == 0 ? "oms" : "algo"), trades);
        var sequence = 1000L;
        foreach (var c in plan.Changes)
        {
            var of = trades[c.Of % trades.Count];
            var ingest = HotRows.At(HotRows.Tuesday, 16, c.Minute);
            switch (c.What)
            {
                // A price of 0 breaks a rule: the chain goes on without that correction.
                case <= 4: Add(HotRows.Correct(of, sequence++, ingest, c.IsBuy ? 1 : -1, c.Units, c.Price, c.Units * 0.5m)); break;
                case <= 6: Add(HotRows.Bust(of, sequence++, ingest)); break;
                case <= 8: Add(of); break;
                default: Add(of with { Price = c.Price * 1_000_000L, Account = 0, Instrument = 0 }); break;
            }
        }
        return all;

        void Add(TradeRow row, List<TradeRow>? to = null)
        {
            to?.Add(row);
            all.Add((row, new(rows.Names.Logs.Of(all.Count % 3 == 0 ? "log-b" : "log-a"), all.Count % 4, all.Count)));
        }
    }
}
