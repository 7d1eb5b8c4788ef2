using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>A table or view with a metadata file of its new folder.</summary>
/// <param name="To">That file.</param>
/// <param name="Replaced">Files of before that nothing names any more.</param>
sealed record RelocatedTable(CatalogRow Row, string To, IReadOnlyList<string> Replaced);

/// <summary>Writes the metadata of tables and views anew with the locations of now.</summary>
sealed class RelocatedTables(string dataDir, LocationMap map, IdSource ids)
{
    readonly LocalObjectStore store = new(dataDir);
    readonly LocationMap within = new(dataDir, dataDir);

    /// <exception cref="LakeException">Unavailable: a file is missing; Invalid or Corrupt: it cannot be relocated.</exception>
    public async Task<RelocatedTable> RelocateAsync(CatalogRow row, CancellationToken cancel)
    {
        try
        {
            var now = map.Apply(row.Location);
            return row.IsView ? await ViewAsync(row, now, cancel) : await TableAsync(row, now, cancel);
        }
        catch (LakeException e)
        {
            throw new LakeException(e.Kind, $"{row} cannot be relocated: {e.Message}", e);
        }
    }

    async Task<RelocatedTable> ViewAsync(CatalogRow row, string now, CancellationToken cancel)
    {
        var json = RelocatedMetadata.OfView(await new MetadataStore(store).ReadTextAsync(now, cancel), map);
        var to = $"{now[..now.LastIndexOf('/')]}/{MetadataName.After(now, ids)}";
        await store.WriteNewAsync(to, json, cancel);
        return new(row, to, [now]);
    }

    async Task<RelocatedTable> TableAsync(CatalogRow row, string now, CancellationToken cancel)
    {
        var table = await new MetadataStore(store).ReadAsync(now, cancel);
        var manifests = new RelocatedManifests(store, map.Apply, store, map, map.Apply(SnapshotProducer.MetadataFolder(table)), ids);
        var snapshots = new List<Snapshot>();
        foreach (var snapshot in table.Snapshots)
            snapshots.Add(await manifests.OfAsync(snapshot, cancel));
        var relocated = RelocatedMetadata.Of(table, map, snapshots);
        var to = CommitPreparation.NextLocation(new Table(row.Ident, now, relocated), ids);
        await store.WriteNewAsync(to, TableMetadataWriter.Write(relocated), cancel);
        await CheckAsync(new Table(row.Ident, to, relocated), cancel);
        var log = table.MetadataLog.Select(entry => map.Apply(entry.MetadataFile)).Append(now);
        return new(row, to, Replaced(relocated, manifests.Replaced, log));
    }

    /// <summary>All that it names is here, as whoever reads it finds it.</summary>
    async Task CheckAsync(Table table, CancellationToken cancel)
    {
        await foreach (var file in new TableFiles(new ManifestStore(store, mostBytes: 0)).OfAsync(table, cancel))
            if (file.IsNeeded && within.Holds(file.Location) && !File.Exists(FileLocation.ToPath(file.Location)))
                throw LakeException.Unavailable($"{FileLocation.Shown(file.Location)} is not there: the copy is not whole, so copy the folder again, or use 'dartlake lake backup'");
    }

    static List<string> Replaced(TableMetadata table, IEnumerable<string> manifests, IEnumerable<string> metadata)
    {
        var upkeep = TableUpkeep.Of(table);
        IEnumerable<string> replaced = [.. upkeep.Collects ? manifests : [], .. upkeep.DropsMetadata ? metadata : []];
        return [.. replaced.Where(file => OwnFile.IsOf(table, file))];
    }
}
