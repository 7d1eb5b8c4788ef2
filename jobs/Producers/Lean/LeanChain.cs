using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Trading;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>
/// Reads a zip of an option chain: hundreds of contracts in a file each, which a merge could only read with hundreds
/// of inflaters open. So the minutes of the chain are read file by file and sorted by time in memory, with a limit.
/// </summary>
static class LeanChain
{
    /// <summary>Some 400 MB.</summary>
    const int MostEvents = 2_000_000;

    /// <summary>All events of the zip by time; equal times in the order of contracts and lines.</summary>
    public static IEnumerable<MarketDataEvent> Read(string path, LeanUniverse universe, LeanDay day)
    {
        var events = new List<MarketDataEvent>();
        Read(path, day, name => (universe.Option(name).Id, universe.Option(name).Venue), (in MarketDataEvent data) => events.Add(data));
        var order = Enumerable.Range(0, events.Count).ToArray();
        Array.Sort([.. events.Select(data => data.EventTime)], order);
        return InOrder(events, order);
    }

    /// <summary>Reads the zip and keeps nothing of it: Invalid where it is wrong.</summary>
    public static void Check(string path, LeanDay day) =>
        Read(path, day, static _ => (LeanReader.Nobody, null), static (in MarketDataEvent _) => { });

    delegate void Take(in MarketDataEvent data);

    static void Read(string path, LeanDay day, Func<LeanOptionName, (EncodedText Id, EncodedText? Venue)> instrumentOf, Take take)
    {
        var (texts, count) = (new LeanTexts(), 0);
        using var zip = LeanLines.Open(path);
        foreach (var entry in zip.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            var name = LeanOptionName.Parse(path, entry.FullName);
            var source = new EncodedText($"lean/{name.Id.ToLowerInvariant()}/{(name.IsQuote ? "quote" : "trade")}");
            var (id, venue) = instrumentOf(name);
            var reader = new LeanReader(id, source, venue, day, texts);
            using var lines = LeanLines.OfEntry(path, entry);
            while (lines.MoveNext())
                take(++count <= MostEvents
                    ? name.IsQuote ? reader.QuoteBar(lines) : reader.TradeBar(lines)
                    : throw lines.Wrong($"more than {MostEvents} events in one chain"));
        }
    }

    /// <summary>An unstable sort by time made stable: runs of equal times are put in their first order.</summary>
    static IEnumerable<MarketDataEvent> InOrder(List<MarketDataEvent> events, int[] order)
    {
        for (var from = 0; from < order.Length;)
        {
            var to = from + 1;
            while (to < order.Length && events[order[to]].EventTime == events[order[from]].EventTime)
                to++;
            Array.Sort(order, from, to - from);
            for (; from < to; from++)
                yield return events[order[from]];
        }
    }
}
