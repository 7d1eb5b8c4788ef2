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
    readonly MarkerPass? pass;
    readonly List<PassedMarker> passed = [];
    readonly HashSet<int> passedDays = [];
    bool toldNotPassed;
    int held;

    /// <param name="state">What rows go into.</param>
    /// <param name="consumed">The partitions whose markers make a cut.</param>
    /// <param name="mostHeld">Rows that may be held, beyond which the sources run
    /// away from each other; at one more the job ends with Unavailable.</param>
    /// <param name="pass">Markers to go on without; null: none.</param>
    public HotGate(HotState state, IEnumerable<LogPartition> consumed, int mostHeld, MarkerPass? pass = null)
    {
        (this.state, this.mostHeld, this.pass) = (state, mostHeld, pass);
        foreach (var partition in consumed)
            partitions.Add(partition, new());
    }

    public void Apply(LogPartition partition, long offset, in TradeRow row)
    {
        if (Admits(partition, offset, out var p))
            Apply(p, partition, offset, row);
        else
            Hold(p!, p!.Trades, offset, row);
    }

    public void Apply(LogPartition partition, long offset, in MarketRow row)
    {
        if (Admits(partition, offset, out var p))
            Apply(p, row);
        else
            Hold(p!, p!.Market, offset, row);
    }

    public void Apply(LogPartition partition, long offset, ReferenceRow row)
    {
        if (Admits(partition, offset, out var p))
            state.Apply(row);
        else
            Hold(p!, p!.References, offset, row);
    }

    /// <summary>A partition's marker; one of a day that is cut already says nothing new.</summary>
    public void Mark(LogPartition partition, long offset, int day)
    {
        if (!partitions.TryGetValue(partition, out var p) || day <= (state.Closed ?? int.MinValue))
            return;
        if (pass?.Covers(partition, offset, day) == true)
        {
            passed.Add(new(partition, offset, day));
            passedDays.Add(day);
        }
        else
            p.Markers[offset] = day;
    }

    /// <summary>Rows that wait behind a marker.</summary>
    public int Held => held;

    /// <summary>Whether any marker has come since the last cut.</summary>
    public bool HasMarkers => partitions.Values.Any(p => p.Markers.Count > 0);

    /// <summary>
    /// The first day whose marker every partition has. What stands before it, of other days, does not count (<see cref="PassTo"/>).
    /// </summary>
    public int? Complete
    {
        get
        {
            HashSet<int>? common = null;
            foreach (var p in partitions.Values)
            {
                if (p.Markers.Count == 0)
                    return null;
                if (common is null)
                    common = [.. p.Markers.Values];
                else
                    common.IntersectWith(p.Markers.Values);
            }
            return common is { Count: > 0 } ? common.Min() : null;
        }
    }

    /// <summary>
    /// Goes on without the markers of other days that stand before those of a complete one: its rows are then all in the state.
    /// </summary>
    public void PassTo(int day)
    {
        foreach (var (name, p) in partitions)
        {
            var before = p.Markers.Count;
            while (p.Markers.Values[0] != day)
            {
                passed.Add(new(name, p.Markers.Keys[0], p.Markers.Values[0]));
                p.Markers.RemoveAt(0);
            }
            if (p.Markers.Count < before)
                Release(name, p);
        }
    }

    /// <summary>Days to be passed of which no marker was, once all is read that was in the logs when that was said; told once.</summary>
    /// <param name="next">How far the logs are read.</param>
    public IReadOnlyList<int> TakeNotPassed(Func<LogPartition, long> next)
    {
        if (pass is null || toldNotPassed || !pass.Until.All(u => next(u.Key) >= u.Value))
            return [];
        toldNotPassed = true;
        return [.. pass.Days.Where(day => !passedDays.Contains(day)).Order()];
    }

    /// <summary>Markers that were passed since the last call.</summary>
    public IReadOnlyList<PassedMarker> TakePassed()
    {
        PassedMarker[] taken = [.. passed];
        passed.Clear();
        return taken;
    }

    /// <summary>
    /// The marker that holds rows back, or null: of those that come first in their partitions the one that the fewest have.
    /// </summary>
    public MarkerWait? Waits
    {
        get
        {
            var heads = partitions.Where(p => p.Value.Markers.Count > 0)
                .Select(p => (p.Key, Offset: p.Value.Markers.Keys[0], Day: p.Value.Markers.Values[0]))
                .GroupBy(h => h.Day)
                .OrderBy(g => g.Count())
                .ThenByDescending(g => g.Key)
                .ToList();
            if (heads is not [var fewest, ..])
                return null;
            var (first, offset, day) = fewest.MinBy(h => h.Key);
            var isOther = state.Today > (state.Closed ?? int.MinValue) && day != state.Today;
            return new(day, first, offset, fewest.Count(), partitions.Count, IsOutOfOrder: heads.Count > 1 || isOther)
            {
                Others = [.. heads.Skip(1).Select(g => g.Key).Order()],
            };
        }
    }

    /// <summary>V of the consumed logs: behind the first marker of every partition.</summary>
    public IEnumerable<LogPosition> Cut => partitions.Select(p => new LogPosition(p.Key, p.Value.Markers.Keys[0] + 1));

    /// <summary>
    /// Event time that all partitions of prices and trades have reached, by rows that tell the
    /// time; those that have seen nothing, or their marker, hold nobody back.
    /// </summary>
    public long? Watermark => WatermarkOf(_ => false);

    /// <summary>The same, with partitions that are silent holding nobody back either.</summary>
    public long? WatermarkOf(Func<LogPartition, bool> isSilent)
    {
        long? least = null, most = null;
        foreach (var (name, p) in partitions)
            if (p.LastTime is { } time)
            {
                most = Math.Max(most ?? time, time);
                if (p.Markers.Count == 0 && !isSilent(name))
                    least = Math.Min(least ?? time, time);
            }
        return least ?? most;
    }

    /// <summary>The latest event time of all partitions, by rows that tell the time.</summary>
    public long? Latest => partitions.Values.Max(p => p.LastTime);

    /// <summary>The latest event time of a partition; null: no row of it has told one.</summary>
    public long? LastTime(LogPartition partition) => partitions.GetValueOrDefault(partition)?.LastTime;

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
            Release(name, p);
        }
    }

    /// <summary>Lets what was held go on to the next marker.</summary>
    void Release(LogPartition name, Partition p)
    {
        var until = p.Markers.Count > 0 ? p.Markers.Keys[0] : long.MaxValue;
        Release(p.Trades, until, (offset, row) => Apply(p, name, offset, row));
        Release(p.Market, until, (_, row) => Apply(p, row));
        Release(p.References, until, (_, row) => state.Apply(row));
        p.FirstHeld = p.Trades
            .Select(r => r.Offset)
            .Concat(p.Market.Select(r => r.Offset))
            .Concat(p.References.Select(r => r.Offset))
            .DefaultIfEmpty(long.MaxValue)
            .Min();
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

    /// <summary>
    /// Whether a row may pass; else it is held in its partition. Logs that are not consumed any more have none, and are not gated.
    /// </summary>
    bool Admits(LogPartition partition, long offset, out Partition? p) =>
        !partitions.TryGetValue(partition, out p) || p.Markers.Count == 0 || offset < p.Markers.Keys[0];

    void Apply(Partition? p, LogPartition partition, long offset, in TradeRow row)
    {
        if (p is not null && !(row.EventTime <= p.LastTime) && state.TellsTime(row))
            p.LastTime = row.EventTime;
        state.Apply(row, CoordinateOf(partition, offset));
    }

    void Apply(Partition? p, in MarketRow row)
    {
        if (p is not null && !(row.EventTime <= p.LastTime) && state.TellsTime(row))
            p.LastTime = row.EventTime;
        state.Apply(row);
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

        /// <summary>The latest event time of a row that tells the time.</summary>
        public long? LastTime { get; set; }

        /// <summary>The least offset held.</summary>
        public long FirstHeld { get; set; } = long.MaxValue;
    }
}
