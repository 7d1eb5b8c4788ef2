using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Serving.Tests;

/// <summary>Spark on an embedded lake, by the server alone.</summary>
public sealed class SparkTests
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(5);

    static readonly string[] Statements =
    [
        "CREATE NAMESPACE lake.firm",
        "CREATE TABLE lake.firm.notes (id BIGINT NOT NULL, at TIMESTAMP, text STRING) USING iceberg PARTITIONED BY (days(at))",
        "INSERT INTO lake.firm.notes SELECT id, timestamp'2026-09-22 00:00:00' + make_interval(0,0,0,0,id), concat('note ', id) FROM range(50)",
        "ALTER TABLE lake.firm.notes ADD COLUMN who STRING",
        "UPDATE lake.firm.notes SET who = 'risk' WHERE id < 5",
        "DELETE FROM lake.firm.notes WHERE id >= 45",
        "ALTER TABLE lake.firm.notes CREATE TAG kept",
        "MERGE INTO lake.firm.notes t USING (SELECT 100 AS id) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, text) VALUES (100, 'new')",
        "CREATE TABLE lake.firm.copy AS SELECT * FROM lake.firm.notes",
        "CREATE OR REPLACE TABLE lake.firm.copy AS SELECT id FROM lake.firm.notes WHERE id < 10",
        "ALTER TABLE lake.firm.copy RENAME TO firm.few",
        "CREATE VIEW lake.firm.fewer AS SELECT id FROM lake.firm.few WHERE id < 3",
        "CALL lake.system.expire_snapshots(table => 'firm.notes', older_than => timestamp'2100-01-01 00:00:00', retain_last => 1)",
        "DESCRIBE TABLE EXTENDED lake.bronze.trades",
        "SELECT 'notes', count(*), sum(id) FROM lake.firm.notes",
        "SELECT 'kept', count(*), sum(id) FROM lake.firm.notes VERSION AS OF 'kept'",
        "SELECT 'fewer', count(*), sum(id) FROM lake.firm.fewer",
        "SELECT 'snapshots', count(*), 0 FROM lake.firm.notes.snapshots",
        "DROP VIEW lake.firm.fewer",
        "DROP TABLE lake.firm.few",
    ];

    [Fact]
    public async Task Spark_makes_changes_and_reads_tables_and_our_scan_sees_their_rows()
    {
        var spark = Shared.Path("engines", "spark");
        await using var world = await ServedWorld.StartAsync();
        await world.WithContractAsync();
        var environment = new Dictionary<string, string> { ["LAKE_CATALOG_TYPE"] = "rest", ["LAKE_REST_URI"] = world.Url, ["SPARK_HEAP"] = "700m" };
        var (code, output) = await Engine.RunAsync(limit, environment, spark, ["sql", Path.Combine(world.Lake.DataDir, "spark"), .. Statements]);
        Assert.True(code == 0, output);
        var rows = output.Split('\n').Where(line => line.StartsWith('{'))
            .Select(line => string.Join(' ', JsonDocument.Parse(line).RootElement.EnumerateObject().Select(column => $"{column.Value}")));
        Assert.Superset(
            new HashSet<string> { "notes 46 1090", "kept 45 990", "fewer 3 3", "snapshots 2 0" }, rows.ToHashSet(StringComparer.Ordinal));
        var table = (await world.Lake.Catalog.TryLoadAsync(new TableIdent("firm", "notes"), CancellationToken.None))!;
        var plan = await world.Lake.Scan.PlanAsync(table, new(), CancellationToken.None);
        Assert.Equal(46, plan.Files.Sum(file => file.RecordCount));
        Assert.Contains("account id", output, StringComparison.Ordinal);
        Assert.Contains(ServedWorld.Contract.Description, output, StringComparison.Ordinal);
        Assert.Equal([new("bronze", "trades"), table.Ident], await world.Lake.Catalog.ListAsync(CancellationToken.None));
    }
}
