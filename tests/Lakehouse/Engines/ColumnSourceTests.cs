using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Engines.Formats;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Tests.Parquet;

namespace Dart.Lake.Lakehouse.Tests.Engines;

/// <summary>Where a column's values come from, and what is refused when nothing says where.</summary>
public sealed class ColumnSourceTests(DuckDbFixture fixture) : IClassFixture<DuckDbFixture>, IDisposable
{
    const string Mapping = """[{"field-id": 1, "names": ["x", "old"]}, {"field-id": 2, "names": ["y"]}]""";
    static readonly CancellationToken none = CancellationToken.None;

    readonly string folder = Directory.CreateTempSubdirectory("dartlake-sources-").FullName;
    readonly DuckDbSession session = fixture.Session;
    int written;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static IcebergSchema Schema(params SchemaField[] fields) => new(0, fields);

    static SchemaField X(IcebergType? type = null, bool required = false) => new(1, "x", type ?? IcebergType.Int, required);

    async Task<DataFile> File(string select, string ids = "", PartitionKey? partition = null)
    {
        var path = $"{folder}/{written++}.parquet";
        await session.ExecuteAsync($"COPY ({select}) TO '{path}' (FORMAT parquet{(ids.Length == 0 ? "" : $", field_ids {{{ids}}}")})", none);
        return new() { Path = $"file://{path}", Partition = partition ?? PartitionKey.Unpartitioned, RecordCount = 1, FileSizeInBytes = 1 };
    }

    async Task<IReadOnlyList<object?[]>> Read(Table table, string what, params IReadOnlyList<DataFile> files) =>
        await session.RowsAsync($"SELECT {what} FROM ({await TableReader.SqlForAsync(session, table, table.Metadata.Schema, files, none)})", none);

    async Task<LakeException> Refuses(LakeErrorKind kind, Table table, string what, params IReadOnlyList<DataFile> files)
    {
        var e = await Assert.ThrowsAsync<LakeException>(() => Read(table, what, files));
        Assert.Equal(kind, e.Kind);
        Assert.DoesNotContain("Invalid Input Error", e.Message, StringComparison.Ordinal);
        return e;
    }

