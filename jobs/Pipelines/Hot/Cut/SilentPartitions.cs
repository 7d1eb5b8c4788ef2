using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>
/// Partitions that are read to the end that their broker told, and of them those that have brought nothing for a while. Where the end is
/// not known a partition is neither. Times are those of the caller's clock.
/// </summary>
/// <param name="limit">How long the while is.</param>
sealed class SilentPartitions(TimeSpan limit)
{
    readonly Dictionary<LogPartition, (long Next, TimeSpan Since, bool IsAtEnd)> seen = [];
    TimeSpan now;

    /// <summary>Takes notice of how far a partition is.</summary>
    /// <param name="partition">Which.</param>
    /// <param name="next">First offset that is not consumed.</param>
    /// <param name="end">Where its log ended when its broker was asked; null: it was not asked yet.</param>
    /// <param name="at">Now.</param>
    public void Look(LogPartition partition, long next, long? end, TimeSpan at)
    {
        now = at;
        var since = seen.TryGetValue(partition, out var last) && last.Next == next ? last.Since : at;
        seen[partition] = (next, since, next >= end);
    }

    /// <summary>Whether it is read to its end and has brought nothing for the while.</summary>
    public bool Contains(LogPartition partition) =>
        seen.TryGetValue(partition, out var last) && last.IsAtEnd && now - last.Since >= limit;

    /// <summary>Whether it is read to its end.</summary>
    public bool IsAtEnd(LogPartition partition) => seen.TryGetValue(partition, out var last) && last.IsAtEnd;
}
