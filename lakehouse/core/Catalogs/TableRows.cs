using System.Data.Common;
using Dapper;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// The statements on the JDBC catalog's tables (Iceberg's JdbcUtil, schema version V1). Each runs in the caller's transaction.
/// </summary>
static class TableRows
{
    /// <summary>Spark, Trino and PyIceberg must name the catalog so to see its rows.</summary>
    public const string CatalogName = "lake";

    /// <summary>
    /// What a relocation could not take is there for who mends it, under a name that no engine sees: its metadata names another folder.
    /// </summary>
    public const string LeftOutName = "left-out";

    const string Key = "catalog_name = @Catalog AND table_namespace = @Namespace AND table_name = @Name";

    const string IsTable = "catalog_name = @CatalogName AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)";

    /// <summary>Each table's current metadata location.</summary>
    public static Dictionary<TableIdent, string> Locations(DbConnection connection) =>
        connection.Query<(string Namespace, string Name, string? Location)>($"SELECT table_namespace, table_name, metadata_location FROM iceberg_tables WHERE {IsTable}", new { CatalogName })
            .Where(r => r.Location is not null).ToDictionary(r => new TableIdent(r.Namespace, r.Name), r => r.Location!);

    /// <summary>Views of other engines that our tables' catalog has.</summary>
    public static IReadOnlyList<TableIdent> Views(DbConnection connection) =>
        [.. All(connection).Where(row => row.IsView && row.Catalog == CatalogName).Select(row => row.Ident)];

    /// <summary>All rows, those of views and of other catalogs' names too; without those that name no file.</summary>
    public static IReadOnlyList<CatalogRow> All(DbConnection connection) =>
    [
        .. connection.Query<(string Catalog, string Namespace, string Name, string? Location, string? Type)>(
            "SELECT catalog_name, table_namespace, table_name, metadata_location, iceberg_type FROM iceberg_tables ORDER BY 1, 2, 3")
            .Where(r => r.Location is not null)
            .Select(r => new CatalogRow(r.Catalog, new(r.Namespace, r.Name), r.Type is not (null or "TABLE"), r.Location!)),
    ];

    /// <summary>
    /// Whether the metadata of another row lies in that table's folder: then its files may be needed there. What was left out names none.
    /// </summary>
    public static bool IsShared(DbConnection connection, Table table) => All(connection).Any(row =>
        row.Catalog != LeftOutName
        && !(row.IsOurs && row.Ident == table.Ident)
        && FileLocation.IsBelow(row.Location, table.Metadata.Location));

    public static string? Location(DbConnection connection, TableIdent ident) => connection.QueryFirstOrDefault<string>(
        $"SELECT metadata_location FROM iceberg_tables WHERE {IsTable} AND table_namespace = @Namespace AND table_name = @Name",
        new { CatalogName, ident.Namespace, ident.Name });

    /// <summary>The same in a change: the row stays as it is until the change has ended, whoever wants it.</summary>
    public static string? HeldLocation(DbConnection connection, TableIdent ident)
    {
        connection.Execute(
            $"UPDATE iceberg_tables SET metadata_location = metadata_location WHERE {IsTable} AND table_namespace = @Namespace AND table_name = @Name",
            new { CatalogName, ident.Namespace, ident.Name });
        return Location(connection, ident);
    }

    /// <summary>Moves the table from one metadata file to the next; false when it is not at the first any more.</summary>
    public static bool Move(DbConnection connection, TableIdent ident, string from, string to) => connection.Execute($"""
        UPDATE iceberg_tables SET metadata_location = @to, previous_metadata_location = @from
        WHERE {IsTable} AND table_namespace = @Namespace AND table_name = @Name AND metadata_location = @from
        """, new { CatalogName, ident.Namespace, ident.Name, from, to }) == 1;

    /// <summary>Takes the name out, files stay; false when it is not there.</summary>
    public static bool Remove(DbConnection connection, CatalogRow row) =>
        connection.Execute($"DELETE FROM iceberg_tables WHERE {Key}", KeyOf(row)) == 1;

    /// <summary>Takes names of our tables out, files stay; how many were there.</summary>
    public static int Forget(DbConnection connection, IEnumerable<TableIdent> idents) =>
        idents.Order().Count(ident => Remove(connection, new(CatalogName, ident, IsView: false, Location: "")));

    /// <summary>
    /// The row of a lake that was moved; false when it is not as it was. The metadata file of before names the other folder.
    /// </summary>
    public static bool Relocate(DbConnection connection, CatalogRow row, string to) => connection.Execute($"""
        UPDATE iceberg_tables SET metadata_location = @to, previous_metadata_location = NULL WHERE {Key} AND metadata_location = @Location
        """, new { row.Catalog, row.Ident.Namespace, row.Ident.Name, row.Location, to }) == 1;

    /// <summary>Leaves a row out of its catalog, at its file's place of now; false when it is not as it was.</summary>
    public static bool SetAside(DbConnection connection, CatalogRow row, string to) => connection.Execute($"""
        UPDATE OR REPLACE iceberg_tables SET catalog_name = @LeftOutName, metadata_location = @to, previous_metadata_location = NULL
        WHERE {Key} AND metadata_location = @Location
        """, new { row.Catalog, row.Ident.Namespace, row.Ident.Name, row.Location, to, LeftOutName }) == 1;

    /// <summary>What namespaces of a lake that was moved say of their places.</summary>
    public static void RelocateNamespaces(DbConnection connection, LocationMap map)
    {
        foreach (var value in connection.Query<string>("SELECT DISTINCT property_value FROM iceberg_namespace_properties WHERE property_value IS NOT NULL")
            .Where(map.Holds).ToList())
            connection.Execute(
                "UPDATE iceberg_namespace_properties SET property_value = @to WHERE property_value = @value", new { value, to = map.Apply(value) });
    }

    static object KeyOf(CatalogRow row) => new { row.Catalog, row.Ident.Namespace, row.Ident.Name };

    /// <summary>False when a table or view of that name is there.</summary>
    public static bool Insert(DbConnection connection, TableIdent ident, string location)
    {
        connection.Execute("""
            INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)
            VALUES (@CatalogName, @Namespace, 'exists', 'true') ON CONFLICT DO NOTHING
            """, new { CatalogName, ident.Namespace });
        return connection.Execute("""
            INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, previous_metadata_location, iceberg_type)
            VALUES (@CatalogName, @Namespace, @Name, @location, NULL, 'TABLE') ON CONFLICT DO NOTHING
            """, new { CatalogName, ident.Namespace, ident.Name, location }) == 1;
    }
}