    [Fact]
    public async Task Files_with_ids_without_ids_and_with_other_names_are_one_table()
    {
        var table = TestTable.Of(Schema(X(), new(2, "y", IcebergType.String, false)), null, (NameMapping.Property, Mapping));
        var rows = await Read(table, "x, y",
            await File("SELECT 1 AS a, 'one' AS b", "a: 1, b: 2"),
            await File("SELECT 'two' AS y, 2 AS x"),
            await File("SELECT 3 AS old"),
            await File("SELECT 'four' AS y, 4 AS a", "a: 1"));
        Assert.Equal(["1 one", "2 two", "3 ", "4 four"], rows.Select(r => $"{r[0]} {r[1]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_file_without_ids_in_a_table_without_a_mapping_is_refused_and_not_read_by_position()
    {
        var e = await Refuses(LakeErrorKind.Corrupt, TestTable.Of(Schema(X())), "x", await File("SELECT 1 AS x"));
        Assert.Contains("no field ids", e.Message, StringComparison.Ordinal);
        Assert.Contains("0.parquet", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type": "struct", "fields": []}""", "not a name mapping")]
    [InlineData("no json", "not a name mapping")]
    [InlineData("""[{"field-id": 1, "names": ["x"]}, {"field-id": 2, "names": ["x"]}]""", "gives the name 'x' to the fields 1 and 2")]
    public async Task A_mapping_that_is_none_is_refused_by_its_property(string mapping, string says)
    {
        var e = await Refuses(LakeErrorKind.Corrupt, TestTable.Of(Schema(X()), null, (NameMapping.Property, mapping)), "x", await File("SELECT 1 AS x"));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_in_a_file_that_differ_in_case_only_are_refused_where_names_decide()
    {
        var table = TestTable.Of(Schema(X()), null, (NameMapping.Property, Mapping));
        var odd = Path.Combine(folder, "odd.parquet");
        await PyArrow.Judge("""
            import sys, pyarrow as pa, pyarrow.parquet as pq
            pq.write_table(pa.table({'X': pa.array([1], pa.int32()), 'x': pa.array([2], pa.int32())}), sys.argv[1])
            print('null')
            """, odd);
        var file = await File("SELECT 1 AS x");
        Assert.Contains("case only", (await Refuses(LakeErrorKind.Invalid, table, "x", file with { Path = $"file://{odd}" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_of_a_table_that_differ_in_case_only_are_told_apart_by_their_ids()
    {
        var table = TestTable.Of(Schema(X(), new(2, "X", IcebergType.Int, false)));
        var file = await File("SELECT 1 AS a, 2 AS b", "a: 1, b: 2");
        Assert.Equal([1L, 2L], Assert.Single(await Read(table, "\"x#1\", \"X#2\"", file)));
        Assert.Contains("x#1", (await Refuses(LakeErrorKind.Invalid, table, "x", file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_required_column_that_a_file_lacks_is_refused_by_name_when_it_is_asked_for()
    {
        var table = TestTable.Of(Schema(X(), new(2, "needed", IcebergType.Long, true)));
        var file = await File("SELECT 1 AS x", "x: 1");
        Assert.Equal(1L, (await Read(table, "x", file))[0][0]);
        Assert.Equal(1L, (await Read(table, "count(*)", file))[0][0]);
        Assert.Contains("the required column 'needed'", (await Refuses(LakeErrorKind.Corrupt, table, "needed", file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("struct", "STRUCT(a INTEGER)")]
    [InlineData("list", "INTEGER[]")]
    [InlineData("map", "MAP(VARCHAR, INTEGER)")]
    [InlineData("variant", "VARCHAR")]
    [InlineData("timestamptz_ns", "VARCHAR")]
    [InlineData("geometry(EPSG:4326)", "VARCHAR")]
    public async Task What_we_do_not_read_is_refused_by_what_it_is_and_only_when_it_is_asked_for(string name, string shown)
    {
        SchemaField[] children = name switch
        {
            "struct" => [new(3, "a", IcebergType.Int, false)],
            "list" => [new(3, "element", IcebergType.Int, false)],
            "map" => [new(3, "key", IcebergType.String, true), new(4, "value", IcebergType.Int, false)],
            _ => [],
        };
        var table = TestTable.Of(Schema(X(), new(2, "odd", new IcebergType(name) { Children = children }, false)));
        var file = await File("SELECT 1 AS x, {'a': 1} AS odd", "x: 1, odd: 2");
        Assert.Equal(1L, (await Read(table, "x", file))[0][0]);
        Assert.Equal(shown, (await session.RowsAsync($"SELECT typeof(odd) FROM (SELECT 1) LEFT JOIN ({TableReader.Empty(table.Metadata.Schema)}) ON true", none))[0][0]);
        Assert.Contains(name, (await Refuses(LakeErrorKind.Invalid, table, "odd", file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'1'", "int")]
    [InlineData("1::BIGINT", "int")]
    [InlineData("1.5::DOUBLE", "float")]
    [InlineData("1.5::DECIMAL(9,3)", "decimal")]
    [InlineData("1.5::DECIMAL(18,2)", "decimal")]
    [InlineData("'\\x61'::BLOB", "string")]
    [InlineData("1::INTEGER", "date")]
    [InlineData("TIMESTAMP '2026-01-01'", "timestamptz")]
    [InlineData("{'a': 1}", "int")]
    public async Task A_type_that_is_no_promotion_is_refused_and_not_cast(string value, string type)
    {
        var table = TestTable.Of(Schema(X(type == "decimal" ? IcebergType.Decimal(9, 2) : new IcebergType(type))));
        var e = await Refuses(LakeErrorKind.Corrupt, table, "x", await File($"SELECT {value} AS x", "x: 1"));
        Assert.Contains("holds the column 'x' as", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("boolean", true, "true")]
    [InlineData("int", -7, "-7")]
    [InlineData("long", long.MinValue, "-9223372036854775808")]
    [InlineData("float", float.NaN, "NaN")]
    [InlineData("double", double.NegativeInfinity, "-Infinity")]
    [InlineData("double", 0.1, "0.1")]
    [InlineData("decimal", null, "-12345.60")]
    [InlineData("date", -1, "1969-12-31")]
    [InlineData("time", 86_399_999_999L, "23:59:59.999999")]
    [InlineData("timestamp", -1L, "1969-12-31T23:59:59.999999")]
    [InlineData("timestamptz", 5L, "1970-01-01T00:00:00.000005Z")]
    [InlineData("timestamp_ns", 1L, "1970-01-01T00:00:00.000000001")]
    [InlineData("string", "it's north/é", "it's north/é")]
    [InlineData("uuid", null, "00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("binary", null, "00ff")]
    [InlineData("fixed[2]", null, "00ff")]
    public async Task The_value_of_an_identity_partition_is_the_columns_where_the_file_has_none(string type, object? value, string text)
    {
        object partition = type switch
        {
            "decimal" => -12345.60m,
            "uuid" => new Guid("00112233-4455-6677-8899-aabbccddeeff"),
            "binary" or "fixed[2]" => new byte[] { 0, 255 },
            _ => value!,
        };
        var of = type == "decimal" ? IcebergType.Decimal(9, 2) : new IcebergType(type);
        var table = TestTable.Of(Schema(X(), new(2, "p", of, true)), new(0, [new(2, 1000, "p", Transform.Identity)]));
        var file = await File("SELECT 1 AS x", "x: 1", new(partition));
        await using var result = await session.QueryAsync(
            $"SELECT x, p FROM ({await TableReader.SqlForAsync(session, table, table.Metadata.Schema, [file, await File("SELECT 2 AS x", "x: 1", new([null]))], none)}) ORDER BY x", [], none);
        var csv = new StringWriter();
        await ResultWriter.WriteAsync(result, ResultFormat.Csv, csv, none);
        Assert.Equal($"x,p\r\n1,{text}\r\n2,\r\n", csv.ToString());
    }

    [Fact]
    public async Task A_column_that_the_file_has_is_taken_from_it_and_one_of_another_transform_never_from_the_manifest()
    {
        var spec = new PartitionSpec(0, [new(1, 1000, "x", Transform.Identity), new(2, 1001, "y_bucket", Transform.Parse("bucket[4]"))]);
        var table = TestTable.Of(Schema(X(), new(2, "y", IcebergType.Int, false)), spec);
        Assert.Equal([1L, null], Assert.Single(await Read(table, "x, y", await File("SELECT 1 AS x", "x: 1", new(9, 3)))));
    }

    [Fact]
    public async Task Thousands_of_partitions_that_only_the_manifest_knows_are_one_relation()
    {
        var table = TestTable.Of(Schema(X(), new(2, "p", IcebergType.Int, true)), new(0, [new(2, 1000, "p", Transform.Identity)]));
        var file = await File("SELECT 1 AS x", "x: 1");
        var many = Enumerable.Range(0, 2000).Select(p => file with { Partition = new(p) }).ToList();
        Assert.Equal([2000L, 1999L], (await Read(table, "count(*), max(p)", many))[0].Select(Convert.ToInt64));
    }

    [Fact]
    public async Task A_default_that_is_no_value_of_its_type_is_refused()
    {
        var file = await File("SELECT 1 AS y", "y: 9");
        foreach (var (type, json) in new[] { ("int", "\"7\""), ("string", "7"), ("binary", "\"0\""), ("date", "20718"), ("boolean", "{}") })
            await Refuses(LakeErrorKind.Corrupt, TestTable.Of(Schema(X(new IcebergType(type)) with { InitialDefault = json })), "x", file);
    }

    [Fact]
    public async Task A_path_that_the_engine_reads_as_a_pattern_is_refused()
    {
        var file = await File("SELECT 1 AS x", "x: 1");
        var pattern = file with { Path = file.Path.Replace("0.parquet", "*.parquet", StringComparison.Ordinal) };
        await Refuses(LakeErrorKind.Invalid, TestTable.Of(Schema(X())), "x", pattern);
    }

    [Theory]
    [InlineData("float", "f > 0.75")]
    [InlineData("float", "f = 'NaN'")]
    [InlineData("double", "f > 0.75")]
    [InlineData("double", "f >= 0.75")]
    [InlineData("double", "f <> 0.5")]
    [InlineData("double", "NOT f <= 0.5")]
    [InlineData("double", "f BETWEEN 0.6 AND 'NaN'")]
    [InlineData("double", "f IN ('NaN', 7)")]
    [InlineData("double", "f = (SELECT max(f) FROM t)")]
    public async Task NaN_is_greater_than_any_number_whatever_the_statistics_of_its_file_say(string type, string filter)
    {
        var path = Path.Combine(folder, "nan.parquet");
        await PyArrow.Judge("""
            import sys, pyarrow as pa, pyarrow.parquet as pq
            ids = lambda name, kind, i: pa.field(name, kind, metadata={'PARQUET:field_id': str(i)})
            pq.write_table(pa.table([pa.array([1, 2], pa.int32()), pa.array([0.5, float('nan')], pa.float32())],
                schema=pa.schema([ids('x', pa.int32(), 1), ids('f', pa.float32(), 2)])), sys.argv[1])
            print('null')
            """, path);
        var table = TestTable.Of(Schema(X(), new(2, "f", new IcebergType(type), false)));
        var file = (await File("SELECT 1 AS x", "x: 1")) with { Path = $"file://{path}" };
        var sql = await TableReader.SqlForAsync(session, table, table.Metadata.Schema, [file], none);
        Assert.Equal([2L], Assert.Single(await session.RowsAsync($"WITH t AS ({sql}) SELECT x FROM t WHERE {filter}", none)));
    }
}
