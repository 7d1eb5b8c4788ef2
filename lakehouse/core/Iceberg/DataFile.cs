namespace Dart.Lake.Lakehouse.Iceberg;

/// <summary>A Parquet data file as a manifest describes it (Iceberg spec, "Manifests", data_file).</summary>
public sealed record DataFile
{
    /// <summary>Location as <c>file:///abs/path</c>.</summary>
    public required string Path { get; init; }
    public required PartitionKey Partition { get; init; }
    public required long RecordCount { get; init; }
    public required long FileSizeInBytes { get; init; }
    /// <summary>The following by field id; bounds in Iceberg's single-value serialization, already truncated.</summary>
    public IReadOnlyDictionary<int, long> ColumnSizes { get; init; } = new Dictionary<int, long>();
    public IReadOnlyDictionary<int, long> ValueCounts { get; init; } = new Dictionary<int, long>();
    public IReadOnlyDictionary<int, long> NullValueCounts { get; init; } = new Dictionary<int, long>();
    public IReadOnlyDictionary<int, long> NanValueCounts { get; init; } = new Dictionary<int, long>();
    public IReadOnlyDictionary<int, byte[]> LowerBounds { get; init; } = new Dictionary<int, byte[]>();
    public IReadOnlyDictionary<int, byte[]> UpperBounds { get; init; } = new Dictionary<int, byte[]>();
    public IReadOnlyList<long> SplitOffsets { get; init; } = [];
    public int? SortOrderId { get; init; }
    public int SpecId { get; init; }
}

/// <summary>Values of a partition in the order of its spec's fields: int (day, date as days since 1970), long, string, decimal, bool or null. Equal by value.</summary>
public sealed class PartitionKey(params object?[] values) : IEquatable<PartitionKey>
{
    public static PartitionKey Unpartitioned { get; } = new();

    public IReadOnlyList<object?> Values { get; } = values;

    public bool Equals(PartitionKey? other) => other is not null && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as PartitionKey);

    public override int GetHashCode() => Values.Aggregate(17, (hash, value) => HashCode.Combine(hash, value));

    public override string ToString() => string.Join('/', Values);
}
