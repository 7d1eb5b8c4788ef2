using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// Which files only expired snapshots need, as far as they are the table's own (<see cref="OwnFile"/>). Told by manifest lists and
/// manifests, never by what lies in a folder; one of them that cannot be read makes the answer empty, for then nothing is known to be
/// obsolete.
/// </summary>
sealed class ObsoleteFiles(ManifestStore manifests)
{
    /// <summary>Manifest lists, manifests and data files of the expired snapshots that those which stay have not.</summary>
    /// <param name="before">The table with the expired snapshots.</param>
    /// <param name="after">The table without them.</param>
    /// <param name="expired">The difference.</param>
    /// <param name="writing">Ends when the manifests of <paramref name="after"/> are there; its lists are known before.</param>
    /// <param name="cancel">Ends the reading.</param>
    public async Task<IReadOnlyList<ObsoleteFile>> OfAsync(
        TableMetadata before, TableMetadata after, IReadOnlyList<Snapshot> expired, Task writing, CancellationToken cancel)
    {
        try
        {
            var gone = await ManifestsAsync(after, expired, cancel);
            await writing;
            var files = new HashSet<string>(StringComparer.Ordinal);
            if (expired.Any(s => MayHaveLostRows(before, s)))
                await foreach (var (_, entries) in manifests.EntriesAsync(after, gone, cancel))
                    files.UnionWith(entries.Select(entry => entry.File.Path));
            if (files.Count > 0)
                await SubtractLiveAsync(after, files, cancel);
            IEnumerable<ObsoleteFile> unneeded =
            [
                .. expired.Select(s => s.ManifestList).OfType<string>().Select(list => new ObsoleteFile(list, HoldsRows: false)),
                .. gone.Select(m => new ObsoleteFile(m.Path, HoldsRows: false)),
                .. files.Select(f => new ObsoleteFile(f, HoldsRows: true)),
            ];
            return [.. unneeded.Where(file => OwnFile.IsOf(after, file.Location))];
        }
        catch (LakeException)
        {
            return [];
        }
    }

    /// <summary>Statistics that the table does not name any more; a table without garbage collection keeps them.</summary>
    public static IEnumerable<ObsoleteFile> OfStatistics(TableMetadata before, TableMetadata after)
    {
        if (!TableUpkeep.Of(after).Collects)
            return [];
        var kept = StatisticsOf(after).ToHashSet(StringComparer.Ordinal);
        return StatisticsOf(before)
            .Where(file => !kept.Contains(file) && OwnFile.IsOf(after, file))
            .Select(file => new ObsoleteFile(file, HoldsRows: false));
    }

    static IEnumerable<string> StatisticsOf(TableMetadata table) => table.Statistics.Concat(table.PartitionStatistics)
        .Select(s => s.OptionalText("statistics-path"))
        .OfType<string>();

    /// <summary>Appends take no file away, so that a stream's commit need not look for one.</summary>
    static bool MayHaveLostRows(TableMetadata before, Snapshot snapshot)
    {
        var children = before.Snapshots.Where(s => s.ParentSnapshotId == snapshot.SnapshotId).ToList();
        return children.Count == 0 || children.Exists(c => c.Operation != "append");
    }

    /// <summary>
    /// An append's manifests are all in its child, so that a stream's commit compares two lists and no more; only after a merge
    /// those of all snapshots are looked at.
    /// </summary>
    async Task<IReadOnlyCollection<ManifestFile>> ManifestsAsync(
        TableMetadata after, IReadOnlyList<Snapshot> expired, CancellationToken cancel)
    {
        var gone = new Dictionary<string, ManifestFile>(StringComparer.Ordinal);
        foreach (var snapshot in expired)
        {
            var child = after.Snapshots.FirstOrDefault(s => s.ParentSnapshotId == snapshot.SnapshotId);
            var ofChild = child is null ? [] : await manifests.ListAsync(after, child, cancel);
            var heirs = ofChild.Select(m => m.Path).ToHashSet(StringComparer.Ordinal);
            foreach (var manifest in await manifests.ListAsync(after, snapshot, cancel))
                if (!heirs.Contains(manifest.Path))
                    gone.TryAdd(manifest.Path, manifest);
        }
        if (gone.Count == 0)
            return [];
        await foreach (var (_, list) in manifests.ListsAsync(after, after.Snapshots, cancel))
            foreach (var manifest in list)
                gone.Remove(manifest.Path);
        return gone.Values;
    }

    async Task SubtractLiveAsync(TableMetadata table, HashSet<string> files, CancellationToken cancel)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var (_, list) in manifests.ListsAsync(table, table.Snapshots, cancel))
            await foreach (var (_, entries) in manifests.EntriesAsync(table, list.Where(m => seen.Add(m.Path)), cancel))
                files.ExceptWith(entries.Where(entry => entry.IsLive).Select(entry => entry.File.Path));
    }
}
