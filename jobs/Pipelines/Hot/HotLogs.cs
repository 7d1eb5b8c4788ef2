using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>A log that begins later than where it would be read on.</summary>
sealed record LogGap(LogPartition Partition, long Next, long Low);

/// <summary>Where the job reads its logs, which are compared with their anchors whenever reading begins again.</summary>
sealed class HotLogs(LogWatch watch, BatchConsumer consumer)
{
    /// <summary>All partitions of the logs.</summary>
    public IReadOnlyList<LogPartition> Consumed =>
        [.. watch.Logs.SelectMany(log => Enumerable.Range(0, log.Partitions).Select(p => new LogPartition(log.LogId, log.Topic, p)))];

    /// <summary>Lets the topics read on from positions, or from the beginning of a log that has none.</summary>
    /// <param name="topics">In the order of the logs.</param>
    /// <param name="positionOf">The position of a partition, null when nothing of it was read.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Null; or a log that has lost records before its position: then nothing has happened.</returns>
    /// <exception cref="LakeException">Corrupt: a log ends before its position. Unavailable: a topic is another log by now.</exception>
    public async Task<LogGap?> SeekAsync(
        IReadOnlyList<HotSink> topics, Func<LogPartition, PartitionPosition?> positionOf, CancellationToken cancel)
    {
        var starts = new List<ReadPosition>();
        try
        {
            if (await StartsAsync(starts, positionOf, cancel).ConfigureAwait(false) is { } gap)
                return gap;
        }
        finally
        {
            // Whatever the logs' ends told, they must have been those of the same logs.
            await watch.ConfirmAsync(cancel).ConfigureAwait(false);
        }
        foreach (var topic in topics)
            topic.Begin(starts.Where(s => s.Partition.Topic == topic.Topic.Name));
        consumer.Assign(starts.Select(s => new StartPosition(s.Partition.Topic, s.Partition.Partition, s.ReadFrom)));
        return null;
    }

    /// <summary>Where the logs end now.</summary>
    public async Task<IReadOnlyDictionary<LogPartition, long>> EndsAsync(CancellationToken cancel)
    {
        var ends = new Dictionary<LogPartition, long>();
        foreach (var partition in Consumed)
            ends[partition] = (await watch
                .BearAsync(() => Task.FromResult(consumer.Watermarks(partition.Topic, partition.Partition)), cancel)
                .ConfigureAwait(false)).High;
        return ends;
    }

    async Task<LogGap?> StartsAsync(List<ReadPosition> starts, Func<LogPartition, PartitionPosition?> positionOf, CancellationToken cancel)
    {
        foreach (var partition in Consumed)
        {
            var position = positionOf(partition);
            var (low, high) = await watch
                .BearAsync(() => Task.FromResult(consumer.Watermarks(partition.Topic, partition.Partition)), cancel)
                .ConfigureAwait(false);
            if (low > (position?.Next ?? 0))
                return new(partition, position?.Next ?? 0, low);
            starts.Add(new(partition, StartDecision.Decide(partition, position, low, high, acceptGap: false), position?.Anchor));
        }
        return null;
    }
}
