using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>
/// Trino over a lake of the demo: what it makes of our statistics, that its own are the same to the byte, and that each of us goes on from
/// the other's. A row of a test is inserted by Trino at the end, which nobody may do to a lake in use.
/// </summary>
public sealed partial class TrinoStatisticsTests
{
    /// <summary>
    /// Quotes of an instrument are many, so trades should first lose those of other desks. Only with counts of values can an optimiser know
    /// that, and the line is written the wrong way round.
    /// </summary>
    const string Join = """
        from lake.silver.trades t
        join lake.silver.quotes q on q.instrument = t.instrument and q.trade_date = t.trade_date
        join lake.silver.accounts a on a.account = t.account and a.trade_date = t.trade_date
        where a.desk = 'CURRENCY'
        """;

    static readonly string[] tables = ["silver.trades", "silver.quotes", "silver.accounts"];

    [GeneratedRegex(@"InnerJoin\[criteria = (?<criteria>[^,]*),", RegexOptions.ExplicitCapture)]
    private static partial Regex JoinLine();

    [GeneratedRegex(@"Estimates: \{rows: (?<rows>\d+) ", RegexOptions.ExplicitCapture)]
    private static partial Regex EstimateLine();

    [Fact]
    public async Task Trino_joins_in_another_order_by_our_counts_which_are_those_of_its_own_to_the_byte()
    {
        using var folder = new TempFolder();
        var home = Path.Combine(folder.Path, "sim");
        var without = new Dictionary<string, string> { ["DARTLAKE__EndOfDay__Analyze"] = "false" };
        using (var demo = Exe.Start(without, "demo", "--trades", "2000", "--data-dir", folder.Path))
            (await Exe.EndAsync(demo, DemoDay.Limit)).Exits(0);
        await using var trino = await TrinoServer.OverAsync(Path.Combine(folder.Path, "trino"), home);
        Assert.All(await DistinctAsync(trino, "silver.trades"), column => Assert.Null(column.Value));
        var before = await PlanAsync(trino);
        Assert.Contains("account", before.Outer, StringComparison.Ordinal);
        Assert.Null(before.InnerRows);

        var theirs = await OfTrinoAsync(trino, home);
        await AnalyzeAsync(home);
        Assert.Equal(theirs, await SketchesAsync(home));

        var after = await PlanAsync(trino);
        Assert.Contains("instrument", after.Outer, StringComparison.Ordinal);
        var rows = await CountAsync(trino, "from lake.silver.trades t join lake.silver.accounts a using (account, trade_date) where a.desk = 'CURRENCY'");
        Assert.InRange(after.InnerRows!.Value, rows / 3, rows * 3);
        // an estimate may be more than there are rows, which Trino does not show
        var all = await CountAsync(trino, "from lake.silver.trades");
        var said = await SaidAsync(home, "silver.trades");
        Assert.Equal(
            said.ToDictionary(c => c.Key, c => (long?)Math.Min(c.Value!.Value, all), StringComparer.Ordinal),
            await DistinctAsync(trino, "silver.trades"));
        await PyIcebergReadsAsync(home);
        await GoesOnAsync(trino, home);
    }

    /// <summary>Trino analyzes its way and is made to forget it; what it wrote, by table and column.</summary>
    static async Task<IReadOnlyList<string>> OfTrinoAsync(TrinoServer trino, string home)
    {
        foreach (var table in tables)
            await trino.RowsAsync($"ANALYZE lake.{table}");
        var theirs = await SketchesAsync(home);
        foreach (var table in tables)
            await trino.RowsAsync($"ALTER TABLE lake.{table} EXECUTE drop_extended_stats");
        return theirs;
    }

    /// <summary>Trino unites what it inserts with our sketches, we go on from those; then it counts all anew.</summary>
    static async Task GoesOnAsync(TrinoServer trino, string home)
    {
        const string table = "silver.accounts";
        var known = await DistinctAsync(trino, table);
        var columns = string.Join(", ", known.Keys.Select(c => c == "account" ? "'NEW'" : c));
        await trino.RowsAsync($"INSERT INTO lake.{table} SELECT {columns} FROM lake.{table} LIMIT 1");
        Assert.Equal(known["account"] + 1, (await DistinctAsync(trino, table))["account"]);
        Assert.Equal(known["account"] + 1, (await SaidAsync(home, table))["account"]);

        var files = await AppendAgainAsync(home, table);
        var analyzed = JsonDocument.Parse(
            (await Exe.RunAsync(DemoDay.Limit, "table", "analyze", table, "--json", "--data-dir", home)).Exits(0).Out).RootElement[0];
        Assert.Equal((1, files), (analyzed.GetProperty("files").GetInt32(), analyzed.GetProperty("known_files").GetInt32()));
        Assert.Equal(known["account"] + 1, (await DistinctAsync(trino, table))["account"]);
        await trino.RowsAsync($"ANALYZE lake.{table}");
        Assert.Equal(known["account"] + 1, (await DistinctAsync(trino, table))["account"]);
    }

    /// <summary>Appends a file of the table once more, so that there are rows without statistics; how many files there were.</summary>
    static async Task<int> AppendAgainAsync(string home, string name)
    {
        await using var lake = await Lake.OpenAsync(home, TimeProvider.System, IdSource.System, CancellationToken.None);
        var table = (await lake.Catalog.TryLoadAsync(TableIdent.Parse(name), CancellationToken.None))!;
        var files = (await lake.Scan.PlanAsync(table, new(), CancellationToken.None)).Files;
        var again = files[^1].Path.Replace(".parquet", "-again.parquet", StringComparison.Ordinal);
        File.Copy(FileLocation.ToPath(files[^1].Path), FileLocation.ToPath(again));
        var change = new TableChange(table.Ident, _ => new() { Add = [files[^1] with { Path = again }] });
        await lake.Catalog.CommitAsync([change], null, CancellationToken.None);
        return files.Count;
    }

