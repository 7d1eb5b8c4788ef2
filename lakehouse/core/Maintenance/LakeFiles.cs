using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>
/// Every file that some table's metadata names: of all snapshots, of the log of metadata files, statistics. What is named is never told
/// from a listing.
/// </summary>
sealed class LakeFiles(Lake lake)
{
    readonly ManifestStore manifests = new(lake.Store, maxEntries: 1);

    /// <summary>Paths.</summary>
    /// <exception cref="LakeException">A table, a list or a manifest cannot be read: then nobody knows what it names.</exception>
    public async Task<HashSet<string>> NamedAsync(CancellationToken cancel)
    {
        var survey = await lake.Catalog.SurveyAsync(cancel);
        if (survey.LeftOut.Values.FirstOrDefault() is { } unread)
            throw new LakeException(unread.Kind, $"{unread.Message}; which files it names is not known, so none is taken for an orphan");
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in survey.Tables.Values)
            await AddAsync(table, named, cancel);
        return named;
    }

    async Task AddAsync(Table table, HashSet<string> named, CancellationToken cancel)
    {
        var metadata = table.Metadata;
        Add(named, table.MetadataLocation);
        foreach (var entry in metadata.MetadataLog)
            Add(named, entry.MetadataFile);
        foreach (var statistics in metadata.Statistics.Concat(metadata.PartitionStatistics))
            if (statistics.TryGetProperty("statistics-path", out var path) && path.GetString() is { } location)
                Add(named, location);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var snapshot in metadata.Snapshots)
        {
            if (snapshot.ManifestList is { } list)
                Add(named, list);
            foreach (var manifest in await manifests.ListAsync(metadata, snapshot, cancel))
            {
                if (!seen.Add(manifest.Path))
                    continue;
                Add(named, manifest.Path);
                foreach (var entry in await manifests.EntriesAsync(metadata, manifest, cancel))
                    Add(named, entry.File.Path);
            }
        }
    }

    static void Add(HashSet<string> named, string location) =>
        named.Add(FileLocation.IsLocal(location) ? Path.GetFullPath(FileLocation.ToPath(location)) : location);
}
