using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Iceberg;

/// <summary>Which state of a table to read (at most one of the three; none: the current one) and which rows.</summary>
public sealed record ScanOptions
{
    public long? SnapshotId { get; init; }

    /// <summary>A tag or branch.</summary>
    public string? Tag { get; init; }

    /// <summary>The state that main had at that time.</summary>
    public DateTimeOffset? AsOf { get; init; }

    public Predicate? Filter { get; init; }
}

/// <summary>
/// What to read: the files that can hold matching rows, the schema to read them with (by field id), and the snapshot (null for
/// a table without one). <paramref name="TotalFiles"/> counts the snapshot's live files before pruning.
/// </summary>
public sealed record ScanPlan(Snapshot? Snapshot, IcebergSchema Schema, IReadOnlyList<DataFile> Files, long TotalFiles);

/// <summary>Plans scans; keeps decoded manifests (they are immutable) up to a bound. Thread-safe.</summary>
public sealed class TableScan(IObjectStore store)
{
    /// <summary>
    /// The files of the state that <paramref name="options"/> name, without those that partition summaries, partition values,
    /// counts or bounds prove to hold no matching row.
    /// </summary>
    /// <exception cref="LakeException">Invalid: no such snapshot, tag, time or field, a literal of another type, or a table with delete files or of format v3; Corrupt: a damaged file, which is named.</exception>
    public Task<ScanPlan> PlanAsync(Table table, ScanOptions options, CancellationToken cancel) => throw LakeException.Bug($"lands next, on {store.GetType()}");
}