    static async Task AnalyzeAsync(string home) =>
        (await Exe.RunAsync(DemoDay.Limit, "table", "analyze", "--json", "--data-dir", home)).Exits(0);

    /// <summary>The criteria of the join that is done last, and how many rows Trino expects of the first; null: it does not know.</summary>
    static async Task<(string Outer, long? InnerRows)> PlanAsync(TrinoServer trino)
    {
        var lines = (await trino.RowsAsync($"EXPLAIN SELECT a.desk, count(*) {Join} GROUP BY a.desk")).Select(row => row[0]).ToList();
        var joins = lines.Index().Where(line => JoinLine().IsMatch(line.Item)).ToList();
        Assert.True(joins.Count == 2, string.Join('\n', lines));
        var estimate = EstimateLine().Match(lines.Skip(joins[1].Index).First(line => line.Contains("Estimates:", StringComparison.Ordinal)));
        return (
            JoinLine().Match(joins[0].Item).Groups["criteria"].Value,
            estimate.Success ? long.Parse(estimate.Groups["rows"].Value, CultureInfo.InvariantCulture) : null);
    }

    static async Task<long> CountAsync(TrinoServer trino, string from) =>
        long.Parse((await trino.RowsAsync($"SELECT count(*) {from}"))[0][0], CultureInfo.InvariantCulture);

    /// <summary>What Trino says of each column.</summary>
    static async Task<Dictionary<string, long?>> DistinctAsync(TrinoServer trino, string table) =>
        (await trino.RowsAsync($"SHOW STATS FOR lake.{table}"))
            .Where(row => row[0] != "NULL")
            .ToDictionary(
                row => row[0],
                row => row[2] == "NULL" ? null : (long?)double.Parse(row[2], CultureInfo.InvariantCulture),
                StringComparer.Ordinal);

    /// <summary>What the table's metadata says of each column.</summary>
    static async Task<Dictionary<string, long?>> SaidAsync(string home, string name)
    {
        await using var lake = await Lake.OpenAsync(home, TimeProvider.System, IdSource.System, CancellationToken.None);
        var table = (await lake.Catalog.TryLoadAsync(TableIdent.Parse(name), CancellationToken.None))!.Metadata;
        return Newest(table).Blobs.ToDictionary(
            blob => table.Schema.Fields.Single(field => field.Id == blob.Fields[0]).Name,
            blob => (long?)long.Parse(blob.Properties[StatisticsBlob.Ndv], CultureInfo.InvariantCulture),
            StringComparer.Ordinal);
    }

    static StatisticsFile Newest(TableMetadata table) =>
        table.Statistics.Select(StatisticsFile.Read).Single(file => file.SnapshotId == table.CurrentSnapshotId);

    /// <summary>The bytes of all sketches of the tables, whoever wrote them.</summary>
    static async Task<IReadOnlyList<string>> SketchesAsync(string home)
    {
        await using var lake = await Lake.OpenAsync(home, TimeProvider.System, IdSource.System, CancellationToken.None);
        var sketches = new List<string>();
        foreach (var name in tables)
        {
            var table = (await lake.Catalog.TryLoadAsync(TableIdent.Parse(name), CancellationToken.None))!;
            var file = Newest(table.Metadata);
            var puffin = await lake.Store.ReadAsync(file.Path, file.FileSizeInBytes, CancellationToken.None);
            foreach (var (blob, bytes) in PuffinFile.Read(puffin, _ => true))
                sketches.Add($"{name} {blob.Fields[0]} {blob.Properties[StatisticsBlob.Ndv]} {Convert.ToHexString(bytes)}");
        }
        Assert.Contains(sketches, sketch => sketch.Length > 2 * 8 * ThetaSketchBuilder.Nominal);
        return sketches;
    }

    /// <summary>PyIceberg takes the metadata, finds the footer and gives the blobs.</summary>
    static async Task PyIcebergReadsAsync(string home)
    {
        var script = Path.Combine(home, "puffin.py");
        await File.WriteAllTextAsync(script, """
            import json, sys
            from pyiceberg.catalog.sql import SqlCatalog
            from pyiceberg.table.puffin import PuffinFile
            table = SqlCatalog("lake", uri="sqlite:///" + sys.argv[1]).load_table("silver.trades")
            said = table.metadata.statistics[-1]
            data = open(said.statistics_path.removeprefix("file://"), "rb").read()
            assert len(data) == said.file_size_in_bytes and data[-said.file_footer_size_in_bytes:][:4] == b"PFA1"
            file = PuffinFile(data)
            names = {field.field_id: field.name for field in table.schema().fields}
            print(json.dumps({names[blob.fields[0]]: [int(blob.properties["ndv"]), len(file.get_blob_payload(blob))] for blob in file.footer.blobs}))
            assert [b.fields for b in said.blob_metadata] == [b.fields for b in file.footer.blobs]
            """);
        var read = JsonDocument.Parse(await Tool.RunAsync(
            Shared.Path("engines", "pyiceberg"), ["python", script, Path.Combine(home, "catalog.db")])).RootElement;
        Assert.Equal(
            (await SaidAsync(home, "silver.trades")).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal),
            read.EnumerateObject().ToDictionary(c => c.Name, c => (long?)c.Value[0].GetInt64(), StringComparer.Ordinal));
        Assert.All(read.EnumerateObject(), column => Assert.InRange(column.Value[1].GetInt32(), 8, 24 + 8 * ThetaSketchBuilder.Nominal));
    }
}
