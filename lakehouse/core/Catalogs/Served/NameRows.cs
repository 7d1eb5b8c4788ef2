using System.Data.Common;
using Dapper;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>Rows of tables and views by their name, and what only views have. Each statement runs in the caller's transaction.</summary>
static class NameRows
{
    const string CatalogName = TableRows.CatalogName, View = "VIEW", Table = "TABLE";

    const string Key = "catalog_name = @CatalogName AND table_namespace = @Namespace AND table_name = @Name";

    /// <summary>The row of that name; null: there is none.</summary>
    public static CatalogRow? Find(DbConnection connection, TableIdent ident) =>
        connection.Query<(string? Location, string? Type)>(
            $"SELECT metadata_location, iceberg_type FROM iceberg_tables WHERE {Key}", new { CatalogName, ident.Namespace, ident.Name })
            .Where(row => row.Location is not null)
            .Select(row => new CatalogRow(CatalogName, ident, row.Type is not (null or Table), row.Location!))
            .FirstOrDefault();

    /// <summary>Gives a table or view another name; the caller knows that it is free.</summary>
    public static bool Rename(DbConnection connection, CatalogRow row, TableIdent to) => connection.Execute($"""
        UPDATE iceberg_tables SET table_namespace = @ToNamespace, table_name = @ToName WHERE {Key} AND metadata_location = @Location
        """, new { CatalogName, row.Ident.Namespace, row.Ident.Name, row.Location, ToNamespace = to.Namespace, ToName = to.Name }) == 1;

    /// <summary>Takes the name out, files stay; false when the row is not as it was.</summary>
    public static bool Remove(DbConnection connection, CatalogRow row) => connection.Execute(
        $"DELETE FROM iceberg_tables WHERE {Key} AND metadata_location = @Location",
        new { CatalogName, row.Ident.Namespace, row.Ident.Name, row.Location }) == 1;

    /// <summary>False when a table or view of that name is there.</summary>
    public static bool InsertView(DbConnection connection, TableIdent ident, string location) => connection.Execute("""
        INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, previous_metadata_location, iceberg_type)
        VALUES (@CatalogName, @Namespace, @Name, @location, NULL, @View) ON CONFLICT DO NOTHING
        """, new { CatalogName, ident.Namespace, ident.Name, location, View }) == 1;

    /// <summary>Moves the view from one metadata file to the next; false when it is not at the first any more.</summary>
    public static bool MoveView(DbConnection connection, TableIdent ident, string from, string to) => connection.Execute($"""
        UPDATE iceberg_tables SET metadata_location = @to, previous_metadata_location = @from
        WHERE {Key} AND iceberg_type = @View AND metadata_location = @from
        """, new { CatalogName, ident.Namespace, ident.Name, from, to, View }) == 1;
}
