namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>
/// A lake's catalog as its clients see it who speak Iceberg's REST protocol: every change goes the way of our own commits, through the same
/// rows and the same compare-and-set.
/// </summary>
public sealed class ServedCatalog
{
    public ServedCatalog(Lake lake, TimeProvider time, IdSource ids)
    {
        var served = new ServedLake(lake, time, ids);
        (LakeId, Location) = (lake.Id, lake.Location);
        (Namespaces, Tables, Views) = (new(served), new(served), new(served));
    }

    /// <summary>Which lake it is.</summary>
    public string LakeId { get; }

    /// <summary>Where it lives.</summary>
    public string Location { get; }

    public ServedNamespaces Namespaces { get; }
    public ServedTables Tables { get; }
    public ServedViews Views { get; }
}
