using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>A Parquet data file as a manifest describes it (Iceberg spec, "Manifests", data_file).</summary>
public sealed record DataFile
{
    /// <summary>Location as <c>file:///abs/path</c>.</summary>
    public required string Path { get; init; }
    public required PartitionKey Partition { get; init; }
    public required long RecordCount { get; init; }
    public required long FileSizeInBytes { get; init; }
    /// <summary>The following by field id; bounds in Iceberg's single-value serialization, already truncated.</summary>
    public IReadOnlyDictionary<int, long> ColumnSizes { get; init; } = ColumnValues<long>.None;
    public IReadOnlyDictionary<int, long> ValueCounts { get; init; } = ColumnValues<long>.None;
    public IReadOnlyDictionary<int, long> NullValueCounts { get; init; } = ColumnValues<long>.None;
    public IReadOnlyDictionary<int, long> NanValueCounts { get; init; } = ColumnValues<long>.None;
    public IReadOnlyDictionary<int, byte[]> LowerBounds { get; init; } = ColumnValues<byte[]>.None;
    public IReadOnlyDictionary<int, byte[]> UpperBounds { get; init; } = ColumnValues<byte[]>.None;
    public IReadOnlyList<long> SplitOffsets { get; init; } = [];
    public int? SortOrderId { get; init; }
    public int SpecId { get; init; }

    /// <summary>As the manifest spells it; we write PARQUET only.</summary>
    public string FileFormat { get; init; } = "PARQUET";

    /// <summary>Data sequence number of a planned file; of a new one the catalog gives it.</summary>
    public long SequenceNumber { get; init; }

    /// <summary>0 rows, 1 position deletes or a deletion vector, 2 equality deletes (spec, "data_file", content).</summary>
    internal int Content { get; init; }
    internal byte[]? KeyMetadata { get; init; }
}
