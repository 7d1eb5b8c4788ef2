using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>
/// Where the lake lives whose tables a REST catalog names. A server of ours says it; of another one the lake's own tables do, by the
/// folders that they lie in.
/// </summary>
static class RemotePlace
{
    /// <inheritdoc cref="CatalogConnection.CheckPlaceAsync"/>
    public static async Task CheckAsync(RemoteDoor door, string location, bool isNew, CancellationToken cancel)
    {
        if (await FindAsync(door, location, isNew, cancel) is not { } home || FileLocation.Same(home, location))
            return;
        var (asked, there) = (FileLocation.Shown(location), FileLocation.Shown(home));
        throw LakeException.Invalid(
            $"the lake whose tables {door.Shown} names lives in {there}, not in {asked}; set DARTLAKE__Lake__Location={there}");
    }

    /// <summary>
    /// Null: nobody knows. Of tables that lie at several places, which others may have done, one at this place is enough.
    /// </summary>
    static async Task<string?> FindAsync(RemoteDoor door, string location, bool isNew, CancellationToken cancel)
    {
        if (door.LakeLocation is not null || !isNew)
            return door.LakeLocation;
        string? first = null;
        foreach (var ident in await OwnTablesAsync(door, cancel))
        {
            var home = await HomeAsync(door, ident, cancel);
            if (home is not null && FileLocation.Same(home, location))
                return home;
            first ??= home;
        }
        return first;
    }

    static async Task<IReadOnlyList<TableIdent>> OwnTablesAsync(RemoteDoor door, CancellationToken cancel)
    {
        var found = new List<TableIdent>();
        var spaces = TableContracts.All.Select(contract => contract.Name.Split('.')[0]);
        foreach (var space in (await door.NamespacesAsync(cancel)).Intersect(spaces, StringComparer.Ordinal))
            found.AddRange((await door.NamesAsync(space, views: false, cancel))
                .Where(table => TableContracts.TryGet(table.ToString()) is not null));
        return found;
    }

    static async Task<string?> HomeAsync(RemoteDoor door, TableIdent ident, CancellationToken cancel)
    {
        try
        {
            return await door.TryLoadAsync(ident, cancel) is { } table ? LakeHome.HomeOf(table.MetadataLocation) : null;
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Corrupt)
        {
            // whoever reads the table says so
            return null;
        }
    }
}
