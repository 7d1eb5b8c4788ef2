using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Books;

/// <summary>
/// The rows of trades_raw of the days that are kept, by (source, sequence), each once. What it holds
/// depends on the set of rows and not on the order in which they come: of rows with the same name the
/// one with the least coordinate stays, and a correction or bust waits for the NEW that it names.
/// </summary>
sealed class TradeLog(HotNames names)
{
    readonly Dictionary<TradeKey, Trade> trades = [];
    readonly Dictionary<TradeKey, List<Trade>> waiting = [];
    readonly HashSet<TradeKey> unknown = [];
    readonly HashSet<Trade> strangers = [];

    /// <summary>Whether corrections or busts name NEWs that are not kept and that <see cref="TakeUnknown"/> has not given yet.</summary>
    public bool HasUnknown => unknown.Count > 0;

    /// <summary>Names of such NEWs, each given once: either they are forgotten, or they have not come.</summary>
    public IReadOnlyList<TradeKey> TakeUnknown(int most)
    {
        List<TradeKey> taken = [.. unknown.Take(most)];
        unknown.ExceptWith(taken);
        return taken;
    }

    /// <summary>
    /// Whether a row is to be kept: false for a copy of one that is, and for one that an earlier row with its name keeps out.
    /// </summary>
    /// <param name="displaced">The row with its name that lies behind it and must be removed first, or null.</param>
    public bool Admits(in TradeRow row, in Coordinate at, out Trade? displaced)
    {
        displaced = null;
        if (!trades.TryGetValue(row.Key, out var known))
            return true;
        var first = names.Compare(at, known.At) < 0;
        if (known.Row.Equals(row))
        {
            if (first)
                known.At = at;
            return false;
        }
        displaced = first ? known : null;
        return first;
    }

    /// <summary>The NEW of that name, if it is kept.</summary>
    public Trade? Find(TradeKey key) => trades.TryGetValue(key, out var trade) && trade.Row.Kind == TradeKind.New ? trade : null;

    /// <summary>Keeps a NEW, with the corrections and busts that waited for it.</summary>
    public void Add(Trade trade)
    {
        trades[trade.Row.Key] = trade;
        if (waiting.Remove(trade.Row.Key, out var amendments))
            trade.Amendments = amendments;
        unknown.Remove(trade.Row.Key);
    }

    /// <summary>Keeps a correction or bust.</summary>
    /// <returns>The NEW that it changes, or null when it waits for that.</returns>
    public Trade? Attach(Trade amendment)
    {
        trades[amendment.Row.Key] = amendment;
        if (Find(amendment.Row.RefKey) is { } target)
        {
            (target.Amendments ??= []).Add(amendment);
            return target;
        }
        if (waiting.TryGetValue(amendment.Row.RefKey, out var others))
        {
            others.Add(amendment);
            return null;
        }
        waiting.Add(amendment.Row.RefKey, [amendment]);
        unknown.Add(amendment.Row.RefKey);
        return null;
    }

    /// <summary>Keeps a row of a kind that the contract does not name: it counts nowhere, but its name is taken.</summary>
    public void Keep(Trade stranger)
    {
        trades[stranger.Row.Key] = stranger;
        strangers.Add(stranger);
    }

    /// <summary>Removes such a row, which another displaces.</summary>
    public void Drop(Trade stranger)
    {
        trades.Remove(stranger.Row.Key);
        strangers.Remove(stranger);
    }

    /// <summary>Removes a NEW that another row displaces; what names it waits again.</summary>
    public void Remove(Trade trade)
    {
        trades.Remove(trade.Row.Key);
        if (trade.Amendments is { } amendments)
            waiting[trade.Row.Key] = amendments;
    }

    /// <summary>Removes a correction or bust that another row displaces.</summary>
    /// <returns>The NEW that it had changed, or null when it was waiting.</returns>
    public Trade? Detach(Trade amendment)
    {
        trades.Remove(amendment.Row.Key);
        if (trades.TryGetValue(amendment.Row.RefKey, out var target) && target.Amendments?.Remove(amendment) == true)
            return target;
        if (waiting.TryGetValue(amendment.Row.RefKey, out var others) && others.Remove(amendment) && others.Count == 0)
            waiting.Remove(amendment.Row.RefKey);
        return null;
    }

    /// <summary>Forgets a NEW and what names it.</summary>
    public void Forget(Trade trade)
    {
        trades.Remove(trade.Row.Key);
        foreach (var amendment in trade.Amendments ?? [])
            trades.Remove(amendment.Row.Key);
    }

    /// <summary>
    /// Forgets corrections and busts known before a time whose NEW has not come, which none may any more, and rows of kinds without a name.
    /// </summary>
    public void ForgetWaiting(long knownBefore)
    {
        foreach (var stranger in strangers.Where(s => s.Row.IngestTime < knownBefore).ToList())
            Drop(stranger);
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
}
