using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>
/// Lets rows into the state up to each partition's END_OF_DAY marker and holds the rest, until the marker of the day is
/// there in every partition: then the state is made of exactly the rows before V, whatever the partitions' pace. Pure.
/// </summary>
sealed class HotGate
{
    readonly Dictionary<LogPartition, Partition> partitions = [];
    readonly HotState state;
    readonly int mostHeld;
    int held;

    /// <param name="state">What rows go into.</param>
    /// <param name="consumed">The partitions whose markers make a cut.</param>
    /// <param name="mostHeld">Rows that may be held, beyond which the sources run
    /// away from each other; at one more the job ends with Unavailable.</param>
    public HotGate(HotState state, IEnumerable<LogPartition> consumed, int mostHeld)
    {
        (this.state, this.mostHeld) = (state, mostHeld);
        foreach (var partition in consumed)
            partitions.Add(partition, new());
    }

    public void Apply(LogPartition partition, long offset, in TradeRow row)
    {
        if (Admits(partition, offset, row.EventTime) is { } to)
            Hold(to, to.Trades, offset, row);
        else
            state.Apply(row, CoordinateOf(partition, offset));
    }

    public void Apply(LogPartition partition, long offset, in MarketRow row)
    {
        if (Admits(partition, offset, row.EventTime) is { } to)
            Hold(to, to.Market, offset, row);
        else
            state.Apply(row);
    }

    public void Apply(LogPartition partition, long offset, ReferenceRow row)
    {
        if (Admits(partition, offset, null) is { } to)
            Hold(to, to.References, offset, row);
        else
            state.Apply(row);
    }

    /// <summary>A partition's marker; one of a day that is cut already says nothing new.</summary>
    public void Mark(LogPartition partition, long offset, int day)
    {
        if (partitions.TryGetValue(partition, out var p) && day > (state.Closed ?? int.MinValue))
            p.Markers[offset] = day;
    }

    /// <summary>
    /// The day whose marker every partition has reached; its rows are all in the state, and no other row past the markers is.
    /// </summary>
    public int? Complete
    {
        get
        {
            int? day = null;
            foreach (var p in partitions.Values)
                if (p.Markers.Count == 0 || day is { } d && p.Markers.Values[0] != d)
                    return null;
                else
                    day = p.Markers.Values[0];
            return day;
        }
    }

    /// <summary>V of the consumed logs: behind the first marker of every partition.</summary>
    public IEnumerable<LogPosition> Cut => partitions.Select(p => new LogPosition(p.Key, p.Value.Markers.Keys[0] + 1));

    /// <summary>
    /// Event time that all partitions of prices and trades have reached;
    /// those that have seen nothing, or their marker, hold nobody back.
    /// </summary>
    public long? Watermark
    {
        get
        {
            long? least = null, most = null;
            foreach (var p in partitions.Values)
                if (p.LastTime is { } time)
                {
                    most = Math.Max(most ?? time, time);
                    if (p.Markers.Count == 0)
                        least = Math.Min(least ?? time, time);
                }
            return least ?? most;
        }
    }

    /// <summary>The first offset that is not applied: the first that is held, else <paramref name="next"/>.</summary>
    public long Applied(LogPartition partition, long next) => Math.Min(next, partitions[partition].FirstHeld);

    /// <summary>The day is cut: its markers go, those of a second sending too, and what was held goes on to the next marker.</summary>
    public void Release()
    {
        foreach (var (name, p) in partitions)
        {
            do
                p.Markers.RemoveAt(0);
            while (p.Markers.Count > 0 && p.Markers.Values[0] <= state.Closed);
            var until = p.Markers.Count > 0 ? p.Markers.Keys[0] : long.MaxValue;
            Release(p.Trades, until, (offset, row) => state.Apply(row, CoordinateOf(name, offset)));
            Release(p.Market, until, (_, row) => state.Apply(row));
            Release(p.References, until, (_, row) => state.Apply(row));
            p.FirstHeld = p.Trades
                .Select(r => r.Offset)
                .Concat(p.Market.Select(r => r.Offset))
                .Concat(p.References.Select(r => r.Offset))
                .DefaultIfEmpty(long.MaxValue)
                .Min();
        }
    }

    void Release<T>(List<(long Offset, T Row)> rows, long until, Action<long, T> apply)
    {
        var before = rows.Count;
        foreach (var (offset, row) in rows)
            if (offset < until)
                apply(offset, row);
        rows.RemoveAll(r => r.Offset < until);
        held -= before - rows.Count;
    }

    /// <summary>Where a row must be held, or null when it may pass. Logs that are not consumed any more are not gated.</summary>
    Partition? Admits(LogPartition partition, long offset, long? time)
    {
        if (!partitions.TryGetValue(partition, out var p))
            return null;
        if (p.Markers.Count > 0 && offset > p.Markers.Keys[0])
            return p;
        if (time > p.LastTime || p.LastTime is null)
            p.LastTime = time;
        return null;
    }

    void Hold<T>(Partition partition, List<(long, T)> rows, long offset, T row)
    {
        if (++held > mostHeld)
            throw LakeException.Unavailable($"{mostHeld} rows past END_OF_DAY of {HotCalendar.Date(partition.Markers.Values[0]):yyyy-MM-dd} wait for {Missing()}; see that its source sends the day's marker to every partition of every topic, then start the job again");
        rows.Add((offset, row));
        partition.FirstHeld = Math.Min(partition.FirstHeld, offset);
    }

    /// <summary>Partitions without a marker, the first in their order.</summary>
    string Missing()
    {
        var missing = partitions.Where(p => p.Value.Markers.Count == 0).Select(p => p.Key).Order().ToList();
        return missing.Count == 0 ? "partitions that have the marker of another day first" : $"that of {missing[0]}{(missing.Count > 1 ? $" and {missing.Count - 1} other partitions" : "")}";
    }

    Coordinate CoordinateOf(LogPartition partition, long offset) => new(state.Names.Logs.Of(partition.LogId), partition.Partition, offset);

    sealed class Partition
    {
        public SortedList<long, int> Markers { get; } = [];
        public List<(long Offset, TradeRow Row)> Trades { get; } = [];
        public List<(long Offset, MarketRow Row)> Market { get; } = [];
        public List<(long Offset, ReferenceRow Row)> References { get; } = [];
        public long? LastTime { get; set; }

        /// <summary>The least offset held.</summary>
        public long FirstHeld { get; set; } = long.MaxValue;
    }
}
