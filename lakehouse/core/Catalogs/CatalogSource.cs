using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>A catalog that is not our own database, and names the tables in its place.</summary>
public abstract record CatalogSource
{
    /// <exception cref="LakeException">Invalid: it cannot be used, or does not let us in; Unavailable: it does not answer.</exception>
    internal abstract Task<CatalogConnection> OpenAsync(TimeProvider time, CancellationToken cancel);
}

/// <summary>Such a catalog, reached.</summary>
abstract class CatalogConnection : IDisposable
{
    /// <summary>Which lake it is of; null: it does not know.</summary>
    public abstract string? LakeId { get; }

    /// <summary>Holds the place that the settings give the lake against what the catalog tells of it.</summary>
    /// <param name="location">That place.</param>
    /// <param name="isNew">No ledger has it yet, so that the tables are looked at.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Invalid: the lake lives elsewhere.</exception>
    public abstract Task CheckPlaceAsync(string location, bool isNew, CancellationToken cancel);

    /// <param name="ledger">Our own database beside it.</param>
    /// <param name="store">Of the tables' files.</param>
    /// <param name="manifests">Of the same store.</param>
    /// <param name="warehouse">The location below which tables are made.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ids">Draws ids.</param>
    public abstract CommittingCatalog Catalog(
        CatalogDatabase ledger, IObjectStore store, ManifestStore manifests, string warehouse, TimeProvider time, IdSource ids);

    /// <summary>Whether the ledger has what the tables tell; else it is new, and the tables need not be.</summary>
    public abstract bool IsComplete(CatalogDatabase ledger);

    /// <summary>Brings the ledger what it lacks of what the tables tell.</summary>
    public abstract Task CompleteAsync(ICatalog catalog, CatalogDatabase ledger, DateTimeOffset now, CancellationToken cancel);

    public abstract void Dispose();
}
