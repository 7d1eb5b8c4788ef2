using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using DuckDB.NET.Data;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

public sealed class PruningTests
{
    const int Filters = 200, Seed = 20261125;

    /// <summary>
    /// Plans every filter of a file (one JSON expression a line) with Iceberg Java; prints the paths, tab between, a line per filter.
    /// </summary>
    const string JavaPlans = """
        import java.nio.file.Path;
        import java.util.*;
        import org.apache.hadoop.conf.Configuration;
        import org.apache.iceberg.*;
        import org.apache.iceberg.expressions.ExpressionParser;
        import org.apache.iceberg.hadoop.HadoopFileIO;
        public class Plans {
          public static void main(String[] args) throws Exception {
            Table table = new BaseTable(new StaticTableOperations(args[0], new HadoopFileIO(new Configuration())), "t");
            for (String filter : java.nio.file.Files.readAllLines(Path.of(args[1]))) {
              List<String> paths = new ArrayList<>();
              try (var tasks = table.newScan().filter(ExpressionParser.fromJson(filter, table.schema())).planFiles()) {
                tasks.forEach(task -> paths.add(task.file().location()));
              }
              System.out.println(String.join("\t", paths));
            }
          }
        }
        """;

    [Fact]
    public async Task Filters_give_the_rows_of_a_full_read_and_plan_no_file_more_than_Java_does()
    {
        await using var lake = await TempLake.OpenAsync();
        var rows = ClusteredTable.Rows(Seed);
        var (table, paths) = await WriteAsync(lake, rows);
        var random = new Random(Seed);
        var filters = Enumerable.Range(0, Filters).Select(i => ClusteredFilter.Make(i, random, rows)).ToList();
        var java = await JavaAsync(lake, table, filters);
        using var duck = new DuckDBConnection("DataSource=:memory:");
        await duck.OpenAsync();

        var (some, skipped) = (0, 0);
        for (var i = 0; i < Filters; i++)
        {
            var plan = await lake.PlanAsync(table, new ScanOptions { Filter = filters[i].Ours });
            var planned = plan.Files.Select(f => f.Path).ToHashSet();
            var expected = Matching(rows, filters[i]);
            Assert.True(
                planned.IsSupersetOf(expected.Select(s => paths[(int)(s / ClusteredTable.RowsPerFile)])), $"filter {i} of seed {Seed}, {filters[i].Sql}: a file with matching rows is not planned");
            Assert.True(planned.Count <= java[i].Count, $"filter {i} of seed {Seed}, {filters[i].Sql}: {planned.Count} files are planned, Java plans {java[i].Count}");
            Assert.Equal(expected, Read(duck, planned, filters[i].Sql));
            some += expected.Count is > 0 and < ClusteredTable.Files * ClusteredTable.RowsPerFile ? 1 : 0;
            skipped += planned.Count < ClusteredTable.Files ? 1 : 0;
        }
        Assert.True(some >= 150, $"{some} filters select some rows but not all");
        Assert.True(skipped >= 100, $"{skipped} filters skip files");
    }

    [Fact]
    public async Task Filters_joined_by_and_or_not_never_lose_a_row()
    {
        await using var lake = await TempLake.OpenAsync();
        var rows = ClusteredTable.Rows(Seed + 1);
        var (table, paths) = await WriteAsync(lake, rows);
        var random = new Random(Seed);
        ClusteredFilter Leaf() => ClusteredFilter.Make(random.Next(1000), random, rows);
        for (var i = 0; i < 300; i++)
        {
            var (a, b, c) = (Leaf(), Leaf(), Leaf());
            var (filter, sql) = (
                Predicate.Or(Predicate.And(a.Ours, Predicate.Not(b.Ours)), Predicate.Not(Predicate.Or(c.Ours, Predicate.IsNull("day")))),
                $"{a.Sql}, {b.Sql}, {c.Sql}");
            var planned = (await lake.PlanAsync(table, new ScanOptions { Filter = filter })).Files.Select(f => f.Path).ToHashSet();
            bool Sql(object?[] row) => (a.Matches(row) && IsFalse(b, row)) || (IsFalse(c, row) && row[5] is not null);
            for (var file = 0; file < ClusteredTable.Files; file++)
                if (rows[file].Any(Sql))
                    Assert.True(planned.Contains(paths[file]), $"{i}: file {file} is lost for {sql}");
        }
    }

    [Fact]
    public async Task Partitions_are_pruned_through_every_transform_without_losing_a_row()
    {
        foreach (var (column, transform) in ((string, string)[])[("moment", "day"), ("moment", "hour"), ("moment", "month"), ("day", "year"), ("whole", "bucket[7]"), ("big", "truncate[100000]"), ("text", "truncate[1]"), ("price", "identity")])
            await PartitionedAsync(column, transform);
    }

