using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

public sealed class OtherWriterTests
{
    static readonly TableIdent ident = TableIdent.Parse(ClusteredTable.Contract.Table!);

    /// <summary>Appends one row, with 900,000 and up as its sequence, so many times.</summary>
    const string Appends = """
        import sys, pyarrow as pa
        from pyiceberg.catalog import load_catalog
        catalog = load_catalog("lake", type="sql", uri="sqlite:///" + sys.argv[1])
        table = catalog.load_table("bronze.clustered")
        schema = table.schema().as_arrow()
        for i in range(int(sys.argv[2])):
            table.append(pa.Table.from_pylist([{"whole": i, "text": "from PyIceberg", "sequence": 900000 + i}], schema=schema))
        print("done")
        """;

    [Fact]
    public async Task PyIceberg_and_Java_read_every_row_of_every_type()
    {
        await using var lake = await TempLake.OpenAsync();
        var rows = ClusteredTable.Rows(3);
        var table = await WriteAsync(lake, [.. Enumerable.Range(0, 6).Select(i => rows[i])]);

        var python = (await Judge.PyIcebergAsync(lake.Lake.CatalogFile, "read", "bronze.clustered", "--format", "rows"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)
            .ToList();
        var java = (await Judge.JavaAsync("read", table.MetadataLocation))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)
            .ToList();

        Assert.Equal(6 * ClusteredTable.RowsPerFile, python.Count);
        Assert.Equal(python.Select(Normal), java.Select(Normal));
        var expected = rows.Take(6)
            .SelectMany(r => r)
            .Select((row, i) => $"{i}:{(row[1] is null ? "null" : row[1]!.ToString())}")
            .Order(StringComparer.Ordinal);
        Assert.Equal(expected, python.Select(line => JsonDocument.Parse(line).RootElement)
            .Select(r => $"{r[11].GetInt64()}:{(r[1].ValueKind == JsonValueKind.Null ? "null" : r[1].GetRawText())}")
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task PyIceberg_commits_between_our_plan_and_our_commit_and_no_row_is_lost()
    {
        await using var lake = await TempLake.OpenAsync();
        var rows = ClusteredTable.Rows(4);
        var table = await WriteAsync(lake, [rows[0]]);
        var script = Path.Combine(lake.Lake.DataDir, "appends.py");
        await File.WriteAllTextAsync(script, Appends);
        var file = Assert.Single(await new ParquetFileWriter(new LocalObjectStore("/"), IdSource.Seeded(6)).WriteAsync(
            ClusteredTable.Batch(rows[1], ClusteredTable.RowsPerFile), table.Metadata.Location, CancellationToken.None));
        lake.Committing.OnCommitPoint = async _ =>
        {
            lake.Committing.OnCommitPoint = null;
            await Judge.PythonAsync(script, lake.Lake.CatalogFile, "3");
        };
        var seen = new List<int>();
        table = await lake.CommitAsync(ident, t =>
        {
            seen.Add(t.Metadata.Snapshots.Count);
            return new TableIntent { Add = [file] };
        });
        await Judge.PythonAsync(script, lake.Lake.CatalogFile, "1");

        Assert.Equal([1, 4], seen);
        table = await lake.LoadAsync(ident);
        var plan = await lake.PlanAsync(table);
        const int total = 2 * ClusteredTable.RowsPerFile + 4;
        Assert.Equal((total, total.ToString()), ((int)plan.Files.Sum(f => f.RecordCount), plan.Snapshot!.Summary["total-records"]));
        Assert.Equal(4, (await lake.PlanAsync(table, new ScanOptions { Filter = Predicate.Ge("sequence", Literal.Of(900_000)) })).Files.Count);
        Assert.Equal(total, JsonDocument.Parse(await Judge.PyIcebergAsync(lake.Lake.CatalogFile, "sum", "bronze.clustered")).RootElement.GetProperty("count").GetInt64());
    }

    static async Task<Table> WriteAsync(TempLake lake, List<object?[][]> rows)
    {
        var table = await lake.Catalog.CreateAsync(ident, ClusteredTable.Contract.ToDefinition(), CancellationToken.None);
        var writer = new ParquetFileWriter(new LocalObjectStore("/"), IdSource.Seeded(5));
        var files = new List<DataFile>();
        for (var i = 0; i < rows.Count; i++)
            files.AddRange(await writer.WriteAsync(
                ClusteredTable.Batch(rows[i], i * ClusteredTable.RowsPerFile), table.Metadata.Location, CancellationToken.None));
        return await lake.CommitAsync(ident, new TableIntent { Add = files });
    }

    /// <summary>The two print text with and without escapes.</summary>
    static string Normal(string line) => JsonSerializer.Serialize(JsonDocument.Parse(line).RootElement);
}
