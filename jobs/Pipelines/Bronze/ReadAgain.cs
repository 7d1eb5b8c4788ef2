using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Proofs;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>
/// Of a topic whose table was made again: what is a dead letter or a hole already. All partitions of the log decide, whoever reads them, so
/// that no process begins without knowing.
/// </summary>
/// <param name="setAside">Offsets past the table's position, by partition.</param>
/// <param name="mark">What becomes of the table's mark with the next commit: true: it gets one, false: it goes, null: nothing.</param>
sealed class ReadAgain(IReadOnlyDictionary<LogPartition, IReadOnlyList<OffsetRun>> setAside, bool? mark)
{
    /// <summary>Nothing was made again.</summary>
    public static ReadAgain No { get; } = new(new Dictionary<LogPartition, IReadOnlyList<OffsetRun>>(), mark: null);

    public bool? Mark => mark;

    /// <summary>Offsets of a partition that are not booked again, rising.</summary>
    public IReadOnlyList<OffsetRun> SetAsideOf(LogPartition partition) => setAside.GetValueOrDefault(partition, []);

    /// <param name="table">The topic's.</param>
    /// <param name="position">Its.</param>
    /// <param name="log">The topic's log.</param>
    /// <param name="aside">Reads all dead letters and holes; asked when the table is marked, or has no position in any log.</param>
    /// <exception cref="LakeException">Corrupt, Unavailable: dead letters or holes cannot be read.</exception>
    public static async Task<ReadAgain> OfAsync(
        Table table, TablePosition position, LogIdentity log, Func<Task<SetAside>> aside)
    {
        var isMarked = table.Metadata.Properties.ContainsKey(LakeNames.ReadAgain);
        if (!isMarked && position.Partitions.Count > 0)
            return No;
        var all = await aside().ConfigureAwait(false);
        var found = Enumerable.Range(0, log.Partitions)
            .Select(p => new LogPartition(log.LogId, log.Topic, p))
            .Select(p => (Partition: p, Runs: all.Of(p, position.Next(p) ?? 0)))
            .Where(p => p.Runs.Count > 0)
            .ToDictionary(p => p.Partition, p => p.Runs);
        return new(found, found.Count > 0 ? (isMarked ? null : true) : isMarked ? false : null);
    }
}
