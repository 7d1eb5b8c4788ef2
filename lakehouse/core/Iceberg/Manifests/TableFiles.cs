using System.Runtime.CompilerServices;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Manifests;

/// <summary>
/// Every file that a table's metadata names, of formats v1 to v3: of all snapshots, of the log of metadata files, statistics. The one walk
/// of those who search for orphans, copy a lake or move it.
/// </summary>
sealed class TableFiles(ManifestStore manifests)
{
    /// <summary>Each manifest is read once; a file of rows comes as often as manifests name it.</summary>
    /// <exception cref="LakeException">A list or a manifest cannot be read: then nobody knows what it names.</exception>
    public async IAsyncEnumerable<NamedFile> OfAsync(Table table, [EnumeratorCancellation] CancellationToken cancel)
    {
        var metadata = table.Metadata;
        yield return new(table.MetadataLocation, NamedFileKind.Metadata);
        foreach (var entry in metadata.MetadataLog)
            yield return new(entry.MetadataFile, NamedFileKind.OldMetadata);
        foreach (var statistics in metadata.Statistics.Concat(metadata.PartitionStatistics))
            if (statistics.OptionalText("statistics-path") is { } path)
                yield return new(path, NamedFileKind.Statistics);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var (snapshot, list) in manifests.ListsAsync(metadata, metadata.Snapshots, cancel))
        {
            if (snapshot.ManifestList is { } path)
                yield return new(path, NamedFileKind.ManifestList);
            await foreach (var (manifest, entries) in manifests.EntriesAsync(metadata, list.Where(m => seen.Add(m.Path)), cancel))
            {
                yield return new(manifest.Path, NamedFileKind.Manifest);
                foreach (var entry in entries)
                    yield return new(entry.File.Path, entry.IsLive ? NamedFileKind.Rows : NamedFileKind.Removed);
            }
        }
    }
}