    static async Task PartitionedAsync(string column, string transformText)
    {
        await using var lake = await TempLake.OpenAsync();
        var rows = ClusteredTable.Rows(Seed + 2).SelectMany(r => r).ToList();
        var schema = ClusteredTable.Contract.ToIceberg();
        var ident = new TableIdent("silver", "parts");
        await lake.Catalog.CreateAsync(
            ident, new TableDefinition(schema, [new(column, transformText, "part")], new Dictionary<string, string>()), CancellationToken.None);
        var index = Array.FindIndex(ClusteredTable.Columns, c => c.Name == column);
        var (type, transform) = (schema.Find(column)!.Type, Transform.Parse(transformText));
        var groups = rows.GroupBy(r => r[index] is { } v ? new PartitionKey(PartitionValues.FromLiteral(
            transform.ResultType(type)!,
            transform.Apply(type, ClusteredFilter.LiteralOf(v, type.Scale)))) : new PartitionKey((object?)null)).ToList();
        var table = await lake.CommitAsync(ident, new TableIntent
        {
            Add = [
                .. groups.Select((g, i) => new DataFile { Path = $"file:///nowhere/{i}.parquet", Partition = g.Key, RecordCount = g.Count(), FileSizeInBytes = 1 }),
            ],
        });
        var random = new Random(Seed);
        var skips = 0;
        foreach (var filter in Enumerable.Range(0, 100).Select(i => ClusteredFilter.Make(
            index + i * ClusteredTable.Columns.Length, random, [.. rows.Chunk(ClusteredTable.RowsPerFile)])))
        {
            var planned = (await lake.PlanAsync(table, new ScanOptions { Filter = filter.Ours })).Files.Select(f => f.Path).ToHashSet();
            for (var i = 0; i < groups.Count; i++)
                if (groups[i].Any(filter.Matches))
                    Assert.True(planned.Contains($"file:///nowhere/{i}.parquet"), $"{transformText} of {column}: {filter.Sql} loses partition {groups[i].Key}");
            skips += planned.Count < groups.Count ? 1 : 0;
        }
        Assert.True(skips >= 20, $"{transformText} of {column} skips in {skips} of 100 filters");
    }

    /// <summary>SQL's false, which unknown is not: a comparison with null is unknown, IS NULL never is.</summary>
    static bool IsFalse(ClusteredFilter filter, object?[] row) =>
        !filter.Matches(row) && (filter.Ours is NullPredicate || row[filter.Column] is not null);

    static async Task<(Table Table, List<string> Paths)> WriteAsync(TempLake lake, List<object?[][]> rows)
    {
        var ident = TableIdent.Parse(ClusteredTable.Contract.Table!);
        var table = await lake.Catalog.CreateAsync(ident, ClusteredTable.Contract.ToDefinition(), CancellationToken.None);
        var writer = new ParquetFileWriter(new LocalObjectStore("/"), IdSource.Seeded(5));
        var paths = new List<string>();
        foreach (var chunk in rows.Select((r, i) => ClusteredTable.Batch(r, i * ClusteredTable.RowsPerFile)).Chunk(5))
        {
            var files = new List<DataFile>();
            foreach (var batch in chunk)
                files.Add(Assert.Single(await writer.WriteAsync(batch, table.Metadata.Location, CancellationToken.None)));
            paths.AddRange(files.Select(f => f.Path));
            table = await lake.CommitAsync(ident, new TableIntent { Add = files });
        }
        return (table, paths);
    }

    static async Task<List<HashSet<string>>> JavaAsync(TempLake lake, Table table, List<ClusteredFilter> filters)
    {
        var (source, lines) = (Path.Combine(lake.Lake.DataDir, "Plans.java"), Path.Combine(lake.Lake.DataDir, "filters.json"));
        await File.WriteAllTextAsync(source, JavaPlans);
        await File.WriteAllLinesAsync(lines, filters.Select(f => f.Java));
        var output = await Judge.JavaProgramAsync(source, table.MetadataLocation, lines);
        List<HashSet<string>> plans = [
            .. output.TrimEnd('\n').Split('\n').Select(line => line.Split('\t', StringSplitOptions.RemoveEmptyEntries).ToHashSet()),
        ];
        Assert.Equal(filters.Count, plans.Count);
        return plans;
    }

    static List<long> Matching(List<object?[][]> rows, ClusteredFilter filter) =>
    [
        .. rows.SelectMany((file, f) => file.Select((row, r) => (row, sequence: (long)f * ClusteredTable.RowsPerFile + r)))
            .Where(x => filter.Matches(x.row))
            .Select(x => x.sequence),
    ];

    static List<long> Read(DuckDBConnection duck, IReadOnlyCollection<string> planned, string filter)
    {
        var found = new List<long>();
        if (planned.Count == 0)
            return found;
        using var command = duck.CreateCommand();
        command.CommandText = $"SELECT sequence FROM read_parquet([{string.Join(", ", planned.Select(p => $"'{p["file://".Length..]}'"))}]) WHERE {filter} ORDER BY sequence";
        using var reader = command.ExecuteReader();
        while (reader.Read())
            found.Add(reader.GetInt64(0));
        return found;
    }
}
