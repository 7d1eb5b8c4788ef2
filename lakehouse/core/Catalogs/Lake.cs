using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Storage.S3;

// not Dart.Lake.Lakehouse.Catalogs: everywhere below Dart.Lake the word Lake would mean the namespace
namespace Dart.Lake;

#pragma warning disable MA0049 // for the same reason
/// <summary>A lake, opened: its catalog, and its tables below <c>warehouse/NAMESPACE/TABLE</c> of its location.</summary>
public sealed class Lake : IAsyncDisposable
{
    /// <summary>The version of the data folder's layout and of the ledger's tables.</summary>
    public const int FormatVersion = 1;

    /// <summary>Of an embedded lake's catalog and ledger, in its folder.</summary>
    internal const string CatalogFileName = "catalog.db";
    const string FormatKey = "format_version", WarehouseName = "warehouse", CacheName = "cache";

    readonly CatalogDatabase database;
    readonly CommittingCatalog catalog;
    readonly CatalogConnection? source;
    readonly IDisposable? remote;

    Lake(LakeHome home, LakePlace place, CatalogDatabase database, CatalogConnection? source, TimeProvider time, IdSource ids)
    {
        this.source = source;
        Id = home.Id;
        DataDir = place.Location is null ? FileLocation.ToPath(home.Location) : place.DataDir;
        Location = home.Location;
        this.database = database;
        AlsoIn = place.AlsoIn;
        if (S3Location.Is(home.Location))
        {
            var reached = place.S3 ?? throw LakeException.Invalid($"the lake lives in {home.Location}, and nothing says how S3 is reached");
            var store = new S3ObjectStore(home.Location, reached, Path.Combine(DataDir, CacheName));
            (Store, remote) = (store, store);
        }
        else
            Store = new LocalObjectStore(FileLocation.ToPath(home.Location), place.AlsoIn);
        var manifests = new ManifestStore(Store);
        Catalog = catalog = source is null
            ? new SqlCatalog(database, Store, manifests, WarehouseLocation, time, ids)
            : source.Catalog(database, Store, manifests, WarehouseLocation, time, ids);
        Ledger = new Ledger(database, time);
        Contracts = new ContractTables(Catalog, Ledger, time, ids);
        Scan = new TableScan(manifests);
    }

    /// <summary>Of this lake and no copy of it.</summary>
    public string Id { get; }

    /// <summary>Absolute. Of an embedded lake all of it; of a shared one what this machine has beside the tables.</summary>
    public string DataDir { get; }

    /// <summary>The root below which all its tables lie: <c>file:///abs/path</c> or <c>s3://bucket/folder</c>.</summary>
    public string Location { get; }

    /// <summary>Whether all of it lies in <see cref="DataDir"/>.</summary>
    public bool IsEmbedded => !IsRemote && database is SqliteDatabase && FileLocation.IsLocal(Location);

    /// <summary>Whether its tables are named by a REST catalog.</summary>
    public bool IsRemote => source is not null;

    public string CatalogFile => Path.Combine(DataDir, CatalogFileName);

    /// <summary>The location below which its own tables lie.</summary>
    public string WarehouseLocation => $"{Location}/{WarehouseName}";

    /// <summary>The folders of this machine in which its tables lie; none: they lie in a bucket.</summary>
    public IReadOnlyList<string> Folders => FileLocation.IsLocal(Location) ? [FileLocation.ToPath(Location)] : [];

    /// <summary>The folder of an embedded lake's tables.</summary>
    public string Warehouse => Path.Combine(DataDir, WarehouseName);
    public ICatalog Catalog { get; }
    public Ledger Ledger { get; }
    public ContractTables Contracts { get; }
    public IObjectStore Store { get; }
    public TableScan Scan { get; }

    /// <summary>Folders beside its own in which tables of others may lie.</summary>
    internal IReadOnlyList<string> AlsoIn { get; }

    /// <summary>Of catalog and ledger.</summary>
    internal CatalogDatabase Database => database;

    /// <summary>Whether the folder's catalog is a file without a byte: SQLite would take it for a new database.</summary>
    public static bool IsEmptyCatalog(string dataDir) =>
        new FileInfo(Path.Combine(dataDir, CatalogFileName)) is { Exists: true, Length: 0 };

