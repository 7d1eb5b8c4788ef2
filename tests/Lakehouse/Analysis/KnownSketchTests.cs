using Dart.Lake.Lakehouse.Analysis;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Engines;
using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Analysis;

/// <summary>A value of each type, and the bytes of the sketch that Trino 483 has written of the same rows (<c>ANALYZE</c>).</summary>
public sealed class KnownSketchTests(DuckDbFixture duckDb) : IClassFixture<DuckDbFixture>
{
    static readonly (string Name, IcebergType Type, string First, string Second, string Sketch)[] known =
    [
        ("whole", IcebergType.Int, "1", "-7", "02030300001acc9302000000000000005d9caa2282e0f924b8602dcdef0d5c35"),
        ("big", IcebergType.Long, "1", "-7", "02030300001acc93020000000000000015f97dcbbd86a105f8b5cad2a1d0a125"),
        ("cents", IcebergType.Decimal(4, 2), "-0.01", "12.50", "02030300001acc930200000000000000f7c5399c952bcb609700553faae03b7b"),
        ("amount", IcebergType.Decimal(38, 10), "12345678901234567890.5", "-0.0000000001",
            "02030300001acc93020000000000000075b61fb3798c0e449700553faae03b7b"),
        ("text", IcebergType.String, "'A'", "'ein längerer Text als sechzehn'",
            "02030300001acc930200000000000000883f46f7afa03832a9f3c31e6092ec5c"),
        ("single", IcebergType.Float, "1.5", "-0.25", "02030300001acc930200000000000000f2c613136423c73295d599c78dc0fc78"),
        ("real", IcebergType.Double, "2.5e0", "-1e300", "02030300001acc930200000000000000a5541412e7b6831c8556edf212950e1f"),
        ("flag", IcebergType.Boolean, "true", "false", "02030300001acc930200000000000000649f00331e40e8035443e83313d70104"),
        ("day", IcebergType.Date, "'2026-09-22'", "'1969-12-31'", "02030300001acc9302000000000000005f1bfd945a42963451f8ad24b2fbf877"),
        ("time", IcebergType.Time, "'12:00:00.000001'", "'00:00:00'", "02030300001acc93020000000000000097c78e23af200207e56b61eec8804420"),
        ("at", IcebergType.Timestamp, "'2026-09-22 12:00:00.000001'", "'1960-01-01 00:00:00'",
            "02030300001acc930200000000000000163b9aee20045d1874a16b74b7df8644"),
        ("at_zone", IcebergType.Timestamptz, "'2026-09-22 12:00:00.000001+00'", "'1960-01-01 00:00:00+00'",
            "02030300001acc930200000000000000163b9aee20045d1874a16b74b7df8644"),
        // a value of no byte is not counted
        ("bytes", IcebergType.Binary, @"'\x01\x02'", "''", "01030300003acc931334fb94c592d86f"),
        ("id", IcebergType.Uuid, "'12151fd2-7586-11e9-8f9e-2a86e4085a59'", "'00000000-0000-0000-0000-000000000000'",
            "02030300001acc930200000000000000a9b13c696aa1ce13a8e4a600ed482c2d"),
    ];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sketches_of_every_type_are_those_of_Trino_to_the_byte()
    {
        await using var temp = await TempLake.OpenAsync();
        var ident = new TableIdent("silver", "values_of_all");
        var fields = known.Select((k, i) => new SchemaField(i + 1, k.Name, k.Type, Required: false)).ToList();
        var table = await temp.Catalog.CreateAsync(ident, new(new(0, fields), [], new Dictionary<string, string>()), Cancel);
        var path = Path.Combine(FileLocation.ToPath(table.Metadata.Location), "rows.parquet");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var rows = $"{Row(k => k.First)} UNION ALL {Row(k => k.Second)} UNION ALL {Row(_ => "NULL")}";
        var ids = string.Join(", ", fields.Select(f => $"{SqlText.Name(f.Name)}: {f.Id}"));
        await duckDb.Session.ExecuteAsync($"COPY ({rows}) TO {SqlText.Literal(path)} (FORMAT parquet, FIELD_IDS {{{ids}}})", Cancel);
        table = await temp.CommitAsync(ident, new TableIntent
        {
            Add =
            [
                new()
                {
                    Path = FileLocation.FromPath(path),
                    Partition = PartitionKey.Unpartitioned,
                    RecordCount = 3,
                    FileSizeInBytes = new FileInfo(path).Length,
                },
            ],
        });
        var analyzed = await new TableAnalysis(temp.Lake, duckDb.Engine, IdSource.Seeded(3)).WriteAsync(table, null, Cancel);
        var file = await File.ReadAllBytesAsync(FileLocation.ToPath(analyzed!.Statistics.Path), Cancel);
        Assert.Equal(
            known.Select(k => $"{k.Name} {k.Sketch}"),
            PuffinFile.Read(file, _ => true).Select(b => $"{known[b.Blob.Fields[0] - 1].Name} {Convert.ToHexStringLower(b.Bytes)}"));
    }

    static string Row(Func<(string Name, IcebergType Type, string First, string Second, string Sketch), string> value) =>
        $"SELECT {string.Join(", ", known.Select(k => $"{value(k)}::{SqlText.Type(k.Type)} AS {SqlText.Name(k.Name)}"))}";
}
