namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>A partition of one life of a topic.</summary>
public sealed record LogPartition(string LogId, string Topic, int Partition) : IComparable<LogPartition>
{
    public int CompareTo(LogPartition? other)
    {
        if (other is null)
            return 1;
        var topics = string.CompareOrdinal(Topic, other.Topic);
        var logs = topics != 0 ? topics : string.CompareOrdinal(LogId, other.LogId);
        return logs != 0 ? logs : Partition.CompareTo(other.Partition);
    }

    public override string ToString() => $"{Topic}[{Partition}] of log {LogId}";
}

/// <summary>Offsets from <paramref name="From"/> up to, not including, <paramref name="To"/>.</summary>
public readonly record struct OffsetRun(long From, long To)
{
    public long Count => To - From;

    public override string ToString() => Count == 1 ? $"{From}" : $"{From}..{To - 1}";
}
