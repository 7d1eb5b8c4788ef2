using System.Data.Common;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>What namespaces, tables and views of a served lake share: its database, its clock, and where things may lie.</summary>
sealed class ServedLake(Lake lake, TimeProvider time, IdSource ids)
{
    /// <summary>How often a change is made again after another one was first.</summary>
    const int MaxAttempts = 20;
    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(5);

    readonly string[] roots = [.. lake.AlsoIn.Select(FileLocation.FromPath).Prepend(lake.WarehouseLocation)];
    readonly string warehouse = lake.WarehouseLocation;

    public CatalogDatabase Database => lake.Database;
    public SqlCatalog Catalog { get; } = lake.Catalog as SqlCatalog
        ?? throw LakeException.Invalid("the lake's tables are named by a REST catalog already (Rest:Url), which clients ask themselves");
    public IObjectStore Store => lake.Store;
    public IdSource Ids => ids;
    public DateTimeOffset Now => time.GetUtcNow();
    public long NowMs => Now.ToUnixTimeMilliseconds();

    /// <summary>The location, which must be one where this lake's tables may lie.</summary>
    /// <exception cref="LakeException">Invalid: it lies elsewhere.</exception>
    public string Checked(string location) => IsOurs(location)
        ? location.TrimEnd('/')
        : throw LakeException.Invalid($"'{location}' lies outside of this lake: leave the location out, or name one below {string.Join(" or ", roots)} ('dartlake serve --locations DIR' allows more)");

    // a name with a way up in it means different files to different readers
    bool IsOurs(string location) => !location.Split('/').Any(part => part is "." or "..")
        && roots.Any(root => FileLocation.IsBelow(location, root));

    /// <summary>The same for a table's or view's folder, which is no part of another's and has none within.</summary>
    /// <exception cref="LakeException">Invalid: it lies elsewhere, or in the way of another.</exception>
    public string CheckedFolder(TableIdent ident, string location)
    {
        var folder = Checked(location);
        var others = Database.Read(TableRows.All).Where(row => !(row.IsOurs && row.Ident == ident));
        if (others.FirstOrDefault(row => Overlap(row.Location, folder)) is { } other)
            throw LakeException.Invalid($"'{location}' is, holds or lies in the folder of {other.Ident}; choose another location");
        return folder;
    }

    static bool Overlap(string metadata, string folder) => FileLocation.IsBelow(metadata, folder)
        || metadata.LastIndexOf("/metadata/", StringComparison.Ordinal) is > 0 and var end
            && (FileLocation.Same(metadata[..end], folder) || FileLocation.IsBelow(folder, metadata[..end]));

    /// <summary>
    /// The folder of a new table or view in the warehouse: all levels of its namespace are one part, so that none lies within another. One
    /// in which another's metadata lie (it was renamed, or put there) is not shared.
    /// </summary>
    public string FreeFolder(TableIdent ident)
    {
        var space = string.Join('.', ServedNames.Levels(ident.Namespace).Select(ServedNames.Segment));
        var folder = $"{warehouse}/{space}/{ServedNames.Segment(ident.Name)}";
        return Database.Read(TableRows.All).Any(row => FileLocation.IsBelow(row.Location, folder))
            ? $"{folder}-{ids.NewId().ToString("N")[..8]}"
            : folder;
    }

    /// <exception cref="CatalogRefusal">There is no such namespace.</exception>
    public void NeedNamespace(string ns)
    {
        if (!Database.Read(connection => NamespaceRows.All(connection).Contains(ns)))
            throw NoNamespace(ns);
    }

    /// <summary>Names of tables or views in a namespace, ordered.</summary>
    /// <exception cref="CatalogRefusal">There is no such namespace.</exception>
    public IReadOnlyList<string> Names(string ns, bool views)
    {
        NeedNamespace(ns);
        return Database.Read(connection => NamespaceRows.Names(connection, ns, views));
    }

    /// <summary>Gives a table or view another name.</summary>
    /// <param name="from">Its name.</param>
    /// <param name="to">The other one.</param>
    /// <param name="need">Its row as it is now, or the refusal that there is none.</param>
    /// <param name="cancel">Ends it, until the transaction has begun.</param>
    /// <exception cref="CatalogRefusal">No such table, view or namespace, or the new name is taken.</exception>
    public Task RenameAsync(TableIdent from, TableIdent to, Func<DbConnection, TableIdent, CatalogRow> need, CancellationToken cancel) =>
        UntilAsync($"the renaming of {from}", () => WriteAsync(connection =>
        {
            var row = need(connection, from);
            if (!NamespaceRows.All(connection).Contains(to.Namespace))
                throw NoNamespace(to.Namespace);
            if (NameRows.Find(connection, to) is { } there)
                throw new CatalogRefusal(
                    RefusalKind.AlreadyExists, $"Cannot rename {from} to {to}. {(there.IsView ? "View" : "Table")} already exists");
            return NameRows.Rename(connection, row, to);
        }, cancel), cancel);

    /// <summary>Makes a change again while others are faster, up to a limit.</summary>
    /// <exception cref="LakeException">Conflict: the limit is reached.</exception>
    public async Task UntilAsync(string what, Func<Task<bool>> change, CancellationToken cancel)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (await change())
                return;
            await Task.Delay(FirstWait * attempt * (1 + ids.NewLong() % 1000 / 1000.0), time, cancel);
        }
        throw LakeException.Conflict($"{what} lost {MaxAttempts} races against other writers; try again when they are done");
    }

    static CatalogRefusal NoNamespace(string ns) => new(RefusalKind.NoSuchNamespace, $"Namespace does not exist: {ns}");

    /// <summary>One change of names or properties, which can be repeated by who does not hear of it.</summary>
    public Task<T> WriteAsync<T>(Func<DbConnection, T> change, CancellationToken cancel) =>
        Database.WriteAgainAsync(connection => change(connection), cancel);
}
