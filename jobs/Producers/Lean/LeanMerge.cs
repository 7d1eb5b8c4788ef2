using Dart.Lake.Jobs.Producers.Encoding;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>Merges files by event time; each keeps its own order, and at equal times the earlier file goes first.</summary>
sealed class LeanMerge : IDisposable
{
    readonly PriorityQueue<IEnumerator<MarketDataEvent>, (long Time, int File)> next = new();
    readonly List<IEnumerator<MarketDataEvent>> files = [];

    public LeanMerge(IEnumerable<IEnumerable<MarketDataEvent>> files)
    {
        foreach (var file in files)
        {
            var events = file.GetEnumerator();
            this.files.Add(events);
            if (events.MoveNext())
                next.Enqueue(events, (events.Current.EventTime, this.files.Count));
        }
    }

    public bool TryTake(out MarketDataEvent data)
    {
        if (!next.TryPeek(out var events, out var place))
        {
            data = default;
            return false;
        }
        data = events.Current;
        if (events.MoveNext())
            // A file that steps back in time does not hold the others back.
            next.DequeueEnqueue(events, (Math.Max(place.Time, events.Current.EventTime), place.File));
        else
            next.Dequeue();
        return true;
    }

    public void Dispose()
    {
        foreach (var file in files)
            file.Dispose();
    }
}
