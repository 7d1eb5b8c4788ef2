using System.Data.Common;
using Dapper;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// Which lake a catalog is of, and the folder that all its files name. A lake that was copied or moved has another one around it.
/// </summary>
/// <param name="Id">Of the lake; a copy that lives on has another.</param>
/// <param name="Location">Of its data folder, as in metadata: <c>file:///abs/path</c>.</param>
sealed record LakeHome(string Id, string Location)
{
    const string IdKey = "lake_id", LocationKey = "location", NamedByKey = "tables_named_by", WarehousePart = "/warehouse/";

    /// <summary>Null: a new lake, or one of before homes were written down.</summary>
    public static LakeHome? Find(DbConnection connection)
    {
        var found = connection.Query<(string Key, string Value)>(
            "SELECT key, value FROM lake_meta WHERE key IN (@IdKey, @LocationKey)", new { IdKey, LocationKey })
            .ToDictionary(row => row.Key, row => row.Value, StringComparer.Ordinal);
        return found.TryGetValue(IdKey, out var id) && found.TryGetValue(LocationKey, out var location) ? new(id, location) : null;
    }

    /// <summary>The home that is there; of a lake that has none, that which its tables tell. Nothing is written.</summary>
    /// <param name="connection">Of the catalog.</param>
    /// <param name="here">The folder that it was opened in, as a location.</param>
    /// <param name="ids">Draws the id of a lake that has none.</param>
    public static LakeHome FindOrGuess(DbConnection connection, string here, IdSource ids) =>
        Find(connection) ?? new($"{ids.NewId():N}", Guess(here, TableRows.Locations(connection).Values));

    /// <summary>The home that is there; a lake that has none gets it, in the caller's transaction.</summary>
    public static LakeHome FindOrMake(DbConnection connection, string here, IdSource ids)
    {
        if (Find(connection) is { } known)
        {
            // nothing lies where the lake of a shared catalog without tables was meant to be: it may be meant elsewhere now
            if (known.Location == here || FileLocation.IsLocal(here) || TableRows.All(connection).Count > 0 || LedgerRows.Any(connection))
                return known;
            (known with { Location = here }).Save(connection);
            return known with { Location = here };
        }
        var home = FindOrGuess(connection, here, ids);
        // of two that make it at once the first one's holds
        connection.Execute("INSERT INTO lake_meta (key, value) VALUES (@Key, @Value) ON CONFLICT (key) DO NOTHING", home.Rows);
        return Find(connection)!;
    }

    /// <summary>
    /// Whether a database knows that it is the catalog of its lake's tables, or the ledger beside another catalog; false: it is new, and is
    /// told to be beside another.
    /// </summary>
    /// <exception cref="LakeException">Invalid: it is the other of the two, and tables would be out of sight.</exception>
    public static bool IsNamedBy(DbConnection connection, CatalogSource? tables)
    {
        var isElsewhere = Ledger.FindMeta(connection, NamedByKey) is not null;
        if (tables is null)
            return !isElsewhere ? true : throw LakeException.Invalid("the tables of this lake are named by a REST catalog, beside which this database has the ledger alone; name it: DARTLAKE__Rest__Url=…");
        return isElsewhere
            || (TableRows.All(connection).Count == 0 && !LedgerRows.Any(connection) ? false : throw LakeException.Invalid($"this database is the catalog of a lake's own tables, which {tables} does not name; leave DARTLAKE__Rest__Url out, or choose another --data-dir or Lake:Catalog for the ledger beside it"));
    }

    /// <summary>In the caller's transaction.</summary>
    public static int NameElsewhere(DbConnection connection) => connection.Execute(
        "INSERT INTO lake_meta (key, value) VALUES (@NamedByKey, 'rest') ON CONFLICT (key) DO NOTHING", new { NamedByKey });

    /// <summary>In the caller's transaction; replaces what is there.</summary>
    public int Save(DbConnection connection) => connection.Execute(
        "INSERT INTO lake_meta (key, value) VALUES (@Key, @Value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        Rows);

    object Rows => new[] { new { Key = IdKey, Value = Id }, new { Key = LocationKey, Value = Location } };

    /// <summary>
    /// Where a catalog that has no home lives: here, when one of its tables does or it has none of ours; else where its tables do.
    /// </summary>
    /// <param name="here">Of the folder that it was opened in.</param>
    /// <param name="tables">Metadata locations.</param>
    static string Guess(string here, IReadOnlyCollection<string> tables) =>
        !FileLocation.IsLocal(here) || tables.Any(table => new LocationMap(here, here).Holds(table))
            ? here
            : tables.Select(HomeOf).OfType<string>().Order(StringComparer.Ordinal).FirstOrDefault() ?? here;

    /// <summary>What stands before <c>/warehouse/NAMESPACE/TABLE/metadata/</c>, or null.</summary>
    public static string? HomeOf(string metadata) =>
        metadata.Split('/') is { Length: > 5 } parts && parts[^5] == WarehousePart.Trim('/') && parts[^2] == "metadata"
            ? FileLocation.Normal(string.Join('/', parts[..^5]))
            : null;
}
