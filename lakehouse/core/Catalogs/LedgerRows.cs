using System.Data.Common;
using Dapper;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// What a catalog's database holds beside its tables and is the same wherever the lake lives: runs, days that are published, namespaces.
/// Leases are of processes, and files that wait for their deletion of the lake that they lie in.
/// </summary>
sealed record LedgerRows
{
    /// <summary>Of <c>lake_meta</c>: what says which lake it is, and where.</summary>
    static readonly string[] ofTheLakeItself = ["lake_id", "location", "format_version"];

    static readonly (string Table, string Columns)[] tables =
    [
        ("lake_meta", "key, value"),
        ("iceberg_namespace_properties", "catalog_name, namespace, property_key, property_value"),
        ("runs", "run_id, kind, trade_date, status, started_at, ended_at, inputs, outputs, models, error"),
        ("stages", "run_id, ordinal, name, status, started_at, ended_at, rows, message"),
        ("intervals", "model, trade_date, run_id, fingerprint, published_at"),
        ("publications", "ordinal, run_id, kind, body, at"),
        ("published_tables", "table_name, trade_date, run_id, table_uuid, snapshot_id, sequence_number"),
    ];

    readonly IReadOnlyList<IReadOnlyList<IDictionary<string, object?>>> rows;

    LedgerRows(IReadOnlyList<IReadOnlyList<IDictionary<string, object?>>> rows) => this.rows = rows;

    /// <summary>In the caller's transaction.</summary>
    public static LedgerRows Read(DbConnection connection) =>
        new([.. tables.Select(table => Read(connection, table.Table, table.Columns))]);

    static List<IDictionary<string, object?>> Read(DbConnection connection, string table, string columns) =>
    [
        .. connection.Query($"SELECT {columns} FROM {table} ORDER BY {columns}").Select(row => (IDictionary<string, object?>)row)
            .Where(row => table switch
            {
                "lake_meta" => !ofTheLakeItself.Contains((string?)row["key"], StringComparer.Ordinal),
                "iceberg_namespace_properties" => (string?)row["catalog_name"] == TableRows.CatalogName,
                _ => true,
            }),
    ];

    /// <summary>Whether a database has runs, or days of tables that were published.</summary>
    public static bool Any(DbConnection connection) => tables.Skip(2)
        .Any(table => connection.ExecuteScalar<long>($"SELECT COUNT(*) FROM {table.Table}") > 0);

    /// <summary>Into a database that has none of them, in the caller's transaction; publications keep their order.</summary>
    /// <param name="connection">Of the database.</param>
    /// <param name="map">To the lake's place of there, for what namespaces say of theirs.</param>
    public void Write(DbConnection connection, LocationMap map)
    {
        foreach (var ((table, columns), all) in tables.Zip(rows))
        {
            var kept = columns.Split(", ").Where(column => (table, column) != ("publications", "ordinal")).ToList();
            connection.Execute(
                $"INSERT INTO {table} ({string.Join(", ", kept)}) VALUES ({string.Join(", ", kept.Select(column => "@" + column))}) ON CONFLICT DO NOTHING",
                all.Select(row => new DynamicParameters(row.ToDictionary(
                    column => column.Key,
                    column => column is { Key: "property_value", Value: string text } ? map.Apply(text) : column.Value,
                    StringComparer.Ordinal))));
        }
    }
}
