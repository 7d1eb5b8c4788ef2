using CsCheck;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Lakehouse.HotStore;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>The same trades, prices and references give the same state, in whatever order and among whatever readings they come.</summary>
public class HotOrderTests
{
    static readonly string[] accounts = ["A", "B"], instruments = ["X", "Y", "Z"];

    [Fact]
    public void A_mixture_of_rows_shows_the_same_in_two_orders() => Gen.Int[0, int.MaxValue].Sample(seed =>
    {
        var random = new Random(seed);
        var rows = new HotRows();
        Action<HotState>[] events = [.. Trades(rows, random), .. Prices(rows, random)], references = [.. References()];
        var first = Fold(rows, [.. events, .. references], null);
        random.Shuffle(references);
        Action<HotState>[] mixture = [.. events, .. references[1..]];
        random.Shuffle(mixture);
        // what waits for the last of them is folded once before, and has no other cause to be folded again
        var second = Fold(rows, [.. mixture, state => state.TakeChanges(), references[0]], random);
        Assert.Equal(first, second);
        Assert.Contains(first, line => line.Contains("quantity=", StringComparison.Ordinal));
    }, iter: 300);

    /// <summary>What Redis shows of both days, and what a cut writes of them, as lines.</summary>
    static List<string> Fold(HotRows rows, IEnumerable<Action<HotState>> mixture, Random? random)
    {
        var state = rows.NewState();
        // Prices keep the two newest days of an instrument: a row of each day, in their order, opens both.
        foreach (var day in new[] { HotRows.Monday, HotRows.Tuesday })
            foreach (var instrument in instruments)
                state.Apply(rows.Quote(0, instrument, HotRows.At(day), 1, null));
        foreach (var apply in mixture)
        {
            apply(state);
            if (random?.Next(8) == 0)
                state.TakeChanges();
        }
        var lines = new List<string>();
        // as it stands: a close shows another day, and folds all books anew for it
        Show("now");
        foreach (var day in new[] { HotRows.D1, HotRows.D2 })
        {
            var close = HotClose.Of(state, day, 0, []);
            lines.AddRange(close.Accounts.Select(a => $"{day} {a}"));
            lines.AddRange(close.Books.Select(b => $"{day} {b}"));
            // Lots of a position are in FIFO order, which counts.
            lines.AddRange(close.Lots.GroupBy(l => (l.Account, l.Instrument)).Select(g => $"{day} {string.Join(", ", g)}"));
            Show($"{day}");
        }
        lines.Sort(StringComparer.Ordinal);
        return lines;

        void Show(string when)
        {
            state.TouchAll();
            foreach (var hash in new HotHashes(state).Of(state.TakeChanges()))
                if (!hash.IsGone)
                    lines.Add($"{when} {hash.Key} {string.Join(' ', hash.Fields.Select(f => $"{f.Key}={f.Value}"))}");
        }
    }

    static IEnumerable<Action<HotState>> Trades(HotRows rows, Random random)
    {
        var trades = new List<TradeRow>();
        var offset = 0L;
        for (var i = 0; i < 30; i++)
        {
            var day = random.Next(2) == 0 ? HotRows.Monday : HotRows.Tuesday;
            trades.Add(rows.New(
                i, accounts[random.Next(2)], instruments[random.Next(3)], HotRows.At(day, 15, random.Next(60)),
                random.Next(2) == 0 ? 1 : -1, random.Next(1, 9), random.Next(1, 50), 0.25m));
        }
        foreach (var trade in trades)
            yield return Row(trade);
        for (var i = 0; i < 20; i++)
        {
            var of = trades[random.Next(trades.Count)];
            var ingest = HotRows.At(HotRows.Tuesday, 16, random.Next(60));
            yield return Row(random.Next(6) switch
            {
                // A price of 0 breaks a rule.
                0 or 1 => HotRows.Correct(of, 1000 + i, ingest, 1, random.Next(1, 9), random.Next(50)),
                // One that names another account or instrument is held against that one's references too.
                5 => HotRows.Correct(of, 1000 + i, ingest, 1, random.Next(1, 9), random.Next(1, 50)) with
                {
                    Account = rows.Names.Accounts.Of(accounts[random.Next(2)]),
                    Instrument = rows.Names.Instruments.Of(instruments[random.Next(3)]),
                },
                2 => HotRows.Bust(of, 1000 + i, ingest),
                3 => of,
                _ => of with { Price = of.Price + 1_000_000, Instrument = rows.Names.Instruments.Of("X") },
            });
        }

        Action<HotState> Row(TradeRow row)
        {
            var at = new Coordinate(rows.Names.Logs.Of("log"), (int)(offset % 3), offset++);
            return state => state.Apply(row, at);
        }
    }

    static IEnumerable<Action<HotState>> Prices(HotRows rows, Random random)
    {
        for (var i = 1; i <= 40; i++)
        {
            var time = HotRows.At(random.Next(2) == 0 ? HotRows.Monday : HotRows.Tuesday, 15, random.Next(60));
            var instrument = instruments[random.Next(3)];
            var price = random.Next(1, 50);
            var row = random.Next(4) switch
            {
                0 => rows.Print(i, instrument, time, price, random.Next(1, 5)),
                1 => rows.Mark(i, instrument, time, price),
                2 => rows.Quote(i, instrument, time, price, random.Next(2) == 0 ? null : price + 1),
                _ => rows.Quote(i, instrument, time, null, price),
            };
            // Without a venue it waits for the instrument's reference.
            if (random.Next(3) == 0)
                row.Venue = -1;
            yield return state => state.Apply(row);
            if (random.Next(6) == 0)
                yield return state => state.Apply(row);
        }
    }

    static IEnumerable<Action<HotState>> References()
    {
        ReferenceRow[] rows =
        [
            HotRows.Account("A"), HotRows.Account("B", "EUR"), HotRows.Fixing("USD", "EUR", 0.9m), HotRows.Split("X", HotRows.D2, 2, 1),
            .. instruments.Select(i => HotRows.Instrument(i, multiplier: 10)), HotRows.Prior(
                "Z", HotRows.D1, 7), HotRows.Prior("Y", HotRows.D1, 8),
        ];
        return rows.Select(row => (Action<HotState>)(state => state.Apply(row)));
    }
}
