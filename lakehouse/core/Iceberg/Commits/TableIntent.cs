using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>What a commit does to one table.</summary>
public sealed record TableIntent
{
    /// <summary>New data files, already durable.</summary>
    public IReadOnlyList<DataFile> Add { get; init; } = [];

    /// <summary>
    /// Partitions (values in the order of the default spec's fields) all of
    /// whose live files are replaced by <see cref="Add"/>; null: append.
    /// </summary>
    public IReadOnlyList<PartitionKey>? Replace { get; init; }

    /// <summary>
    /// Locations of live data files whose rows <see cref="Add"/> holds, in the same partitions; a Conflict when one is not live any more.
    /// Null: none. The table's rows are the same before and after.
    /// </summary>
    public IReadOnlySet<string>? Rewrite { get; init; }

    /// <summary>A snapshot of the table that becomes the current one again; null: none.</summary>
    public long? Rollback { get; init; }

    /// <summary>Snapshots that go, with the files that only they need; those that are needed stay.</summary>
    public IReadOnlySet<long> Expire { get; init; } = new HashSet<long>();

    /// <summary>
    /// Locations of live data files that go, whose other rows <see cref="Add"/> holds;
    /// a Conflict when one is not live any more. Null: none.
    /// </summary>
    public IReadOnlySet<string>? Remove { get; init; }

    /// <summary>Adds a snapshot even when there is no file.</summary>
    public bool AlwaysSnapshot { get; init; }

    /// <summary>Whether a snapshot is added for sure.</summary>
    internal bool MakesSnapshot => AlwaysSnapshot || Add.Count > 0;

    /// <summary>The new snapshot's id when the caller must know it before the commit; null: the catalog draws one.</summary>
    public long? SnapshotId { get; init; }

    /// <summary>Further keys of the snapshot's summary.</summary>
    public IReadOnlyDictionary<string, string> Summary { get; init; } = new Dictionary<string, string>();

    /// <summary>Table properties to set (null value: remove).</summary>
    public IReadOnlyDictionary<string, string?> Properties { get; init; } = new Dictionary<string, string?>();

    /// <summary>
    /// Tags to create on the resulting current snapshot. A tag that exists is a Conflict, unless it already names that snapshot.
    /// </summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>
    /// Statistics of a snapshot that is there, already durable; they take the place of any that it has. A Conflict when it is not there
    /// any more. Null: none.
    /// </summary>
    internal StatisticsFile? Statistics { get; init; }

    /// <summary>The schema to evolve to, by field id; null: unchanged.</summary>
    public IcebergSchema? Schema { get; init; }

    /// <summary>
    /// What another engine makes of the metadata, whose files it has written itself; nothing else of the intent is looked at then, and
    /// no snapshot is taken out. Null: the intent is ours.
    /// </summary>
    internal Func<TableMetadata, TableMetadata>? Edit { get; init; }
}
