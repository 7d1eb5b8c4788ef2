namespace Dart.Lake.Serving.Tests;

/// <summary>PyIceberg has no other way to this lake here than the server.</summary>
public sealed class PyIcebergTests
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(2);

    const string WritesAndReads = """
        import sys, pyarrow as pa
        from pyiceberg.catalog.rest import RestCatalog
        from pyiceberg.partitioning import PartitionSpec, PartitionField
        from pyiceberg.schema import Schema
        from pyiceberg.transforms import DayTransform
        from pyiceberg.types import NestedField, LongType, StringType, TimestamptzType
        import datetime
        catalog = RestCatalog("lake", uri=sys.argv[1], warehouse="lake", token=sys.argv[2])
        catalog.create_namespace("desk")
        schema = Schema(NestedField(1, "id", LongType(), required=True), NestedField(2, "at", TimestamptzType()), NestedField(3, "text", StringType()))
        spec = PartitionSpec(PartitionField(source_id=2, field_id=1000, transform=DayTransform(), name="at_day"))
        table = catalog.create_table("desk.notes", schema, partition_spec=spec)
        def rows(ids):
            at = datetime.datetime(2026, 9, 22, tzinfo=datetime.timezone.utc)
            return pa.Table.from_pylist([{"id": i, "at": at + datetime.timedelta(hours=i), "text": f"note {i}"} for i in ids], schema=table.schema().as_arrow())
        table.append(rows(range(0, 50)))
        table.append(rows(range(50, 60)))
        table.delete("id >= 40 and id < 45")
        with table.update_schema() as update:
            update.add_column("who", StringType())
        table.manage_snapshots().create_tag(table.current_snapshot().snapshot_id, "kept").commit()
        with table.transaction() as change:
            change.set_properties({"commit.retry.num-retries": "0"})
        stale = catalog.load_table("desk.notes")
        table.overwrite(rows(range(60, 61)), "id == 0")
        try:
            stale.append(rows([99]))
            print("the stale one committed")
        except Exception as e:
            print(type(e).__name__)
        table = catalog.load_table("desk.notes")
        ids = sorted(table.scan().to_arrow()["id"].to_pylist())
        print(len(ids), sum(ids), table.schema().column_names, sorted(table.refs()))
        print(catalog.list_namespaces(), catalog.list_tables("desk"), catalog.table_exists("desk.none"))
        """;

    [Fact]
    public async Task PyIceberg_reads_and_writes_an_embedded_lake_and_our_scan_sees_its_rows()
    {
        var python = Shared.Path("engines", "pyiceberg");
        const string token = "a-token-of-the-desk";
        await using var world = await ServedWorld.StartAsync(token);
        var script = Path.Combine(world.Lake.DataDir, "client.py");
        await File.WriteAllTextAsync(script, WritesAndReads);
        var (code, output) = await Engine.RunAsync(limit, python, "python", script, world.Url, token);
        Assert.True(code == 0, output);
        Assert.Contains("CommitFailedException", output, StringComparison.Ordinal);
        Assert.Contains("55 1620 ['id', 'at', 'text', 'who'] ['kept', 'main']", output, StringComparison.Ordinal);
        var table = (await world.Lake.Catalog.TryLoadAsync(new("desk", "notes"), CancellationToken.None))!;
        var plan = await world.Lake.Scan.PlanAsync(table, new(), CancellationToken.None);
        Assert.Equal(55, plan.Files.Sum(file => file.RecordCount));
    }
}
