using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>
/// Makes a lake that was copied or moved live in its new folder: metadata, manifest lists and manifests are written anew with the
/// locations of now, and one transaction of the catalog takes them all, the home included. Until then nothing has changed, and it
/// can be begun again; data files stay as they are.
/// </summary>
public sealed class LakeRelocation
{
    readonly CatalogDatabase database;
    readonly LocalObjectStore store;
    readonly LocationMap map, within;
    readonly TimeProvider time;
    readonly IdSource ids;

    LakeRelocation(string dataDir, CatalogDatabase database, string from, TimeProvider time, IdSource ids)
    {
        (this.database, this.time, this.ids) = (database, time, ids);
        store = new LocalObjectStore(dataDir);
        (map, within) = (new(from, dataDir), new(dataDir, dataDir));
    }

    /// <param name="dataDir">The folder that the lake is in now.</param>
    /// <param name="newId">Whether it gets an id of its own even if the lake of before is not seen any more.</param>
    /// <exception cref="LakeException">Unavailable: a file is missing; Invalid: a table that cannot be relocated; Conflict: somebody
    /// changed the catalog meanwhile.</exception>
    public static async Task<RelocationReport> RunAsync(
        string dataDir, bool newId, TimeProvider time, IdSource ids, CancellationToken cancel)
    {
        dataDir = Path.GetFullPath(dataDir).TrimEnd('/');
        var here = FileLocation.FromPath(dataDir);
        using var opened = CatalogDatabase.Open(Path.Combine(dataDir, "catalog.db"), SqlDialect.Sqlite);
        var home = opened.Read(LakeHome.Find)
            ?? await opened.WriteAsync(connection => LakeHome.FindOrMake(connection, here, ids), cancel);
        var from = FileLocation.ToPath(home.Location);
        if (SameFolder.Is(dataDir, from, ids))
            return new(from, dataDir, home.Id, IsCopy: false, [], []);
        var isCopy = newId || StillLives(home, from);
        var next = new LakeHome(isCopy ? $"{ids.NewId():N}" : home.Id, here);
        var (tables, elsewhere) = await new LakeRelocation(dataDir, opened, from, time, ids).RunAsync(next, cancel);
        return new(from, dataDir, next.Id, isCopy, tables, elsewhere);
    }

    /// <summary>Whether the lake of before is still where it was: then this one is a copy of it.</summary>
    static bool StillLives(LakeHome home, string folder)
    {
        var catalog = Path.Combine(folder, "catalog.db");
        if (!File.Exists(catalog))
            return false;
        using var other = CatalogDatabase.Open(catalog, SqlDialect.Sqlite);
        return other.Read(LakeHome.Find)?.Id is not { } id || id == home.Id;
    }

    async Task<(IReadOnlyList<TableIdent> Tables, IReadOnlyList<TableIdent> Elsewhere)> RunAsync(LakeHome next, CancellationToken cancel)
    {
        var rows = database.Read(TableRows.Locations);
        var moved = new List<RelocatedTable>();
        foreach (var (ident, location) in rows.Where(row => map.Holds(row.Value)).OrderBy(row => row.Key))
            moved.Add(await RelocateAsync(ident, location, cancel));
        await database.WriteAsync(connection =>
        {
            foreach (var table in moved)
                if (!TableRows.Move(connection, table.Ident, table.From, table.To))
                    throw LakeException.Conflict($"{table.Ident} was changed while the lake was relocated; stop what uses {FileLocation.Shown(next.Location)}, and run it again");
            FileDeletions.Relocate(connection, map);
            FileDeletions.Queue(connection, moved
                .SelectMany(table => table.Replaced)
                .Select(file => new ObsoleteFile(file, HoldsRows: false)), time.GetUtcNow());
            next.Save(connection);
            return true;
        }, CancellationToken.None);
        return ([.. moved.Select(table => table.Ident)], [.. rows.Keys.Except(moved.Select(table => table.Ident)).Order()]);
    }

    sealed record RelocatedTable(TableIdent Ident, string From, string To, IReadOnlyCollection<string> Replaced);

    async Task<RelocatedTable> RelocateAsync(TableIdent ident, string location, CancellationToken cancel)
    {
        try
        {
            var now = map.Apply(location);
            var table = await new MetadataStore(store).ReadAsync(now, cancel);
            var folder = map.Apply(SnapshotProducer.MetadataFolder(table));
            var manifests = new RelocatedManifests(store, map, folder, ids);
            var lists = new Dictionary<long, string>();
            foreach (var snapshot in table.Snapshots)
                if (snapshot.ManifestList is { } list)
                    lists[snapshot.SnapshotId] = await manifests.ListAsync(snapshot.SnapshotId, list, cancel);
            foreach (var file in manifests.Named.Where(file => within.Holds(file) && !File.Exists(FileLocation.ToPath(file))))
                throw LakeException.Unavailable($"{FileLocation.Shown(file)} is not there: the copy is not whole, so copy the folder again, or use 'dartlake lake backup'");
            var relocated = RelocatedMetadata.Of(table, map, lists);
            var to = CommitPreparation.NextLocation(new Table(ident, now, relocated), ids);
            await store.WriteNewAsync(to, TableMetadataWriter.Write(relocated), cancel);
            var log = table.MetadataLog.Select(entry => map.Apply(entry.MetadataFile)).Append(now);
            return new(ident, location, to, [.. manifests.Replaced, .. log.Where(within.Holds)]);
        }
        catch (LakeException e)
        {
            throw new LakeException(e.Kind, $"{ident} cannot be relocated: {e.Message}", e);
        }
    }
}
