namespace Dart.Lake.Sql.Tests.Models;

/// <summary>
/// The judge: trades folded and matched the way a person would, with lists and queues; it shares nothing with the models.
/// </summary>
internal sealed class QueueBooks
{
    public sealed record Sent(
        string Kind,
        string Account,
        string Instrument,
        DateTime Time,
        DateTime Known,
        string Source,
        long Sequence,
        long? Ref,
        string? Side,
        decimal? Price,
        decimal? Quantity,
        decimal? Fee);

    public sealed class Lot
    {
        public required decimal Signed { get; set; }
        public required decimal Cost { get; set; }
        public required decimal Price { get; init; }
        public required bool Split { get; set; }

        /// <summary>What the lot was when the day began.</summary>
        public (decimal Units, decimal Cost) Whole { get; set; }
        public required (string, long) Opening { get; init; }
    }

    public SortedDictionary<(string Account, string Instrument), List<Lot>> Books { get; } = [];
    public int Duplicates { get; private set; }
    public int Quarantined { get; private set; }
    public int Folded { get; private set; }

    /// <summary>The trades that stand, in order; the rows come by partition and offset.</summary>
    public IReadOnlyList<(Sent First, Sent Counts)> Stand(IEnumerable<Sent> rows)
    {
        var firsts = new Dictionary<(string, long), Sent>();
        foreach (var row in rows)
            if (!firsts.TryAdd((row.Source, row.Sequence), row))
                if (firsts[(row.Source, row.Sequence)] == row)
                    Duplicates++;
                else
                    Quarantined++;
        var chains = new Dictionary<(string, long), List<Sent>>();
        foreach (var row in firsts.Values.Where(r => r.Kind == "NEW"))
            if (row.Price > 0)
                chains.Add((row.Source, row.Sequence), [row]);
            else
                Quarantined++;
        foreach (var row in firsts.Values.Where(r => r.Kind != "NEW"))
            if (chains.TryGetValue((row.Source, row.Ref!.Value), out var chain))
                chain.Add(row);
            else
                Quarantined++;
        var standing = new List<(Sent, Sent)>();
        foreach (var chain in chains.Values)
        {
            var busted = chain.Exists(r => r.Kind == "BUST");
            Folded += chain.Count - (busted ? 0 : 1);
            if (!busted)
                standing.Add((chain[0], chain.OrderBy(r => r.Kind == "NEW" ? 0 : 1).ThenBy(r => r.Known).ThenBy(r => r.Sequence).Last()));
        }
        return [.. standing.OrderBy(t => t.Item1.Time).ThenBy(t => t.Item1.Source, StringComparer.Ordinal).ThenBy(t => t.Item1.Sequence)];
    }

    /// <summary>Trades a day; what is realised per account and instrument.</summary>
    public Dictionary<(string, string), decimal> Trade(IEnumerable<(Sent First, Sent Counts)> trades, Func<string, decimal> multiplier)
    {
        var realised = new Dictionary<(string, string), decimal>();
        foreach (var lot in Books.Values.SelectMany(lots => lots))
            lot.Whole = (Math.Abs(lot.Signed), lot.Cost);
        foreach (var (first, counts) in trades)
        {
            var key = (counts.Account, counts.Instrument);
            if (!Books.TryGetValue(key, out var lots))
                Books.Add(key, lots = []);
            var (direction, left, price, times) = (
                counts.Side == "BUY" ? 1 : -1, counts.Quantity!.Value, counts.Price!.Value, multiplier(counts.Instrument));
            realised.TryAdd(key, 0);
            while (left > 0 && lots.Count > 0 && Math.Sign(lots[0].Signed) != direction)
            {
                var (lot, open) = (lots[0], Math.Abs(lots[0].Signed));
                var closed = Math.Min(open, left);
                var cost = lot.Split ? Share(lot, open - closed) - Share(lot, open) : lot.Price * closed * times;
                realised[key] += Math.Sign(lot.Signed) * (price * closed * times - cost);
                lot.Signed += direction * closed;
                lot.Cost -= cost;
                left -= closed;
                if (lot.Signed == 0)
                    lots.RemoveAt(0);
            }
            if (left > 0)
                lots.Add(new()
                {
                    Signed = direction * left,
                    Cost = price * left * times,
                    Price = price,
                    Split = false,
                    Opening = (first.Source, first.Sequence),
                });
        }
        return realised;
    }

    /// <summary>The rounded share of a lot's cost that was closed when so much is open.</summary>
    static decimal Share(Lot lot, decimal open) =>
        Math.Round(lot.Whole.Cost * (lot.Whole.Units - open) / lot.Whole.Units, 10, MidpointRounding.AwayFromZero);

    public void Split(string instrument, int numerator, int denominator)
    {
        foreach (var lots in Books.Where(b => b.Key.Instrument == instrument).Select(b => b.Value))
        {
            var (position, shared) = (0m, 0m);
            foreach (var lot in lots)
            {
                position += lot.Signed;
                var upTo = Math.Round(position * numerator / denominator, 4, MidpointRounding.AwayFromZero);
                (lot.Signed, lot.Split, shared) = (upTo - shared, true, upTo);
            }
        }
    }
}
