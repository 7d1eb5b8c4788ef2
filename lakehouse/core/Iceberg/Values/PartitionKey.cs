namespace Dart.Lake.Lakehouse.Iceberg.Values;

/// <summary>
/// Values of a partition in the order of its spec's fields: int (int, date and day as days since 1970, month, year, hour, bucket),
/// long (long, timestamps in microseconds), string, decimal, bool, float, double, Guid, byte[] or null. Equal by value.
/// </summary>
public sealed class PartitionKey(params object?[] values) : IEquatable<PartitionKey>
{
    public static PartitionKey Unpartitioned { get; } = new();

    public IReadOnlyList<object?> Values { get; } = values;

    public bool Equals(PartitionKey? other)
    {
        if (other is null || other.Values.Count != Values.Count)
            return false;
        for (var i = 0; i < Values.Count; i++)
            if (!SameValue(Values[i], other.Values[i]))
                return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as PartitionKey);

    public override int GetHashCode() =>
        Values.Aggregate(17, (hash, value) => HashCode.Combine(hash, value is byte[] bytes ? bytes.Length : value));

    public override string ToString() => string.Join('/', Values);

    static bool SameValue(object? a, object? b) => a is byte[] x && b is byte[] y ? x.AsSpan().SequenceEqual(y) : Equals(a, b);
}
