using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>
/// Makes a lake that was copied or moved live in its new folder: metadata, manifest lists and manifests are written anew with the
/// locations of now, and one transaction of the catalog takes them all, the home included. Until then nothing has changed, and it
/// can be begun again; data files stay as they are.
/// </summary>
public sealed class LakeRelocation
{
    const string Catalog = "catalog.db", Warehouse = "/warehouse/";

    readonly CatalogDatabase database;
    readonly LocationMap map;
    readonly RelocatedTables tables;
    readonly TimeProvider time;
    readonly HashSet<string> published;
    readonly SortedDictionary<string, LakeException> leftOut = new(StringComparer.Ordinal);

    LakeRelocation(string dataDir, CatalogDatabase database, LocationMap map, TimeProvider time, IdSource ids)
    {
        (this.database, this.map, this.time) = (database, map, time);
        tables = new(dataDir, map, ids);
        published = database.Read(Ledger.PublishedNames);
    }

    /// <param name="dataDir">The folder that the lake is in now.</param>
    /// <param name="newId">Whether it gets an id of its own even if the lake of before is not seen any more.</param>
    /// <exception cref="LakeException">Unavailable: a file of a table that nothing can build again is missing, or the database fails;
    /// Invalid: such a table that cannot be relocated; Conflict: somebody changed the catalog meanwhile.</exception>
    public static async Task<RelocationReport> RunAsync(
        string dataDir, bool newId, TimeProvider time, IdSource ids, CancellationToken cancel)
    {
        dataDir = Path.GetFullPath(dataDir).TrimEnd('/');
        Lake.RefuseName(dataDir);
        var here = FileLocation.FromPath(dataDir);
        using var opened = SqliteDatabase.Open(Path.Combine(dataDir, Catalog));
        var home = opened.Read(connection => LakeHome.FindOrGuess(connection, here, ids));
        var from = FileLocation.ToPath(home.Location);
        var report = new RelocationReport(from, dataDir, home.Id, IsCopy: false, [], [], new Dictionary<string, LakeException>());
        if (SameFolder.Is(dataDir, from))
        {
            var known = await opened.WriteAgainAsync(connection => LakeHome.FindOrMake(connection, here, ids), cancel);
            return report with { From = dataDir, Id = known.Id };
        }
        var isCopy = newId || StillLives(home, from);
        var next = new LakeHome(isCopy ? $"{ids.NewId():N}" : home.Id, here);
        var rows = opened.Read(TableRows.All);
        var toHere = new LocationMap([from, .. SecondNames(rows, dataDir)], dataDir);
        return await new LakeRelocation(dataDir, opened, toHere, time, ids)
            .RunAsync(rows, report with { Id = next.Id, IsCopy = isCopy }, next, cancel);
    }

    /// <summary>Whether the lake of before is where it was: then this one is a copy of it. What cannot be read does not live.</summary>
    static bool StillLives(LakeHome home, string folder)
    {
        var catalog = Path.Combine(folder, Catalog);
        if (!File.Exists(catalog))
            return false;
        try
        {
            return SqliteDatabase.Peek(catalog, LakeHome.Find)?.Id is not { } id || id == home.Id;
        }
        catch (LakeException)
        {
            return false;
        }
    }

    /// <summary>
    /// Folders by which tables name the lake beside its home: somebody came to it through a link or a mount. Their metadata files are here.
    /// </summary>
    static IEnumerable<string> SecondNames(IEnumerable<CatalogRow> rows, string dataDir)
    {
        foreach (var path in rows.Select(row => row.Location).Where(FileLocation.IsLocal).Select(FileLocation.ToPath))
            for (var at = Next(path, 0); at >= 0; at = Next(path, at + 1))
                if (File.Exists(dataDir + path[at..]))
                    yield return path[..at];

        static int Next(string path, int from) => path.IndexOf(Warehouse, from, StringComparison.Ordinal);
    }

    async Task<RelocationReport> RunAsync(
        IReadOnlyList<CatalogRow> rows, RelocationReport report, LakeHome next, CancellationToken cancel)
    {
        var moved = new List<RelocatedTable>();
        var aside = new List<CatalogRow>();
        foreach (var row in rows.Where(row => map.Holds(row.Location)))
        {
            if (row.Catalog == TableRows.LeftOutName)
            {
                aside.Add(row);
                continue;
            }
            try
            {
                moved.Add(await tables.RelocateAsync(row, cancel));
            }
            catch (LakeException e) when (MayBeLeftOut(row, e))
            {
                leftOut.Add(row.ToString(), e);
                aside.Add(row);
            }
        }
        await database.WriteAgainAsync(connection =>
        {
            if (!moved.TrueForAll(table => TableRows.Relocate(connection, table.Row, table.To))
                || !aside.TrueForAll(row => TableRows.SetAside(connection, row, map.Apply(row.Location))))
                throw LakeException.Conflict($"a table was changed while the lake was relocated; stop what uses {FileLocation.Shown(next.Location)}, and run it again");
            FileDeletions.Relocate(connection, map);
            TableRows.RelocateNamespaces(connection, map);
            FileDeletions.Queue(connection, moved
                .SelectMany(table => table.Replaced)
                .Select(file => new ObsoleteFile(file, HoldsRows: false)), time.GetUtcNow());
            next.Save(connection);
            return true;
        }, CancellationToken.None);
        return report with
        {
            Tables = [.. moved.Select(table => table.Row.ToString())],
            Elsewhere = [.. rows.Where(row => !map.Holds(row.Location)).Select(row => row.ToString())],
            LeftOut = leftOut,
        };
    }

    /// <summary>
    /// Without a table of its own the lake would be none. One that was published and that others have written to as cannot be relocated is
    /// built again by the next end of day; one whose files are missing says that the copy is not whole.
    /// </summary>
    bool MayBeLeftOut(CatalogRow row, LakeException why) => !row.IsOurs
        || TableContracts.TryGet(row.Ident.ToString()) is null
        || why.Kind == LakeErrorKind.Invalid && published.Contains(row.Ident.ToString());
}
