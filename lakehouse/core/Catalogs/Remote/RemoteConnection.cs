using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>A REST catalog that names a lake's tables.</summary>
sealed class RemoteConnection(RemoteDoor door) : CatalogConnection
{
    public override string? LakeId => door.LakeId;

    public override Task CheckPlaceAsync(string location, bool isNew, CancellationToken cancel) =>
        RemotePlace.CheckAsync(door, location, isNew, cancel);

    public override CommittingCatalog Catalog(
        CatalogDatabase ledger, IObjectStore store, ManifestStore manifests, string warehouse, TimeProvider time, IdSource ids) =>
        new RemoteCatalog(door, ledger, store, manifests, warehouse, time, ids);

    public override bool IsComplete(CatalogDatabase ledger) => RemoteNotes.IsComplete(ledger);

    public override Task CompleteAsync(ICatalog catalog, CatalogDatabase ledger, DateTimeOffset now, CancellationToken cancel) =>
        RemoteNotes.CompleteAsync(catalog, ledger, now, cancel);

    public override void Dispose() => door.Dispose();
}
