namespace Dart.Lake.Schemas;

/// <summary>A place in a log, between two records of a partition. Ordered by partition, then offset.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Next">The first offset that is not covered: records with smaller ones lie before this place.</param>
public readonly record struct LogPosition(LogPartition Partition, long Next) : IComparable<LogPosition>
{
    public int CompareTo(LogPosition other) =>
        Partition.CompareTo(other.Partition) is not 0 and var partition ? partition : Next.CompareTo(other.Next);

    public override string ToString() => $"{Partition.Topic}[{Partition.Partition}]@{Next} of log {Partition.LogId}";
}
