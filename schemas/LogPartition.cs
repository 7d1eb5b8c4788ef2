namespace Dart.Lake.Schemas;

/// <summary>A partition of one life of a topic. Ordered by topic, then log, then partition.</summary>
/// <param name="LogId">Cluster id and topic id, as in the column <c>_log_id</c>.</param>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">Its number, from 0.</param>
public readonly record struct LogPartition(string LogId, string Topic, int Partition) : IComparable<LogPartition>
{
    public int CompareTo(LogPartition other) =>
        string.CompareOrdinal(Topic, other.Topic) is not 0 and var topic ? topic
        : string.CompareOrdinal(LogId, other.LogId) is not 0 and var log ? log
        : Partition.CompareTo(other.Partition);

    public override string ToString() => $"{Topic}[{Partition}] of log {LogId}";
}
