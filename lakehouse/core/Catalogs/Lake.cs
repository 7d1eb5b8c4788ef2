using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Storage;

// not Dart.Lake.Lakehouse.Catalogs: everywhere below Dart.Lake the word Lake would mean the namespace
namespace Dart.Lake;

#pragma warning disable MA0049 // for the same reason
/// <summary>An embedded lake: a data folder with <c>catalog.db</c> and <c>warehouse/NAMESPACE/TABLE</c>, opened.</summary>
public sealed class Lake : IAsyncDisposable
{
    /// <summary>The version of the data folder's layout and of the ledger's tables.</summary>
    public const int FormatVersion = 1;
    const string FormatKey = "format_version";

    readonly CatalogDatabase database;
    readonly SqlCatalog catalog;

    Lake(LakeHome home, CatalogDatabase database, TimeProvider time, IdSource ids, IReadOnlyList<string> alsoIn)
    {
        (Id, DataDir) = (home.Id, FileLocation.ToPath(home.Location));
        this.database = database;
        AlsoIn = alsoIn;
        Store = new LocalObjectStore(DataDir, alsoIn);
        var manifests = new ManifestStore(Store);
        Catalog = catalog = new SqlCatalog(database, Store, manifests, FileLocation.FromPath(Warehouse), time, ids);
        Ledger = new Ledger(database, time);
        Contracts = new ContractTables(Catalog, Ledger, time, ids);
        Scan = new TableScan(manifests);
    }

    /// <summary>Of this lake and no copy of it.</summary>
    public string Id { get; }

    /// <summary>Absolute.</summary>
    public string DataDir { get; }
    public string CatalogFile => Path.Combine(DataDir, "catalog.db");
    public string Warehouse => Path.Combine(DataDir, "warehouse");
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
    public static bool IsEmptyCatalog(string dataDir) => new FileInfo(Path.Combine(dataDir, "catalog.db")) is { Exists: true, Length: 0 };

    /// <summary>Opens the lake in that folder, or makes one.</summary>
    /// <param name="dataDir">The folder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ids">Draws ids.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <param name="alsoIn">Folders, absolute, beside its own in which tables of others may lie.</param>
    /// <exception cref="LakeException">Invalid: a network file system, a data
    /// format newer than this program, or a lake that lives elsewhere;
    /// Unavailable: the folder or database cannot be used; Corrupt: the database is damaged.</exception>
    public static async Task<Lake> OpenAsync(
        string dataDir, TimeProvider time, IdSource ids, CancellationToken cancel, params IReadOnlyList<string> alsoIn)
    {
        dataDir = Path.GetFullPath(dataDir).TrimEnd('/');
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
        NetworkFileSystem.Refuse(dataDir);
        if (IsEmptyCatalog(dataDir) && Directory.Exists(Path.Combine(dataDir, "warehouse")))
            throw LakeException.Corrupt($"catalog.db in {dataDir} is empty, and the folder has files of tables; restore it from a backup, or choose another folder with --data-dir");
        RefuseBeforeChange(dataDir, ids);
        var opened = CatalogDatabase.Open(Path.Combine(dataDir, "catalog.db"), SqlDialect.Sqlite);
        try
        {
            await CheckFormatAsync(opened, dataDir, cancel);
            var home = opened.Read(LakeHome.Find)
                ?? await opened.WriteAgainAsync(connection => LakeHome.FindOrMake(connection, FileLocation.FromPath(dataDir), ids), cancel);
            RefuseElsewhere(dataDir, home);
            return new Lake(home, opened, time, ids, alsoIn);
        }
        catch
        {
            opened.Dispose();
            throw;
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
    static void RefuseBeforeChange(string dataDir, IdSource ids)
    {
        var file = Path.Combine(dataDir, "catalog.db");
        if (!File.Exists(file) || IsEmptyCatalog(dataDir))
            return;
        LakeHome home;
        string? format;
        try
        {
            (home, format) = CatalogDatabase.Peek(file, connection => (
                LakeHome.FindOrGuess(connection, FileLocation.FromPath(dataDir), ids), Ledger.FindMeta(connection, FormatKey)));
        }
        catch (LakeException)
        {
            return;
        }
        RefuseNewer(dataDir, format);
        RefuseElsewhere(dataDir, home);
    }

    static void RefuseElsewhere(string dataDir, LakeHome home)
    {
        if (!SameFolder.Is(dataDir, FileLocation.ToPath(home.Location)))
            throw LakeException.Invalid($"the lake in {dataDir} says that it lives in {FileLocation.Shown(home.Location)}: it was copied or moved, and its files name that place; run: dartlake lake relocate --data-dir {ShellWord.Quoted(dataDir)}");
    }

    /// <summary>
    /// Copies the catalog's database, as it is at one moment, to a file that is not there; others may write meanwhile.
    /// </summary>
    internal void CopyCatalog(string file) => database.CopyTo(file);

    /// <summary>Files that wait for their deletion, as <c>file:///</c> locations.</summary>
    internal IReadOnlySet<string> WaitingDeletions() => database.Read(FileDeletions.Waiting);

    /// <summary>Every row of the catalog's table of tables, also those that we do not load.</summary>
    internal IReadOnlyList<CatalogRow> CatalogRows() => database.Read(TableRows.All);

    public async ValueTask DisposeAsync()
    {
        await catalog.EndDeletionsAsync();
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
