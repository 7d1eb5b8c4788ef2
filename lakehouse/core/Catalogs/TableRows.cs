using Dapper;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Microsoft.Data.Sqlite;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// The statements on the JDBC catalog's tables (Iceberg's JdbcUtil, schema version V1). Each runs in the caller's transaction.
/// </summary>
static class TableRows
{
    /// <summary>Spark, Trino and PyIceberg must name the catalog so to see its rows.</summary>
    public const string CatalogName = "lake";

    const string IsTable = "catalog_name = @CatalogName AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)";

    /// <summary>Each table's current metadata location.</summary>
    public static Dictionary<TableIdent, string> Locations(SqliteConnection connection) =>
        connection.Query<(string Namespace, string Name, string? Location)>($"SELECT table_namespace, table_name, metadata_location FROM iceberg_tables WHERE {IsTable}", new { CatalogName })
            .Where(r => r.Location is not null).ToDictionary(r => new TableIdent(r.Namespace, r.Name), r => r.Location!);

    public static string? Location(SqliteConnection connection, TableIdent ident) => connection.QueryFirstOrDefault<string>(
        $"SELECT metadata_location FROM iceberg_tables WHERE {IsTable} AND table_namespace = @Namespace AND table_name = @Name",
        new { CatalogName, ident.Namespace, ident.Name });

    /// <summary>Moves the table from one metadata file to the next; false when it is not at the first any more.</summary>
    public static bool Move(SqliteConnection connection, TableIdent ident, string from, string to) => connection.Execute($"""
        UPDATE iceberg_tables SET metadata_location = @to, previous_metadata_location = @from
        WHERE {IsTable} AND table_namespace = @Namespace AND table_name = @Name AND metadata_location = @from
        """, new { CatalogName, ident.Namespace, ident.Name, from, to }) == 1;

    /// <summary>Takes the name out, files stay; false when it is not there.</summary>
    public static bool Remove(SqliteConnection connection, TableIdent ident) => connection.Execute(
        $"DELETE FROM iceberg_tables WHERE {IsTable} AND table_namespace = @Namespace AND table_name = @Name",
        new { CatalogName, ident.Namespace, ident.Name }) == 1;

    /// <summary>False when a table or view of that name is there.</summary>
    public static bool Insert(SqliteConnection connection, TableIdent ident, string location)
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
