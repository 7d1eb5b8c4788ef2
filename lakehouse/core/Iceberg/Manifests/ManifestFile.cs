namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>A row of a manifest list (spec, "Manifest Lists", manifest_file). Counts are null only in lists of format v1.</summary>
sealed record ManifestFile
{
    public const int Data = 0, Deletes = 1;

    public required string Path { get; init; }
    public required long Length { get; init; }
    public required int SpecId { get; init; }

    /// <summary><see cref="Data"/> or <see cref="Deletes"/>.</summary>
    public int Content { get; init; }
    public long SequenceNumber { get; init; }
    public long MinSequenceNumber { get; init; }
    public required long AddedSnapshotId { get; init; }
    public int? AddedFiles { get; init; }
    public int? ExistingFiles { get; init; }
    public int? DeletedFiles { get; init; }
    public long? AddedRows { get; init; }
    public long? ExistingRows { get; init; }
    public long? DeletedRows { get; init; }

    /// <summary>One per field of the spec, or null when the writer gave none.</summary>
    public IReadOnlyList<PartitionSummary>? Partitions { get; init; }
    public byte[]? KeyMetadata { get; init; }

    public bool MayHaveLiveFiles => (AddedFiles ?? 1) + (ExistingFiles ?? 1) > 0;
}

/// <summary>What the values of one partition field are in a manifest; bounds are null when all values are null or NaN.</summary>
sealed record PartitionSummary(bool ContainsNull, bool? ContainsNan, byte[]? LowerBound, byte[]? UpperBound);

enum EntryStatus
{
    Existing,
    Added,
    Deleted,
}

/// <summary>A row of a manifest with what it inherits already filled in (spec, "Manifests", "Sequence Number Inheritance").</summary>
sealed record ManifestEntry(EntryStatus Status, long SnapshotId, long SequenceNumber, long FileSequenceNumber, DataFile File)
{
    public bool IsLive => Status != EntryStatus.Deleted;
}
