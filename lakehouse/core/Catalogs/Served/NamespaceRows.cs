using System.Data.Common;
using Dapper;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>
/// Namespaces in the JDBC catalog's tables: one is there when a table, a view, a property or a namespace within it is. Each statement runs
/// in the caller's transaction.
/// </summary>
static class NamespaceRows
{
    /// <summary>The property that makes a namespace without any other; nobody is shown it.</summary>
    public const string Exists = "exists";

    const string CatalogName = TableRows.CatalogName;

    /// <summary>All, those above a nested one too.</summary>
    public static SortedSet<string> All(DbConnection connection)
    {
        var all = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var ns in connection.Query<string>("""
            SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = @CatalogName
            UNION SELECT table_namespace FROM iceberg_tables WHERE catalog_name = @CatalogName
            """, new { CatalogName }))
            for (var at = ns; at is not null; at = ParentOf(at))
                all.Add(at);
        return all;
    }

    /// <summary>Null: it is of the first level.</summary>
    public static string? ParentOf(string ns) => ns.LastIndexOf('.') is > 0 and var dot ? ns[..dot] : null;

    public static Dictionary<string, string> Properties(DbConnection connection, string ns) =>
        connection.Query<(string Key, string? Value)>("""
            SELECT property_key, property_value FROM iceberg_namespace_properties
            WHERE catalog_name = @CatalogName AND namespace = @ns AND property_key <> @Exists
            """, new { CatalogName, ns, Exists }).ToDictionary(row => row.Key, row => row.Value ?? "", StringComparer.Ordinal);

    public static void Create(DbConnection connection, string ns, IEnumerable<KeyValuePair<string, string>> properties)
    {
        Set(connection, ns, Exists, "true");
        foreach (var (key, value) in properties)
            Set(connection, ns, key, value);
    }

    public static void Set(DbConnection connection, string ns, string key, string value) => connection.Execute("""
        INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value)
        VALUES (@CatalogName, @ns, @key, @value)
        ON CONFLICT (catalog_name, namespace, property_key) DO UPDATE SET property_value = excluded.property_value
        """, new { CatalogName, ns, key, value });

    public static bool Remove(DbConnection connection, string ns, string key) => connection.Execute("""
        DELETE FROM iceberg_namespace_properties WHERE catalog_name = @CatalogName AND namespace = @ns AND property_key = @key
        """, new { CatalogName, ns, key }) == 1;

    /// <summary>Takes the namespace out; the caller knows that nothing is in it.</summary>
    public static void Drop(DbConnection connection, string ns) => connection.Execute(
        "DELETE FROM iceberg_namespace_properties WHERE catalog_name = @CatalogName AND namespace = @ns", new { CatalogName, ns });

    /// <summary>Names in the namespace itself: tables, or views.</summary>
    public static IReadOnlyList<string> Names(DbConnection connection, string ns, bool views) =>
        [.. connection.Query<(string Name, string? Type)>(
            "SELECT table_name, iceberg_type FROM iceberg_tables WHERE catalog_name = @CatalogName AND table_namespace = @ns",
            new { CatalogName, ns })
            .Where(row => views == row.Type is "VIEW").Select(row => row.Name).Order(StringComparer.Ordinal)];
}
