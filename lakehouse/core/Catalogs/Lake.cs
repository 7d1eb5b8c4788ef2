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
    const string FormatKey = "format_version", IdKey = "lake_id";

    readonly CatalogDatabase database;

    Lake(string dataDir, CatalogDatabase database, TimeProvider time, IdSource ids)
    {
        DataDir = dataDir;
        this.database = database;
        Store = new LocalObjectStore();
        var manifests = new ManifestStore(Store);
        Catalog = new SqlCatalog(database, Store, manifests, FileLocation.FromPath(Warehouse), time, ids);
        Ledger = new Ledger(database, time);
        Scan = new TableScan(manifests);
    }

    /// <summary>Tells this lake from all others; drawn when it is made, and kept in <c>lake_meta</c> of the catalog's database.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Absolute.</summary>
    public string DataDir { get; }
    public string CatalogFile => Path.Combine(DataDir, "catalog.db");
    public string Warehouse => Path.Combine(DataDir, "warehouse");
    public ICatalog Catalog { get; }
    public Ledger Ledger { get; }
    public IObjectStore Store { get; }
    public TableScan Scan { get; }

    /// <summary>Opens the lake in that folder, or makes one.</summary>
    /// <exception cref="LakeException">Invalid: a network file system, or a data format newer than this program;
    /// Unavailable: the folder or database cannot be used; Corrupt: the database is damaged.</exception>
    public static async Task<Lake> OpenAsync(string dataDir, TimeProvider time, IdSource ids, CancellationToken cancel)
    {
        dataDir = Path.GetFullPath(dataDir).TrimEnd('/');
        for (var at = dataDir; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(at))
                throw LakeException.Invalid($"the data folder {dataDir} cannot be: {at} is a file; choose another with --data-dir");
        if (dataDir.AsSpan().IndexOfAny("?#%") >= 0)
            throw LakeException.Invalid($"the data folder {dataDir} has a ?, # or % in its path, which engines read as parts of a URL; choose another");
        try
        {
            DurableFile.CreateFolder(dataDir);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LakeException.Unavailable($"the data folder {dataDir} cannot be made ({e.Message.TrimEnd('.')}); check the rights, or choose another with --data-dir", e);
        }
        NetworkFileSystem.Refuse(dataDir);
        var lake = new Lake(dataDir, CatalogDatabase.Open(Path.Combine(dataDir, "catalog.db"), SqlDialect.Sqlite), time, ids);
        try
        {
            await lake.CheckFormatAsync(cancel);
            lake.Id = await lake.Ledger.FindMetaAsync(IdKey, cancel)
                ?? await lake.Ledger.KeepMetaAsync(IdKey, ids.NewId().ToString("N"), cancel);
            return lake;
        }
        catch
        {
            await lake.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        database.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task CheckFormatAsync(CancellationToken cancel)
    {
        switch (await Ledger.FindMetaAsync(FormatKey, cancel))
        {
            case null:
                await Ledger.SaveMetaAsync(FormatKey, FormatVersion.ToString(), cancel);
                break;
            case var text when !int.TryParse(text, out var version) || version > FormatVersion:
                throw LakeException.Invalid($"the data folder {DataDir} has format {text}, this program knows up to {FormatVersion}; upgrade dartlake, or choose another folder");
        }
    }
}
