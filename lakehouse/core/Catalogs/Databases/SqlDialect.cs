namespace Dart.Lake.Lakehouse.Catalogs.Databases;

/// <summary>Where the statements of the catalog's databases differ; all others have the same text in each.</summary>
sealed record SqlDialect(string RisingKey)
{
    public static readonly SqlDialect Sqlite = new("INTEGER PRIMARY KEY");
    public static readonly SqlDialect Postgres = new("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY");

    /// <summary>Makes what is not there; run at every open. The first two tables are Iceberg's JDBC catalog V1.</summary>
    public string Tables => $"""
        CREATE TABLE IF NOT EXISTS iceberg_tables (catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL,
            table_name VARCHAR(255) NOT NULL, metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000), iceberg_type VARCHAR(5),
            PRIMARY KEY (catalog_name, table_namespace, table_name));
        CREATE TABLE IF NOT EXISTS iceberg_namespace_properties (catalog_name VARCHAR(255) NOT NULL, namespace VARCHAR(255) NOT NULL,
            property_key VARCHAR(255), property_value VARCHAR(1000), PRIMARY KEY (catalog_name, namespace, property_key));
        CREATE TABLE IF NOT EXISTS lake_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS file_deletions (location TEXT PRIMARY KEY, due_at BIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, kind TEXT NOT NULL, trade_date TEXT, status TEXT NOT NULL,
            started_at BIGINT NOT NULL, ended_at BIGINT, inputs TEXT NOT NULL, outputs TEXT NOT NULL, models TEXT NOT NULL, error TEXT);
        CREATE TABLE IF NOT EXISTS stages (run_id TEXT NOT NULL, ordinal BIGINT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
            started_at BIGINT NOT NULL, ended_at BIGINT, rows BIGINT, message TEXT, PRIMARY KEY (run_id, ordinal));
        CREATE TABLE IF NOT EXISTS intervals (model TEXT NOT NULL, trade_date TEXT NOT NULL, run_id TEXT NOT NULL,
            fingerprint TEXT NOT NULL, published_at BIGINT NOT NULL, PRIMARY KEY (model, trade_date));
        CREATE TABLE IF NOT EXISTS publications (ordinal {RisingKey}, run_id TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, at BIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS published_tables (table_name TEXT NOT NULL, trade_date TEXT NOT NULL, run_id TEXT NOT NULL, table_uuid TEXT NOT NULL,
            snapshot_id BIGINT NOT NULL, sequence_number BIGINT NOT NULL, PRIMARY KEY (table_name, trade_date));
        CREATE TABLE IF NOT EXISTS leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, epoch BIGINT NOT NULL, renewed_at BIGINT NOT NULL);
        """;
}
