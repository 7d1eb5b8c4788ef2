using System.Numerics;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot.Domain;

/// <summary>
/// The independent model of what a position is, in numbers without limits and from the rows as they came: it knows the
/// rules of docs/data.md and no class of the product.
/// </summary>
static class WidePortfolio
{
    /// <summary>Quantity (4 places) and cost (10 places) of all trades of the rows.</summary>
    public static (BigInteger Quantity, BigInteger Cost) Compute(
        IEnumerable<OddRow> rows, string account, string instrument, long multiplier)
    {
        var first = rows.Where(r => r.Topic == Topics.Trades && r.Marker is null)
            .GroupBy(r => (r.Text("source"), r.Of<long>("sequence")))
            .Select(g => g.MinBy(r => r.Offset)!)
            .ToList();
        var lots = new List<(BigInteger Quantity, BigInteger Price)>();
        foreach (var trade in first
            .Where(r => r.Text("kind") == "NEW" && Keeps(r))
            .OrderBy(r => r.Of<long>("event_time")).ThenBy(r => r.Of<long>("sequence")))
        {
            var chain = first.Where(r => r.Text("kind") is "CORRECT" or "BUST" && r.Text("source") == trade.Text("source")
                && r.Of<long>("ref_sequence") == trade.Of<long>("sequence")).ToList();
            if (chain.Any(r => r.Text("kind") == "BUST"))
                continue;
            var terms = chain.Where(Keeps).OrderBy(r => r.Of<long>("ingest_time")).ThenBy(r => r.Of<long>("sequence")).LastOrDefault() ?? trade;
            if (terms.Text("account") != account || terms.Text("instrument") != instrument)
                continue;
            Take(lots, (terms.Text("side") == "BUY" ? 1 : -1) * (BigInteger)terms.Of<long>("quantity")!.Value, terms.Of<long>("price")!.Value);
        }
        // multipliers of the known instruments are whole, so that no cost is rounded
        return (
            lots.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Quantity),
            lots.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Quantity * l.Price * multiplier / 10_000));
    }

    static void Take(List<(BigInteger Quantity, BigInteger Price)> lots, BigInteger left, BigInteger price)
    {
        while (!left.IsZero && lots is [var oldest, ..] && oldest.Quantity.Sign != left.Sign)
        {
            var closed = BigInteger.Min(BigInteger.Abs(left), BigInteger.Abs(oldest.Quantity)) * oldest.Quantity.Sign;
            left += closed;
            lots[0] = oldest with { Quantity = oldest.Quantity - closed };
            if (lots[0].Quantity.IsZero)
                lots.RemoveAt(0);
        }
        if (!left.IsZero)
            lots.Add((left, price));
    }

    static bool Keeps(OddRow row) => row.Text("kind") is "NEW" or "CORRECT"
        && row.Text("side") is "BUY" or "SELL"
        && row.Text("venue") == "XNYS"
        && row.Text("currency") == "USD"
        && OddRows.Accounts.Contains(row.Text("account"))
        && OddRows.Instruments.Contains(row.Text("instrument"))
        && row.Of<long>("price") is >= 1 and <= 1_000_000_000_000
        && row.Of<long>("quantity") is >= 1 and <= 1_000_000_000_000
        && row.Of<long>("fee") is not null
        && Int128.Abs((Int128)row.Of<long>("ingest_time")!.Value - row.Of<long>("event_time")!.Value) <= 604_800_000_000;
}
