using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// Writes the manifests and the manifest list of one new snapshot. One instance
/// per attempt; its files are there when <paramref name="writes"/> have ended.
/// </summary>
sealed class SnapshotProducer(
    CommitWrites writes, ManifestStore manifests, IdSource ids, TableMetadata table, long snapshotId, int attempt)
{
    readonly Guid commit = ids.NewId();
    readonly List<DataFile> removed = [];
    int manifestCount;

    /// <summary>The folder of metadata files of that table.</summary>
    public static string MetadataFolder(TableMetadata table) =>
        table.Properties.GetValueOrDefault("write.metadata.path", $"{table.Location}/metadata").TrimEnd('/');

    /// <summary>The new snapshot, not yet part of any metadata; null when the intent changes nothing.</summary>
    public async Task<Snapshot?> ProduceAsync(TableIntent intent, long timestampMs, CancellationToken cancel)
    {
        var parent = table.CurrentSnapshot;
        var sequence = table.LastSequenceNumber + 1;
        var before = parent is null ? [] : (await manifests.ListAsync(table, parent, cancel)).Where(m => m.MayHaveLiveFiles).ToList();
        var partition = PartitionType.Of(table, table.DefaultSpecId);
        // files may be of an older spec than the table's: a stream goes on with the one that it began with
        List<DataFile> added = [.. intent.Add.Select(f => f with { Partition = SpecOf(f).Normalize(f.Partition) })];
        var after = intent switch
        {
            { Replace: { } replace } => await ReplaceAsync(before, [.. replace.Select(partition.Normalize)], sequence, cancel),
            { Rewrite: { } rewrite } => await RewriteAsync(before, rewrite, added, sequence, cancel),
            { Remove: { } remove } => await RemoveAsync(before, remove, sequence, cancel),
            _ => before,
        };
        if (added.Count == 0 && removed.Count == 0 && !intent.AlwaysSnapshot)
            return null;
        foreach (var ofSpec in added.GroupBy(f => f.SpecId).OrderBy(g => g.Key))
            after = [WriteAdded([.. ofSpec], SpecOf(ofSpec.First()), sequence), .. after];
        after = await MergeAsync(after, intent.Rewrite is not null, sequence, cancel);
        var list = $"{MetadataFolder(table)}/snap-{snapshotId}-{attempt}-{commit:D}.avro";
        var snapshot = new Snapshot
        {
            SnapshotId = snapshotId,
            ParentSnapshotId = parent?.SnapshotId,
            SequenceNumber = sequence,
            TimestampMs = timestampMs,
            ManifestList = list,
            Summary = SnapshotSummary.Make(parent, intent, added, removed),
            SchemaId = table.CurrentSchemaId,
        };
        var bytes = ManifestList.Write(after, snapshot, ids.NewId());
        manifests.Know(table, list, bytes);
        writes.Begin(list, bytes);
        return snapshot;
    }

    PartitionType SpecOf(DataFile file) => table.PartitionSpecs.Any(s => s.SpecId == file.SpecId) ? PartitionType.Of(table, file.SpecId)
        : throw LakeException.Invalid($"{file.Path} is of partition spec {file.SpecId}, which {table.Location} has not");

    ManifestFile WriteAdded(List<DataFile> added, PartitionType partition, long sequence)
    {
        var writer = new ManifestWriter(table, partition, ids.NewId());
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in added)
        {
            // Java writes file:/abs/path, and every engine opens it
            if (!file.Path.Contains("://", StringComparison.Ordinal) && !file.Path.StartsWith("file:/", StringComparison.Ordinal))
                throw LakeException.Invalid($"{file.Path} is a bare path, which other engines do not open; name it file:///…");
            if (!paths.Add(file.Path))
                throw LakeException.Invalid($"{file.Path} is added twice in one commit");
            writer.Add(EntryStatus.Added, snapshotId, null, null, file);
        }
        return Write(writer, sequence);
    }

    Task<List<ManifestFile>> ReplaceAsync(
        List<ManifestFile> before, HashSet<PartitionKey> partitions, long sequence, CancellationToken cancel)
    {
        if (before.Find(m => m.Content == ManifestFile.Data && m.SpecId != table.DefaultSpecId) is { } old)
            throw LakeException.Invalid($"{table.Location} has files of the older partition spec {old.SpecId}; rewrite them before a partition is replaced");
        return RemoveAsync(before, file => partitions.Contains(file.Partition), sequence, cancel);
    }

    /// <summary>The rows stay what they are, and in their partitions: anything else is not a rewrite.</summary>
    async Task<List<ManifestFile>> RewriteAsync(
        List<ManifestFile> before, IReadOnlySet<string> paths, List<DataFile> added, long sequence, CancellationToken cancel)
    {
        var after = await RemoveAsync(before, paths, sequence, cancel);
        return Rows(removed) == Rows(added) ? after
            : throw LakeException.Bug($"a rewrite of {table.Location} would change its rows from {Rows(removed)} to {Rows(added)}");

        static string Rows(List<DataFile> files) =>
            string.Join(", ", files
                .GroupBy(f => f.Partition)
                .Select(g => $"{g.Key}: {g.Sum(f => f.RecordCount)}").Order(StringComparer.Ordinal));
    }

    async Task<List<ManifestFile>> RemoveAsync(
        List<ManifestFile> before, IReadOnlySet<string> paths, long sequence, CancellationToken cancel)
    {
        if (before.Exists(m => m.Content == ManifestFile.Deletes))
            throw LakeException.Invalid($"{table.Location} has delete files, which this program does not read; rewrite its files with the engine that wrote them");
        var after = await RemoveAsync(before, file => paths.Contains(file.Path), sequence, cancel);
        return removed.Count == paths.Count ? after
            : throw LakeException.Conflict($"{paths.Count - removed.Count} of {paths.Count} files of {table.Location} that were to go are not in the table any more; nothing was committed");
    }

    /// <summary>
    /// Manifests without the files that go replace the old ones; what goes is named as deleted in a manifest of its own, which readers
    /// need not open and the next commit leaves out.
    /// </summary>
    async Task<List<ManifestFile>> RemoveAsync(
        List<ManifestFile> before, Func<DataFile, bool> goes, long sequence, CancellationToken cancel)
    {
        var after = new List<ManifestFile>();
        var gone = new SortedDictionary<int, ManifestWriter>();
        await foreach (var (manifest, all) in manifests.EntriesAsync(table, before.Where(m => m.Content == ManifestFile.Data), cancel))
        {
            var entries = all.Where(e => e.IsLive).ToLookup(e => goes(e.File));
            if (!entries[true].Any())
            {
                after.Add(manifest);
                continue;
            }
            var partition = PartitionType.Of(table, manifest.SpecId);
            if (!gone.TryGetValue(manifest.SpecId, out var deleted))
                gone.Add(manifest.SpecId, deleted = new(table, partition, ids.NewId()));
            foreach (var entry in entries[true])
                deleted.Add(EntryStatus.Deleted, snapshotId, entry.SequenceNumber, entry.FileSequenceNumber, entry.File);
            removed.AddRange(entries[true].Select(e => e.File));
            if (!entries[false].Any())
                continue;
            var kept = new ManifestWriter(table, partition, ids.NewId());
            foreach (var entry in entries[false])
                kept.Add(EntryStatus.Existing, entry.SnapshotId, entry.SequenceNumber, entry.FileSequenceNumber, entry.File);
            after.Add(Write(kept, sequence));
        }
        foreach (var deleted in gone.Values)
            after.Add(Write(deleted, sequence));
        after.AddRange(before.Where(m => m.Content != ManifestFile.Data));
        return after;
    }

    async Task<List<ManifestFile>> MergeAsync(List<ManifestFile> newestFirst, bool always, long sequence, CancellationToken cancel)
    {
        var result = new List<ManifestFile>();
        foreach (var group in ManifestMerging.Plan(newestFirst, table.Properties, always))
            if (group is [var only])
                result.Add(only);
            else
                result.Add(await MergeGroupAsync(group, sequence, cancel));
        return result;
    }

    /// <summary>
    /// One manifest of several: what this commit adds stays so, older additions become existing, older deletions go.
    /// </summary>
    async Task<ManifestFile> MergeGroupAsync(IReadOnlyList<ManifestFile> group, long sequence, CancellationToken cancel)
    {
        var writer = new ManifestWriter(table, PartitionType.Of(table, group[0].SpecId), ids.NewId());
        var ofThisCommit = group.ToLookup(m => m.AddedSnapshotId == snapshotId);
        // what this commit has not written yet needs no file of its own
        foreach (var manifest in ofThisCommit[true])
            Add(ManifestReader.Read(writes.Take(manifest.Path), manifest, PartitionType.Of(table, manifest.SpecId)));
        await foreach (var (_, entries) in manifests.EntriesAsync(table, ofThisCommit[false], cancel))
            Add(entries);
        return Write(writer, sequence);

        void Add(IEnumerable<ManifestEntry> entries)
        {
            foreach (var entry in entries.Where(e => e.IsLive))
                if (entry.SnapshotId == snapshotId && entry.Status == EntryStatus.Added)
                    writer.Add(EntryStatus.Added, snapshotId, null, null, entry.File);
                else
                    writer.Add(EntryStatus.Existing, entry.SnapshotId, entry.SequenceNumber, entry.FileSequenceNumber, entry.File);
        }
    }

    ManifestFile Write(ManifestWriter writer, long sequence)
    {
        var path = $"{MetadataFolder(table)}/{commit:D}-m{manifestCount++}.avro";
        var (bytes, file) = writer.Finish(path, snapshotId, sequence);
        writes.Begin(path, bytes);
        return file;
    }
}
