using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>What namespaces, tables and views of a served lake share: its database, its clock, and where things may lie.</summary>
sealed class ServedLake(Lake lake, TimeProvider time, IdSource ids)
{
    readonly string[] roots = [.. lake.AlsoIn.Prepend(lake.DataDir).Select(FileLocation.FromPath)];
    readonly string warehouse = FileLocation.FromPath(lake.Warehouse);

    public CatalogDatabase Database => lake.Database;
    public SqlCatalog Catalog => (SqlCatalog)lake.Catalog;
    public IObjectStore Store => lake.Store;
    public IdSource Ids => ids;
    public DateTimeOffset Now => time.GetUtcNow();
    public long NowMs => Now.ToUnixTimeMilliseconds();

    /// <summary>The location, which must be one where this lake's tables may lie.</summary>
    /// <exception cref="LakeException">Invalid: it lies elsewhere.</exception>
    public string Checked(string location) => IsOurs(location)
        ? location.TrimEnd('/')
        : throw LakeException.Invalid($"'{location}' lies outside of this lake: leave the location out, or name one below {string.Join(" or ", roots)} ('dartlake serve --locations DIR' allows more)");

    bool IsOurs(string location) => roots.Any(root => FileLocation.IsBelow(location, root));

    /// <summary>
    /// The folder of a new table or view in the warehouse. One in which another's metadata lie (it was renamed, or put there) is not
    /// shared.
    /// </summary>
    public string FreeFolder(TableIdent ident)
    {
        var folder = $"{warehouse}/{string.Join('/', ServedNames.Levels(ident.Namespace).Append(ident.Name).Select(ServedNames.Segment))}";
        return Database.Read(TableRows.All).Any(row => FileLocation.IsBelow(row.Location, folder))
            ? $"{folder}-{ids.NewId().ToString("N")[..8]}"
            : folder;
    }

    /// <exception cref="CatalogRefusal">There is no such namespace.</exception>
    public void NeedNamespace(string ns)
    {
        if (!Database.Read(connection => NamespaceRows.All(connection).Contains(ns)))
            throw new CatalogRefusal(RefusalKind.NoSuchNamespace, $"Namespace does not exist: {ns}");
    }

    /// <summary>One change of names or properties, which can be repeated by who does not hear of it.</summary>
    public Task<T> WriteAsync<T>(Func<System.Data.Common.DbConnection, T> change, CancellationToken cancel) =>
        Database.WriteAgainAsync(connection => change(connection), cancel);
}
