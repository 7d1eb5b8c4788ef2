using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg;
using Dart.Lake.Lakehouse.Storage;

// not Dart.Lake.Lakehouse.Catalogs: everywhere below Dart.Lake the word Lake would mean the namespace
namespace Dart.Lake;

#pragma warning disable MA0049 // for the same reason
/// <summary>An embedded lake: a data folder with <c>catalog.db</c> and <c>warehouse/NAMESPACE/TABLE</c>, opened.</summary>
public sealed class Lake : IAsyncDisposable
{
    Lake(string dataDir, ICatalog catalog, Ledger ledger, IObjectStore store)
    {
        DataDir = dataDir;
        Catalog = catalog;
        Ledger = ledger;
        Store = store;
        Scan = new TableScan(store);
    }

    /// <summary>Absolute.</summary>
    public string DataDir { get; }
    public string CatalogFile => Path.Combine(DataDir, "catalog.db");
    public string Warehouse => Path.Combine(DataDir, "warehouse");
    public ICatalog Catalog { get; }
    public Ledger Ledger { get; }
    public IObjectStore Store { get; }
    public TableScan Scan { get; }

    /// <summary>Opens the lake in that folder, or makes one.</summary>
    /// <exception cref="LakeException">Invalid: a network file system, or a data format newer than this program; Unavailable: the folder or database cannot be used; Corrupt: the database is damaged.</exception>
    public static Task<Lake> OpenAsync(string dataDir, TimeProvider time, IdSource ids, CancellationToken cancel) => throw LakeException.Bug("lands next");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
