using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Serving.Tests;

/// <summary>Trino on an embedded lake, by the server alone.</summary>
public sealed class TrinoTests
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Trino_makes_changes_and_reads_tables_and_our_scan_sees_their_rows()
    {
        var trino = Shared.Path("engines", "trino");
        Assert.SkipUnless(
            Directory.Exists("/usr/lib/jvm") && Directory.EnumerateDirectories("/usr/lib/jvm", "*25*").Any(), "needs a Java 25 in /usr/lib/jvm, for Trino");
        await using var world = await ServedWorld.StartAsync();
        await world.WithContractAsync();
        var folder = Path.Combine(world.Lake.DataDir, "trino");
        var environment = new Dictionary<string, string>
        {
            ["LAKE_CATALOG_TYPE"] = "rest",
            ["LAKE_REST_URI"] = world.Url,
            ["TRINO_PORT"] = $"{FreePort.Next()}",
            ["TRINO_TIER"] = "1",
            ["TRINO_HEAP"] = "1g",
        };
        try
        {
            // a server that stays holds the pipes of who has started it, so its words go to a file
            const string start = """mkdir -p "$1" && "$0" start "$1" >"$1/start.log" 2>&1 || { cat "$1/start.log"; exit 1; }""";
            var (code, said) = await Engine.RunAsync(limit, environment, "/bin/bash", "-c", start, trino, folder);
            Assert.True(code == 0, said);
            foreach (var statement in Statements)
                await SqlAsync(statement);
            Assert.EndsWith("46\t1090", await SqlAsync("SELECT count(*), sum(id) FROM lake.firm.notes"), StringComparison.Ordinal);
            Assert.Contains(ServedWorld.Contract.Description, await SqlAsync("SHOW CREATE TABLE lake.bronze.trades"), StringComparison.Ordinal);
            Assert.Contains("account id", await SqlAsync("DESCRIBE lake.bronze.trades"), StringComparison.Ordinal);
            Assert.EndsWith("3\t3", await SqlAsync("SELECT count(*), sum(id) FROM lake.firm.few"), StringComparison.Ordinal);
        }
        finally
        {
            await Engine.RunAsync(limit, environment, trino, "stop", folder);
        }
        var table = (await world.Lake.Catalog.TryLoadAsync(new TableIdent("firm", "notes"), CancellationToken.None))!;
        var plan = await world.Lake.Scan.PlanAsync(table, new(), CancellationToken.None);
        Assert.Equal(46, plan.Files.Sum(file => file.RecordCount));
        Assert.Equal(["id", "at", "text", "who"], table.Metadata.Schema.Fields.Select(f => f.Name));

        async Task<string> SqlAsync(string statement)
        {
            var (ended, output) = await Engine.RunAsync(limit, environment, trino, "sql", folder, statement);
            Assert.True(ended == 0, $"{statement}: {output}");
            return output.Trim();
        }
    }

    static readonly string[] Statements =
    [
        "CREATE SCHEMA lake.firm",
        "CREATE TABLE lake.firm.notes (id BIGINT NOT NULL, at TIMESTAMP(6) WITH TIME ZONE, text VARCHAR) WITH (partitioning = ARRAY['day(at)'])",
        "INSERT INTO lake.firm.notes SELECT n, TIMESTAMP '2026-09-22 00:00:00 UTC' + n * INTERVAL '1' HOUR, 'note' FROM UNNEST(sequence(0, 49)) AS t(n)",
        "ALTER TABLE lake.firm.notes ADD COLUMN who VARCHAR",
        "UPDATE lake.firm.notes SET who = 'risk' WHERE id < 5",
        "DELETE FROM lake.firm.notes WHERE id >= 45",
        "MERGE INTO lake.firm.notes t USING (VALUES 100) AS s(id) ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, text) VALUES (s.id, 'new')",
        "CREATE TABLE lake.firm.copy AS SELECT id FROM lake.firm.notes WHERE id < 3",
        "ALTER TABLE lake.firm.copy RENAME TO lake.firm.few",
        "ALTER TABLE lake.firm.notes EXECUTE optimize",
        "ANALYZE lake.firm.notes",
    ];
}
