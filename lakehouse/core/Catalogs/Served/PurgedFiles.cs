using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>
/// The files of a table that is dropped with its data, as far as they are its own (<see cref="OwnFile"/>): told by its metadata, never by
/// what lies in its folder.
/// </summary>
static class PurgedFiles
{
    public static async Task<IReadOnlyList<ObsoleteFile>> OfAsync(Table table, ManifestStore manifests, CancellationToken cancel)
    {
        var metadata = table.Metadata;
        var known = new HashSet<string>(StringComparer.Ordinal) { table.MetadataLocation };
        var rows = new HashSet<string>(StringComparer.Ordinal);
        known.UnionWith(metadata.MetadataLog.Select(entry => entry.MetadataFile));
        known.UnionWith(metadata.Statistics.Concat(metadata.PartitionStatistics).Select(s => s.Text("statistics-path")));
        foreach (var snapshot in metadata.Snapshots)
        {
            if (snapshot.ManifestList is { } list)
                known.Add(list);
            await AddAsync(metadata, snapshot, manifests, known, rows, cancel);
        }
        return
        [
            .. known.Where(file => OwnFile.IsOf(metadata, file)).Select(file => new ObsoleteFile(file, HoldsRows: false)),
            .. rows.Where(file => OwnFile.IsOf(metadata, file)).Select(file => new ObsoleteFile(file, HoldsRows: true)),
        ];
    }

    /// <summary>What cannot be read names no files: the search for orphans finds those.</summary>
    static async Task AddAsync(
        TableMetadata table,
        Snapshot snapshot,
        ManifestStore manifests,
        HashSet<string> known,
        HashSet<string> rows,
        CancellationToken cancel)
    {
        try
        {
            var list = await manifests.ListAsync(table, snapshot, cancel);
            await foreach (var (_, entries) in manifests.EntriesAsync(table, list.Where(m => known.Add(m.Path)), cancel))
                rows.UnionWith(entries.Select(entry => entry.File.Path));
        }
        catch (LakeException)
        {
            // the table goes all the same
        }
    }
}
