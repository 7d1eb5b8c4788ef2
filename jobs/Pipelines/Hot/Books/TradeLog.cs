using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Books;

/// <summary>
/// The rows of trades_raw of the days that are kept, by (source, sequence), each once. What it holds depends on the set of rows and not on the order in which they
/// come: of rows with the same name the one with the least coordinate stays, and a correction or bust waits for the NEW that it names.
/// </summary>
/// <param name="insert">Told of a NEW that is kept.</param>
/// <param name="remove">Told of a NEW that another row has displaced.</param>
/// <param name="amended">Told of a NEW whose corrections or busts are others than before.</param>
sealed class TradeLog(HotNames names, Action<Trade> insert, Action<Trade> remove, Action<Trade> amended)
{
    readonly Dictionary<TradeKey, Trade> trades = [];
    readonly Dictionary<TradeKey, List<Trade>> waiting = [];
    readonly HashSet<TradeKey> unknown = [];

    /// <summary>Whether corrections or busts name NEWs that are not kept and that <see cref="TakeUnknown"/> has not given yet.</summary>
    public bool HasUnknown => unknown.Count > 0;

    /// <summary>Names of such NEWs, each given once: either they are forgotten, or they have not come.</summary>
    public IReadOnlyList<TradeKey> TakeUnknown(int most)
    {
        List<TradeKey> taken = [.. unknown.Take(most)];
        unknown.ExceptWith(taken);
        return taken;
    }

    /// <summary>Takes a row in.</summary>
    /// <param name="make">Makes what is kept of the row, when it is kept.</param>
    public void Add(in TradeRow row, in Coordinate at, Func<TradeRow, Coordinate, Trade> make)
    {
        if (trades.TryGetValue(row.Key, out var known))
        {
            var first = names.Compare(at, known.At) < 0;
            if (known.Row.Equals(row))
            {
                if (first)
                    known.At = at;
                return;
            }
            if (!first)
                return;
            Remove(known);
        }
        var trade = make(row, at);
        trades[row.Key] = trade;
        if (row.Kind == TradeKind.New)
        {
            if (waiting.Remove(row.Key, out var amendments))
                trade.Amendments = amendments;
            unknown.Remove(row.Key);
            insert(trade);
        }
        else
        {
            Attach(trade);
        }
    }

    /// <summary>Forgets a NEW and what names it.</summary>
    public void Forget(Trade trade)
    {
        trades.Remove(trade.Row.Key);
        foreach (var amendment in trade.Amendments ?? [])
            trades.Remove(amendment.Row.Key);
    }

    /// <summary>Forgets corrections and busts known before a time whose NEW has not come: none may come any more.</summary>
    public void ForgetWaiting(long knownBefore)
    {
        foreach (var (key, amendments) in waiting.ToList())
        {
            foreach (var amendment in amendments.Where(a => a.Row.IngestTime < knownBefore))
                trades.Remove(amendment.Row.Key);
            amendments.RemoveAll(a => a.Row.IngestTime < knownBefore);
            if (amendments.Count == 0)
            {
                waiting.Remove(key);
                unknown.Remove(key);
            }
        }
    }

    void Attach(Trade amendment)
    {
        if (trades.TryGetValue(amendment.Row.RefKey, out var target) && target.Row.Kind == TradeKind.New)
        {
            (target.Amendments ??= []).Add(amendment);
            amended(target);
        }
        else if (waiting.TryGetValue(amendment.Row.RefKey, out var others))
        {
            others.Add(amendment);
        }
        else
        {
            waiting.Add(amendment.Row.RefKey, [amendment]);
            unknown.Add(amendment.Row.RefKey);
        }
    }

    void Remove(Trade trade)
    {
        trades.Remove(trade.Row.Key);
        if (trade.Row.Kind == TradeKind.New)
        {
            if (trade.Amendments is { } amendments)
                waiting[trade.Row.Key] = amendments;
            remove(trade);
            return;
        }
        if (trades.TryGetValue(trade.Row.RefKey, out var target) && target.Amendments?.Remove(trade) == true)
            amended(target);
        else if (waiting.TryGetValue(trade.Row.RefKey, out var others) && others.Remove(trade) && others.Count == 0)
            waiting.Remove(trade.Row.RefKey);
    }
}
