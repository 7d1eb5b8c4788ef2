using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>Table metadata (spec, "Table Metadata"). Immutable.</summary>
public sealed record TableMetadata
{
    public int FormatVersion { get; init; } = 2;
    public required string TableUuid { get; init; }

    /// <summary>Folder of the table, without a trailing slash.</summary>
    public required string Location { get; init; }
    public long LastSequenceNumber { get; init; }

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public required long LastUpdatedMs { get; init; }
    public required int LastColumnId { get; init; }
    public required IReadOnlyList<IcebergSchema> Schemas { get; init; }
    public required int CurrentSchemaId { get; init; }
    public required IReadOnlyList<PartitionSpec> PartitionSpecs { get; init; }
    public required int DefaultSpecId { get; init; }

    /// <summary>The highest partition field id ever given; 999 when none was.</summary>
    public required int LastPartitionId { get; init; }
    public IReadOnlyList<SortOrder> SortOrders { get; init; } = [SortOrder.Unsorted];
    public int DefaultSortOrderId { get; init; }
    public required IReadOnlyDictionary<string, string> Properties { get; init; }
    public long? CurrentSnapshotId { get; init; }
    public IReadOnlyList<Snapshot> Snapshots { get; init; } = [];

    /// <summary>One entry per change of main, oldest first.</summary>
    public IReadOnlyList<SnapshotLogEntry> SnapshotLog { get; init; } = [];

    /// <summary>The metadata files before this one, oldest first.</summary>
    public IReadOnlyList<MetadataLogEntry> MetadataLog { get; init; } = [];
    public IReadOnlyDictionary<string, SnapshotRef> Refs { get; init; } = new Dictionary<string, SnapshotRef>();

    /// <summary>
    /// Kept as they are, for others write them too, with fields of their own; <see cref="StatisticsFile"/> reads what we need of one.
    /// </summary>
    public IReadOnlyList<JsonElement> Statistics { get; init; } = [];
    public IReadOnlyList<JsonElement> PartitionStatistics { get; init; } = [];

    /// <summary>Fields that we do not know, by name; written back unchanged.</summary>
    public IReadOnlyDictionary<string, JsonElement> Others { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The current schema.</summary>
    public IcebergSchema Schema => Schemas.First(s => s.SchemaId == CurrentSchemaId);

    /// <summary>The spec of new files.</summary>
    public PartitionSpec Spec => PartitionSpecs.First(s => s.SpecId == DefaultSpecId);

    public Snapshot? CurrentSnapshot => CurrentSnapshotId is { } id ? FindSnapshot(id) : null;

    public Snapshot? FindSnapshot(long id) => Snapshots.FirstOrDefault(s => s.SnapshotId == id);

    /// <summary>
    /// The snapshot that gave the table the rows that it has: the current one, or the one that was rewritten to it without a change
    /// of rows.
    /// </summary>
    public long? RowsSnapshotId
    {
        get
        {
            var (id, left) = (CurrentSnapshotId, Snapshots.Count);
            while (left-- > 0 && id is { } at && FindSnapshot(at) is { Operation: "replace", ParentSnapshotId: { } parent })
                id = parent;
            return id;
        }
    }

    /// <summary>The schema that a reader of that snapshot uses: the snapshot's own, else the current one.</summary>
    public IcebergSchema SchemaOf(Snapshot snapshot) => Schemas.FirstOrDefault(s => s.SchemaId == snapshot.SchemaId) ?? Schema;

    /// <summary>The snapshot and its parents as far as they are kept, newest first.</summary>
    public IEnumerable<Snapshot> AncestryOf(Snapshot snapshot)
    {
        var left = Snapshots.Count;
        for (var at = snapshot; at is not null && left-- > 0; at = at.ParentSnapshotId is { } parent ? FindSnapshot(parent) : null)
            yield return at;
    }
}

/// <summary>One state of a table (spec, "Snapshots").</summary>
public sealed record Snapshot
{
    public required long SnapshotId { get; init; }
    public long? ParentSnapshotId { get; init; }
    public long SequenceNumber { get; init; }
    public required long TimestampMs { get; init; }

    /// <summary>Location of the manifest list; null only in v1 tables that list <see cref="Manifests"/> in place.</summary>
    public string? ManifestList { get; init; }
    public IReadOnlyList<string> Manifests { get; init; } = [];

    /// <summary>All keys with <c>operation</c> among them.</summary>
    public required IReadOnlyDictionary<string, string> Summary { get; init; }
    public int? SchemaId { get; init; }
    public IReadOnlyDictionary<string, JsonElement> Others { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>append, replace, overwrite or delete.</summary>
    public string Operation => Summary.GetValueOrDefault("operation", "");
}

/// <summary>A branch or tag. The limits are those of the branch's own expiry.</summary>
public sealed record SnapshotRef(
    long SnapshotId, string Type, int? MinSnapshotsToKeep = null, long? MaxSnapshotAgeMs = null, long? MaxRefAgeMs = null)
{
    public const string Main = "main", Branch = "branch", Tag = "tag";
}

public sealed record SnapshotLogEntry(long TimestampMs, long SnapshotId);

public sealed record MetadataLogEntry(long TimestampMs, string MetadataFile);

/// <summary>How rows are put into partitions (spec, "Partitioning").</summary>
public sealed record PartitionSpec(int SpecId, IReadOnlyList<PartitionField> Fields);

/// <summary>One field of a spec; <paramref name="FieldId"/> is 1000 or more.</summary>
public sealed record PartitionField(int SourceId, int FieldId, string Name, Transform Transform);

public sealed record SortOrder(int OrderId, IReadOnlyList<SortField> Fields)
{
    public static readonly SortOrder Unsorted = new(0, []);
}

/// <summary><paramref name="Direction"/> is asc or desc, <paramref name="NullOrder"/> nulls-first or nulls-last.</summary>
public sealed record SortField(int SourceId, Transform Transform, string Direction, string NullOrder);
