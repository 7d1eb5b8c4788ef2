using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Relocation;

/// <summary>What a backup holds.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Files">Of tables, all of which never change.</param>
/// <param name="Linked">Of these, those that share their bytes with the lake.</param>
/// <param name="Bytes">Of all files of tables.</param>
/// <param name="Elsewhere">Files that do not lie in the lake's folder, and are not in the backup.</param>
/// <param name="LeftOut">Tables and views of others that could not be read, and why; the backup's catalog does not name them.</param>
public sealed record BackupReport(
    string Folder, int Tables, int Files, int Linked, long Bytes, int Elsewhere, IReadOnlyDictionary<string, LakeException> LeftOut);

/// <summary>
/// A copy of a lake as it was at one moment, made while streams and runs write: the catalog's database is copied first, then the metadata
/// of all its tables, then the files with their rows, by links where the disk allows. Files of tables never change, and those that fall out
/// of use wait before they go: metadata an hour, rows a day. The catalog gets its name last: until then the folder holds no lake, and the
/// backup can be begun again.
/// </summary>
public sealed class LakeBackup
{
    const string Draft = "catalog.db.draft";

    readonly Lake lake;
    readonly string target;
    readonly LocationMap map;
    readonly HashSet<string> files = new(StringComparer.Ordinal), elsewhere = new(StringComparer.Ordinal);
    readonly HashSet<string> folders = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, LakeException> leftOut = new(StringComparer.Ordinal);
    int linked;
    long bytes;

    LakeBackup(Lake lake, string target) => (this.lake, this.target, map) = (lake, target, new(lake.DataDir, target));

    /// <param name="to">A folder that is not there, or empty, or holds an unfinished backup.</param>
    /// <exception cref="LakeException">Invalid: the folder; Unavailable: the disk, or a file that the lake lacks.</exception>
    public static async Task<BackupReport> RunAsync(Lake lake, string to, CancellationToken cancel)
    {
        to = Path.GetFullPath(to).TrimEnd('/');
        Check(lake, to);
        try
        {
            return await new LakeBackup(lake, to).RunAsync(cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Unavailable($"the backup in {to} is not finished: {e.Message}; make room or mend its rights, and run it again with the same folder", e);
        }
    }

    static void Check(Lake lake, string to)
    {
        if (new LocationMap(lake.DataDir, to).Holds(to) || new LocationMap(to, to).Holds(lake.DataDir))
            throw LakeException.Invalid($"{to} and the lake's folder {lake.DataDir} lie in each other; choose a folder beside it");
        Lake.RefuseName(to);
        if (File.Exists(to))
            throw LakeException.Invalid($"{to} is a file; choose a folder");
        if (File.Exists(Path.Combine(to, "catalog.db")))
            throw LakeException.Invalid($"{to} holds a lake already; choose another folder");
        if (Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any() && !File.Exists(Path.Combine(to, Draft)))
            throw LakeException.Invalid($"{to} is not empty; choose another folder");
    }

    async Task<BackupReport> RunAsync(CancellationToken cancel)
    {
        DurableFile.CreateFolder(target);
        var draft = Path.Combine(target, Draft);
        foreach (var file in new[] { draft, draft + "-wal", draft + "-shm", draft + "-journal" })
            File.Delete(file);
        lake.CopyCatalog(draft);
        var tables = await TakeTablesAsync(draft, cancel);
        BesideFolders.Copy(lake.DataDir, target, cancel);
        foreach (var folder in folders)
            DurableFile.SyncFolder(folder);
        DurableFile.Sync(draft);
        DurableFile.Name(draft, Path.Combine(target, "catalog.db"));
        DurableFile.SyncFolder(target);
        return new(target, tables, files.Count, linked, bytes, elsewhere.Count, leftOut);
    }

    /// <summary>Takes all files that the copied catalog's tables name: those that go first, first.</summary>
    /// <exception cref="LakeException">A table of the lake's own cannot be read: a backup without it would be none.</exception>
    async Task<int> TakeTablesAsync(string catalog, CancellationToken cancel)
    {
        using var database = SqliteDatabase.Open(catalog);
        var rows = database.Read(TableRows.All);
        var data = new Dictionary<CatalogRow, IReadOnlyList<string>>();
        foreach (var row in rows)
            await TakeOrLeaveOutAsync(row, async () => data[row] = await TakeMetadataAsync(row, cancel));
        foreach (var (row, named) in data)
            await TakeOrLeaveOutAsync(row, () => Task.Run(() => TakeAll(named, cancel), cancel));
        foreach (var row in rows.Where(row => leftOut.ContainsKey(row.ToString())))
            await database.WriteAgainAsync(connection => TableRows.Remove(connection, row), CancellationToken.None);
        await database.FoldAsync(cancel);
        return rows.Count - leftOut.Count;
    }

    async Task TakeOrLeaveOutAsync(CatalogRow row, Func<Task> take)
    {
        try
        {
            await take();
        }
        catch (LakeException e) when (!row.IsOurs || TableContracts.TryGet(row.Ident.ToString()) is null)
        {
            leftOut[row.ToString()] = new LakeException(e.Kind, $"{row} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Takes a table's metadata of all kinds, or that of a view; gives the files of rows that it names.</summary>
    async Task<IReadOnlyList<string>> TakeMetadataAsync(CatalogRow row, CancellationToken cancel)
    {
        var rows = new List<string>();
        if (row.IsView)
        {
            Take(row.Location);
            return rows;
        }
        var table = new Table(row.Ident, row.Location, await new MetadataStore(lake.Store).ReadAsync(row.Location, cancel));
        await foreach (var file in new TableFiles(new ManifestStore(lake.Store, mostBytes: 0)).OfAsync(table, cancel))
        {
            cancel.ThrowIfCancellationRequested();
            if (file.Kind == NamedFileKind.Rows)
                rows.Add(file.Location);
            else if (file.IsNeeded || file.Kind != NamedFileKind.Removed && File.Exists(FileLocation.ToPath(file.Location)))
                Take(file.Location);
        }
        return rows;
    }

    void TakeAll(IReadOnlyList<string> locations, CancellationToken cancel)
    {
        foreach (var location in locations)
        {
            cancel.ThrowIfCancellationRequested();
            Take(location);
        }
    }

    /// <summary>Takes a file of a table, once; one that lies elsewhere is counted.</summary>
    void Take(string location)
    {
        var copy = FileLocation.ToPath(map.Apply(location));
        if (!map.Holds(location))
            elsewhere.Add(copy);
        else if (files.Add(copy))
        {
            MakeFolder(copy);
            if (!File.Exists(copy))
                Bring(FileLocation.ToPath(location), copy);
            bytes += new FileInfo(copy).Length;
        }
    }

    void Bring(string path, string copy)
    {
        try
        {
            if (DurableFile.TryLink(path, copy))
            {
                linked++;
                return;
            }
            BesideFolders.CopyFile(path, copy);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw LakeException.Unavailable($"{path}, which a table names, is not there; see 'dartlake verify', or run the backup again", e);
        }
    }

    void MakeFolder(string file)
    {
        if (folders.Add(Path.GetDirectoryName(file)!))
            DurableFile.CreateFolder(Path.GetDirectoryName(file)!);
    }
}
