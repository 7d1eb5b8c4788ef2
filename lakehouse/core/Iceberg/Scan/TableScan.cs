using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Scan;

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
/// a table without one).
/// </summary>
public sealed record ScanPlan(Snapshot? Snapshot, IcebergSchema Schema, IReadOnlyList<DataFile> Files);

/// <summary>Plans scans; keeps decoded manifests (they are immutable) up to a bound. Thread-safe.</summary>
public sealed class TableScan
{
    readonly ManifestStore manifests;

    internal TableScan(ManifestStore manifests) => this.manifests = manifests;

    /// <summary>
    /// The files of the state that <paramref name="options"/> name, without those that partition summaries, partition values,
    /// counts or bounds prove to hold no matching row.
    /// </summary>
    /// <exception cref="LakeException">Invalid: no such snapshot, tag, time or field, a literal of another type, or a table
    /// with delete files or of format v3; Corrupt or Unavailable: a damaged or missing file, which is named.</exception>
    public async Task<ScanPlan> PlanAsync(Table table, ScanOptions options, CancellationToken cancel)
    {
        var metadata = table.Metadata;
        if (metadata.FormatVersion > 2)
            throw LakeException.Invalid($"{table.Ident} is of format v{metadata.FormatVersion}; this program reads v1 and v2");
        var (snapshot, schema) = TimeTravel.Choose(table, options);
        var filter = options.Filter is { } given ? BoundFilter.Bind(given, schema) : null;
        if (snapshot is null)
            return new(null, schema, []);
        var list = await manifests.ListAsync(metadata, snapshot, cancel);
        if (list.FirstOrDefault(m => m.Content != ManifestFile.Data && m.MayHaveLiveFiles) is not null)
            throw LakeException.Invalid($"{table.Ident} has delete files, which this program does not read; compact the table with the engine that wrote them");
        var files = new List<DataFile>();
        foreach (var manifest in list.Where(m => m.MayHaveLiveFiles))
        {
            var partition = PartitionType.Of(metadata, manifest.SpecId);
            if (filter is not null && !FilePruning.MayMatch(filter, partition, manifest))
                continue;
            foreach (var entry in await manifests.EntriesAsync(metadata, manifest, cancel))
                if (entry.IsLive && (filter is null || FilePruning.MayMatch(filter, partition, entry.File)))
                    files.Add(entry.File);
        }
        return new(snapshot, schema, files);
    }
}
