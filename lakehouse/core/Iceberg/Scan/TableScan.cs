using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

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
    readonly MetadataStore metadata;

    internal TableScan(ManifestStore manifests) => (this.manifests, metadata) = (manifests, new MetadataStore(manifests.Objects));

    /// <summary>
    /// The files of the state that <paramref name="options"/> name, without those that partition summaries, partition values,
    /// counts or bounds prove to hold no matching row.
    /// </summary>
    /// <exception cref="LakeException">Invalid: no such snapshot, tag, time or field, a literal of another type, or a table
    /// with deletes, encrypted files or files that are not Parquet; Corrupt or Unavailable: a damaged or missing file,
    /// which is named.</exception>
    public async Task<ScanPlan> PlanAsync(Table table, ScanOptions options, CancellationToken cancel)
    {
        var (snapshot, schema) = TimeTravel.Choose(table, options);
        var filter = options.Filter is { } given ? BoundFilter.Bind(given, schema) : null;
        if (snapshot is null)
            return new(null, schema, []);
        if (table.Metadata.Others.TryGetValue("encryption-keys", out var keys) && keys.ValueKind == JsonValueKind.Array && keys.GetArrayLength() > 0)
            throw Encrypted(table, "metadata");
        var list = await manifests.ListAsync(table.Metadata, snapshot, cancel);
        if (list.Any(m => m.KeyMetadata is { Length: > 0 } && m.MayHaveLiveFiles))
            throw Encrypted(table, "manifests");
        await RefuseDeletesAsync(table, list, cancel);
        var files = new List<DataFile>();
        var wanted = list.Where(m => m.Content == ManifestFile.Data && m.MayHaveLiveFiles
            && (filter is null || FilePruning.MayMatch(filter, PartitionType.Of(table.Metadata, m.SpecId), m)));
        await foreach (var (manifest, entries) in manifests.EntriesAsync(table.Metadata, wanted, cancel))
        {
            var partition = PartitionType.Of(table.Metadata, manifest.SpecId);
            foreach (var entry in entries)
                if (entry.IsLive && (filter is null || FilePruning.MayMatch(filter, partition, entry.File)))
                    files.Add(Readable(table, entry.File));
        }
        return new(snapshot, schema, files);
    }

    /// <summary>How many manifests the current snapshot has.</summary>
    internal async Task<int> ManifestsAsync(Table table, CancellationToken cancel) =>
        table.Metadata.CurrentSnapshot is { } current ? (await manifests.ListAsync(table.Metadata, current, cancel)).Count : 0;

    /// <summary>When a tag was made that these tables have: the last time, when it was made table by table.</summary>
    internal async Task<DateTimeOffset> MadeAsync(IReadOnlyList<Table> tagged, string tag, CancellationToken cancel)
    {
        var last = long.MinValue;
        foreach (var table in tagged)
            last = Math.Max(last, await TagTime.FindAsync(metadata, table, tag, cancel));
        return DateTimeOffset.FromUnixTimeMilliseconds(last);
    }

    async Task RefuseDeletesAsync(Table table, IReadOnlyList<ManifestFile> list, CancellationToken cancel)
    {
        foreach (var manifest in list.Where(m => m.Content != ManifestFile.Data && m.MayHaveLiveFiles))
            if ((await manifests.EntriesAsync(table.Metadata, manifest, cancel)).FirstOrDefault(e => e.IsLive) is { File: var file })
                throw LakeException.Invalid($"{table.Ident} has {DeletesOf(file)}, which this program does not read; compact the table with the engine that wrote them");
    }

    static string DeletesOf(DataFile file) =>
        file.Content == 2 ? "equality deletes" : IsFormat(file, "PUFFIN") ? "deletion vectors" : "position deletes";

    static DataFile Readable(Table table, DataFile file)
    {
        if (!IsFormat(file, "PARQUET"))
            throw LakeException.Invalid($"{table.Ident} has data files of the format {file.FileFormat} ({FileLocation.Shown(file.Path)}); this program reads Parquet, so rewrite them with the engine that wrote them");
        return file.KeyMetadata is not { Length: > 0 } ? file
            : throw Encrypted(table, $"data files ({FileLocation.Shown(file.Path)})");
    }

    static LakeException Encrypted(Table table, string what) =>
        LakeException.Invalid($"{table.Ident} has encrypted {what}, which this program does not read; read it with the engine that wrote them");

    static bool IsFormat(DataFile file, string format) => string.Equals(file.FileFormat, format, StringComparison.OrdinalIgnoreCase);
}
