using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>
/// When a day is over whose source sends no markers: as soon as the watermark is past the last close and a grace. A partition of prices or
/// trades that has told no time yet holds back, as its rows of the day may still have to be read, and so do reference data that are not
/// read to their end; those that are silent hold nobody back. While any marker is pending, markers decide. Pure.
/// </summary>
/// <param name="gate">Has the watermark.</param>
/// <param name="state">Has the days.</param>
/// <param name="silent">Partitions that nothing comes from.</param>
/// <param name="grace">How long after the last close rows of the day may come.</param>
/// <param name="telling">The partitions of prices and trades, whose rows tell the time.</param>
/// <param name="references">Those of reference data.</param>
sealed class LiveCut(
    HotGate gate,
    HotState state,
    SilentPartitions silent,
    TimeSpan grace,
    IReadOnlyCollection<LogPartition> telling,
    IReadOnlyCollection<LogPartition> references)
{
    /// <summary>
    /// Of days that are over at once only so many, the last ones, are cut each; those before them are in the first of these.
    /// </summary>
    const int MostAtOnce = 30;

    /// <summary>Whether any partition has left an open day behind: then it is worth to ask where the logs end.</summary>
    public bool MayBeDue => !gate.HasMarkers && gate.Latest is { } latest && Over(latest).Any();

    /// <summary>The day to cut, or null.</summary>
    public int? Due
    {
        get
        {
            if (gate.HasMarkers
                || telling.Any(p => gate.LastTime(p) is null && !silent.Contains(p))
                || !references.All(silent.IsAtEnd)
                || gate.WatermarkOf(silent.Contains) is not { } watermark)
                return null;
            List<int> over = [.. Over(watermark)];
            return over.Count == 0 ? null : over[Math.Max(0, over.Count - MostAtOnce)];
        }
    }

    /// <summary>What keeps the first day open that others have left behind; null: nothing.</summary>
    public LiveWait? Waits
    {
        get
        {
            if (!MayBeDue)
                return null;
            var day = Over(gate.Latest!.Value).First();
            List<LogPartition> by =
            [
                .. telling.Where(p => !silent.Contains(p) && !(gate.LastTime(p) > EndOf(day))),
                .. references.Where(p => !silent.IsAtEnd(p)),
            ];
            return by.Count == 0 ? null : new(day, by);
        }
    }

    IEnumerable<int> Over(long time) => state.OpenDays.TakeWhile(day => EndOf(day) < time);

    long EndOf(int day) => state.CloseOf(day) + (long)grace.TotalMicroseconds;
}