    /// <summary>Opens the embedded lake in that folder, or makes one.</summary>
    /// <exception cref="LakeException">Invalid: a network file system, a data
    /// format newer than this program, or a lake that lives elsewhere;
    /// Unavailable: the folder or database cannot be used; Corrupt: the database is damaged.</exception>
    /// <param name="dataDir">The folder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ids">Draws ids.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <param name="alsoIn">Folders, absolute, beside its own in which tables of others may lie.</param>
    public static Task<Lake> OpenAsync(
        string dataDir, TimeProvider time, IdSource ids, CancellationToken cancel, params IReadOnlyList<string> alsoIn) =>
        OpenAsync(new LakePlace { DataDir = dataDir, AlsoIn = alsoIn }, time, ids, cancel);

    /// <summary>The same, wherever its parts lie. A shared catalog's tables are made by <c>migrate</c>.</summary>
    /// <inheritdoc cref="OpenAsync(string, TimeProvider, IdSource, CancellationToken, IReadOnlyList{string})"/>
    public static async Task<Lake> OpenAsync(LakePlace place, TimeProvider time, IdSource ids, CancellationToken cancel)
    {
        place = place with { DataDir = Path.GetFullPath(place.DataDir).TrimEnd('/') };
        MakeFolder(place.DataDir);
        var location = place.Location is null ? FileLocation.FromPath(place.DataDir) : RootOf(place.Location);
        CatalogDatabase opened = place.Catalog is null ? OpenFile(place, location, ids) : PostgresDatabase.Open(place.Catalog);
        CatalogConnection? opening = null;
        Lake? lake = null;
        try
        {
            opening = place.Tables is { } named ? await named.OpenAsync(time, cancel) : null;
            await CheckFormatAsync(opened, place.DataDir, cancel);
            var isNamed = opened.Read(connection => LakeHome.IsNamedBy(connection, place.Tables));
            if (opening is not null)
                await opening.CheckPlaceAsync(location, isNew: opened.Read(LakeHome.Find) is null, cancel);
            if (!isNamed)
                await opened.WriteAgainAsync(LakeHome.NameElsewhere, cancel);
            var home = opened.Read(LakeHome.Find) is { } known
                && (place.Tables is not null || !(place.Catalog is not null && known.Location != location))
                ? known
                : await opened.WriteAgainAsync(connection => LakeHome.FindOrMake(connection, location, ids), cancel);
            RefuseElsewhere(place, location, home);
            lake = new Lake(home, place, opened, opening, time, ids);
            if (opening is not null && await FindOwnerAsync(lake, opening, cancel) is { } owner && owner != home.Id)
            {
                if (opening.IsComplete(opened))
                    throw LakeException.Invalid($"{place.Tables} is the catalog of another lake than {place.DataDir} has the ledger of; name that lake's catalog, or another folder with --data-dir");
                home = home with { Id = owner };
                await opened.WriteAgainAsync(home.Save, cancel);
                lake.remote?.Dispose();
                lake = new Lake(home, place, opened, opening, time, ids);
            }
            if (S3Location.Is(home.Location))
                await S3Owner.ClaimAsync(lake.Store, home.Location, home.Id, cancel);
            if (opening is not null)
                await opening.CompleteAsync(lake.Catalog, opened, time.GetUtcNow(), cancel);
            return lake;
        }
        catch
        {
            lake?.remote?.Dispose();
            opening?.Dispose();
            opened.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Which lake a REST catalog is of: what it says, or, when the ledger is new and the catalog has tables at the lake's place, what that
    /// place says. Null: nobody knows.
    /// </summary>
    static async Task<string?> FindOwnerAsync(Lake lake, CatalogConnection opening, CancellationToken cancel) =>
        opening.LakeId is { } told ? told
        : !opening.IsComplete(lake.database) && S3Location.Is(lake.Location)
            && (await lake.Catalog.SurveyAsync(cancel)).Tables.Values.Any(t => FileLocation.IsBelow(t.Metadata.Location, lake.Location))
            ? await S3Owner.FindAsync(lake.Store, lake.Location, cancel)
            : null;

    static SqliteDatabase OpenFile(LakePlace place, string location, IdSource ids)
    {
        NetworkFileSystem.Refuse(place.DataDir);
        if (IsEmptyCatalog(place.DataDir) && Directory.Exists(Path.Combine(place.DataDir, WarehouseName)))
            throw LakeException.Corrupt($"catalog.db in {place.DataDir} is empty, and the folder has files of tables; restore it from a backup, or choose another folder with --data-dir");
        RefuseBeforeChange(place, location, ids);
        return SqliteDatabase.Open(Path.Combine(place.DataDir, CatalogFileName));
    }

    /// <summary>A lake's root as we write it.</summary>
    static string RootOf(string location) =>
        S3Location.Is(location) ? S3Location.Parse(location).ToString().TrimEnd('/') : FileLocation.FromPath(FileLocation.ToPath(location));

    static void MakeFolder(string dataDir)
    {
        for (var at = dataDir; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(at))
                throw LakeException.Invalid($"the data folder {dataDir} cannot be: {at} is a file; choose another with --data-dir");
        RefuseName(dataDir);
        try
        {
            DurableFile.CreateFolder(dataDir);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Unavailable($"the data folder {dataDir} cannot be made ({e.Message.TrimEnd('.')}); check the rights, or choose another with --data-dir", e);
        }
    }

    /// <exception cref="LakeException">Invalid: no lake can live in a folder of that name.</exception>
    internal static void RefuseName(string folder)
    {
        if (folder.AsSpan().IndexOfAny("?#%") >= 0)
            throw LakeException.Invalid($"the data folder {folder} has a ?, # or % in its path, which engines read as parts of a URL; choose another");
    }

    /// <summary>
    /// A lake that lives elsewhere, or of a newer program, is refused before anything of it is written. What cannot be read so is looked at
    /// when it is opened.
    /// </summary>
    static void RefuseBeforeChange(LakePlace place, string location, IdSource ids)
    {
        var file = Path.Combine(place.DataDir, CatalogFileName);
        if (!File.Exists(file) || IsEmptyCatalog(place.DataDir))
            return;
        LakeHome home;
        string? format;
        try
        {
            (home, format) = SqliteDatabase.Peek(file, connection => (
                LakeHome.FindOrGuess(connection, location, ids), Ledger.FindMeta(connection, FormatKey)));
        }
        catch (LakeException)
        {
            return;
        }
        RefuseNewer(place.DataDir, format);
        RefuseElsewhere(place, location, home);
    }

    static void RefuseElsewhere(LakePlace place, string location, LakeHome home)
    {
        var (dataDir, isHere) = (place.DataDir, string.Equals(location, home.Location, StringComparison.Ordinal));
        var (asked, there) = (FileLocation.Shown(location), FileLocation.Shown(home.Location));
        if (place.Tables is not null && !isHere)
            throw LakeException.Invalid($"the lake whose tables {place.Tables} names lives in {there}, as its ledger says, not in {asked}; set DARTLAKE__Lake__Location={there}, or name another ledger (--data-dir, Lake:Catalog)");
        if (place.Location is not null || !FileLocation.IsLocal(home.Location) || place.Catalog is not null)
        {
            if (!isHere)
                throw LakeException.Invalid($"the catalog's lake lives in {there}, not in {asked}; name that place (DARTLAKE__Lake__Location={there}), or another catalog");
            return;
        }
        if (!SameFolder.Is(dataDir, FileLocation.ToPath(home.Location)))
            throw LakeException.Invalid($"the lake in {dataDir} says that it lives in {there}: it was copied or moved, and its files name that place; run: dartlake lake relocate --data-dir {ShellWord.Quoted(dataDir)}");
    }

    /// <summary>
    /// Copies the catalog's database, as it is at one moment, to a file that is not there; others may write meanwhile.
    /// </summary>
    internal void CopyCatalog(string file) => (IsRemote
        ? throw LakeException.Invalid("the lake's tables are named by a REST catalog: back that up, and the bucket, with tools of their own")
        : database as SqliteDatabase
        ?? throw LakeException.Invalid("the catalog is a shared database; 'dartlake lake copy --to FOLDER' makes a copy of the whole lake in a folder")).CopyTo(file);

    /// <summary>Files that wait for their deletion, as <c>file:///</c> locations.</summary>
    internal IReadOnlySet<string> WaitingDeletions() => database.Read(FileDeletions.Waiting);

    /// <summary>Every row of the catalog's table of tables, also those that we do not load.</summary>
    internal IReadOnlyList<CatalogRow> CatalogRows() => database.Read(TableRows.All);

    public async ValueTask DisposeAsync()
    {
        await catalog.EndDeletionsAsync();
        remote?.Dispose();
        source?.Dispose();
        database.Dispose();
    }

    static async Task CheckFormatAsync(CatalogDatabase opened, string dataDir, CancellationToken cancel)
    {
        var ledger = new Ledger(opened, TimeProvider.System);
        var format = await ledger.FindMetaAsync(FormatKey, cancel);
        RefuseNewer(dataDir, format);
        if (format is null)
            await ledger.SaveMetaAsync(FormatKey, FormatVersion.ToString(), cancel);
    }

    static void RefuseNewer(string dataDir, string? format)
    {
        if (format is not null && (!int.TryParse(format, out var version) || version > FormatVersion))
            throw LakeException.Invalid($"the data folder {dataDir} has format {format}, this program knows up to {FormatVersion}; upgrade dartlake, or choose another folder");
    }
}
