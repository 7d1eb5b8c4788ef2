using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>Partitions that are read to their end and have brought nothing for a while. Times are those of the caller's clock.</summary>
/// <param name="limit">How long the while is.</param>
sealed class SilentPartitions(TimeSpan limit)
{
    readonly Dictionary<LogPartition, (long Next, TimeSpan Since)> seen = [];
    TimeSpan now;

    /// <summary>Takes notice of how far a partition is.</summary>
    /// <param name="partition">Which.</param>
    /// <param name="next">First offset that is not consumed.</param>
    /// <param name="end">Where its log ends, as far as that is known.</param>
    /// <param name="at">Now.</param>
    public void Look(LogPartition partition, long next, long end, TimeSpan at)
    {
        now = at;
        if (next < end || !seen.TryGetValue(partition, out var last) || last.Next != next)
            seen[partition] = (next, at);
    }

    public bool Contains(LogPartition partition) => seen.TryGetValue(partition, out var last) && now - last.Since >= limit;
}
