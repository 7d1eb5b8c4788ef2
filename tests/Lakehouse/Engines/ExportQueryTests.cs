using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Columns;
using Dart.Lake.Lakehouse.Tests.Parquet;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Engines;

public sealed class ExportQueryTests(DuckDbFixture fixture) : IClassFixture<DuckDbFixture>, IDisposable
{
    static readonly TableContract contract = Contracts.AllTypes with { Partitions = [new("day", "identity", "day")], Sort = ["code", "sequence"] };
    static readonly TableContract money = Contracts.Of("gold.money",
        ("id", "long", false, ColumnEncoding.Default), ("amount", "decimal(18, 2)", true, ColumnEncoding.Default), ("note", "string", true, ColumnEncoding.Default));

    readonly string folder = Directory.CreateTempSubdirectory("dartlake-export-").FullName;
    readonly DuckDbSession session = fixture.Session;
    readonly ExportQuery export = new(fixture.Session, new LocalObjectStore("/"), IdSource.Seeded(3));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Each_partition_becomes_a_sorted_file_that_pyarrow_reads_with_the_statistics_that_PyIceberg_takes()
    {
        var (batch, rows) = AllTypesRows.Make(seed: 21, count: 4000, days: 3);
        using var arrow = batch.ToRecordBatch();
        await session.LoadAsync(new("bronze", "all_types"), arrow.Schema, [arrow], CancellationToken.None);
        var files = await export.WriteAsync("SELECT * FROM bronze.all_types; ", contract, folder, CancellationToken.None);
        Assert.Equal([new PartitionKey(20_000), new(20_001), new(20_002)], files.Select(f => f.Partition));
        foreach (var file in files)
        {
            Assert.StartsWith($"file://{folder}/data/day=2024-10-", file.Path, StringComparison.Ordinal);
            var judged = await PyArrow.Judge(PyArrow.Describe, new Uri(file.Path).LocalPath);
            var day = DateTime.UnixEpoch.AddDays((int)file.Partition.Values[0]!).ToString("yyyy-MM-dd");
            var expected = rows.Where(r => r[0] == day).OrderBy(r => r[2], Comparer<string?>.Create(ByUtf8)).ThenBy(r => long.Parse(r[1]!));
            Assert.Equal(
                expected, judged.GetProperty("rows").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetString()).ToArray()));
            var stats = judged.GetProperty("stats");
            Assert.Equal(stats.GetProperty("rows").GetInt64(), file.RecordCount);
            Assert.Equal(stats.GetProperty("splits").EnumerateArray().Select(s => s.GetInt64()), file.SplitOffsets);
            foreach (var (name, bounds) in new[] { ("lower", file.LowerBounds), ("upper", file.UpperBounds) })
                Assert.Equal(stats.GetProperty(name)
                    .EnumerateObject()
                    .Select(p => (int.Parse(p.Name), p.Value.GetString()!))
                    .OrderBy(p => p.Item1),
                    bounds.OrderBy(b => b.Key).Select(b => (b.Key, Convert.ToHexStringLower(b.Value))));
            foreach (var column in judged.GetProperty("columns").EnumerateArray())
                Assert.Equal(contract.Column(column.GetProperty("name").GetString()!).Id.ToString(), column.GetProperty("id").GetString());
        }
    }

    static int ByUtf8(string? a, string? b) => a is null || b is null ? (a is null ? 0 : 1) - (b is null ? 0 : 1)
        : System.Text.Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(b));

    [Fact]
    public async Task Files_count_their_NaN_and_bound_the_other_values()
    {
        var reals = Contracts.Of("gold.reals", ("id", "long", false, ColumnEncoding.Default), ("x", "double", true, ColumnEncoding.Default));
        var file = Assert.Single(await export.WriteAsync("SELECT * FROM (VALUES (1, 1.5::DOUBLE), (2, 'NaN'), (3, NULL), (4, -2.5)) t(id, x)", reals, folder, CancellationToken.None));
        Assert.Equal(1, file.NanValueCounts[2]);
        Assert.True(!file.UpperBounds.TryGetValue(2, out var upper) || BitConverter.ToDouble(upper) == 1.5);
        Assert.True(!file.LowerBounds.TryGetValue(2, out var lower) || BitConverter.ToDouble(lower) == -2.5);
        var nothing = Assert.Single(await export.WriteAsync("SELECT 1 AS id, 'NaN'::DOUBLE AS x", reals, folder, CancellationToken.None));
        Assert.Equal(1, nothing.NanValueCounts[2]);
        Assert.False(nothing.LowerBounds.ContainsKey(2));
    }

    [Theory]
    [InlineData("SELECT 1::BIGINT AS id, sum(x)::HUGEINT AS amount, 'a' AS note FROM range(3) r(x)", "amount is HUGEINT, cast it to DECIMAL(18,2)")]
    [InlineData("SELECT 1::BIGINT AS id, 1.5::DOUBLE AS amount, 'a' AS note", "amount is DOUBLE, cast it to DECIMAL(18,2)")]
    [InlineData("SELECT 1::BIGINT AS id, avg(1.5::DECIMAL(18,2)) AS amount, 'a' AS note", "amount is DOUBLE")]
    [InlineData("SELECT sum(1::BIGINT) AS id, 1 AS amount, 'a' AS note", "id is HUGEINT, cast it to BIGINT")]
    [InlineData("SELECT 1 AS id, 1 AS amount, 7 AS note", "note is INTEGER, cast it to VARCHAR")]
    [InlineData("SELECT 1 AS id, 1 AS amount", "lacks note")]
    [InlineData("SELECT 1 AS id, 1 AS amount, 'a' AS note, 2 AS more", "has more, which the contract has not")]
    [InlineData("SELECT NULL::BIGINT AS id, 1 AS amount, 'a' AS note", "id is null in 1 rows")]
    [InlineData("SELECT 1 AS id, 1 AS amount, 'a' AS note, 'b' AS NOTE", "has NOTE_1, which the contract has not")]
    public async Task Columns_that_are_not_the_contracts_are_refused(string sql, string expected)
    {
        var e = await Assert.ThrowsAsync<LakeException>(() => export.WriteAsync(sql, money, folder, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Invalid, e.Kind);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Decimals_are_rounded_half_away_from_zero_by_the_cast_and_no_row_makes_no_file()
    {
        var file = Assert.Single(await export.WriteAsync("SELECT 2::BIGINT AS id, -1.005::DECIMAL(18,3) AS amount, NULL::VARCHAR AS note UNION ALL SELECT 1, 1.005, 'x' -- end", money, folder, CancellationToken.None));
        Assert.Equal(PartitionKey.Unpartitioned, file.Partition);
        var judged = await PyArrow.Judge(PyArrow.Describe, new Uri(file.Path).LocalPath);
        Assert.Equal(["-1.01", "1.01"], judged.GetProperty("rows").EnumerateArray().Select(r => r[1].GetString()));
        Assert.Empty(await export.WriteAsync("SELECT 1 AS id, 1 AS amount, '' AS note WHERE false", money, folder, CancellationToken.None));
    }

    // Spark 4.1 reads no group of nulls that is written as DELTA_LENGTH_BYTE_ARRAY without a length.
    [Theory]
    [InlineData("SELECT i AS id, 1 AS amount, NULL::VARCHAR AS note FROM range(100) r(i)", 1)]
    [InlineData("SELECT i AS id, 1 AS amount, CASE WHEN i < 130000 THEN 'n' || i END AS note FROM range(300000) r(i) ORDER BY i", 3)]
    public async Task A_group_of_rows_without_any_text_says_nothing_of_lengths(string sql, int groups)
    {
        var file = Assert.Single(await export.WriteAsync(sql, money, folder, CancellationToken.None));
        var written = await session.RowsAsync(
            $"SELECT encodings, stats_null_count = num_values FROM parquet_metadata({SqlText.Literal(new Uri(file.Path).LocalPath)}) WHERE path_in_schema = 'note'",
            CancellationToken.None);
        Assert.Equal(groups, written.Count);
        Assert.Contains(written, w => w[1] is true);
        Assert.DoesNotContain(written, w => w[1] is true && ((string)w[0]!).Contains("DELTA_LENGTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Texts_that_every_group_has_are_written_in_version_2()
    {
        var file = Assert.Single(await export.WriteAsync("SELECT i AS id, 1 AS amount, CASE WHEN i > 0 THEN 'n' || i END AS note FROM range(100000) r(i)", money, folder, CancellationToken.None));
        var judged = await PyArrow.Judge(PyArrow.Describe, new Uri(file.Path).LocalPath);
        Assert.Contains("DELTA_BINARY_PACKED", judged.GetProperty("columns")[0].GetProperty("encodings").EnumerateArray().Select(e => e.GetString()));
    }

    static readonly TableContract days = Contracts.Of("gold.days",
        ("trade_date", "date", false, ColumnEncoding.Default), ("id", "long", false, ColumnEncoding.Default),
        ("place", "int", true, ColumnEncoding.Default), ("note", "string", true, ColumnEncoding.Default))
        with
    { Partitions = [new("trade_date", "identity", "trade_date")] };

    static readonly PartitionKey monday = new(new DateOnly(2026, 9, 21).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);

    Task<IReadOnlyList<DataFile>> WriteMonday(string columns, string rows) => export.WriteAsync(
        $"SELECT DATE '2026-09-21' AS trade_date, {columns} FROM {rows}", days, folder, monday, CancellationToken.None);

    // what is asked of a table before its rows are written is asked of the file afterwards
    [Theory]
    [InlineData("i AS id, i::INT AS place, 'n' AS note", "v2")]
    [InlineData("i AS id, NULL::INT AS place, 'n' AS note", "v2")]
    [InlineData("i AS id, i::INT AS place, NULL::VARCHAR AS note", "v1")]
    [InlineData("i AS id, (CASE WHEN i = 0 THEN -2147483648 ELSE 1 END)::INT AS place, 'n' AS note", "v1")]
    public async Task Rows_of_one_partition_go_to_one_file_of_the_version_that_all_readers_take(string columns, string version)
    {
        var file = Assert.Single(await WriteMonday(columns, "range(1000) r(i)"));
        Assert.Equal((monday, 1000L), (file.Partition, file.RecordCount));
        var path = new Uri(file.Path).LocalPath;
        Assert.Equal([path], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        var encodings = (string)(await session.RowsAsync($"SELECT string_agg(encodings, ' ') FROM parquet_metadata({SqlText.Literal(path)}) WHERE path_in_schema = 'id'", CancellationToken.None))[0][0]!;
        Assert.Equal(version == "v2", encodings.Contains("DELTA_BINARY_PACKED", StringComparison.Ordinal));
        Assert.Equal(499_500L, (await session.RowsAsync($"SELECT sum(id)::BIGINT FROM read_parquet({SqlText.Literal(path)}) WHERE trade_date = DATE '2026-09-21'", CancellationToken.None))[0][0]);
    }

    [Fact]
    public async Task Rows_of_other_partitions_than_the_only_one_are_told_by_their_files()
    {
        var files = await export.WriteAsync("SELECT DATE '2026-09-20' + (i % 2)::INT AS trade_date, i AS id, 1 AS place, 'n' AS note FROM range(10) r(i)", days, folder, monday, CancellationToken.None);
        Assert.Equal([(new PartitionKey((int)monday.Values[0]! - 1), 5L), (monday, 5L)], files.Select(f => (f.Partition, f.RecordCount)));
        Assert.Equal(2, Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task What_is_refused_leaves_no_file_and_no_row_makes_none()
    {
        var e = await Assert.ThrowsAsync<LakeException>(() => WriteMonday("CASE WHEN i > 2 THEN i END AS id, 1 AS place, 'n' AS note", "range(10) r(i)"));
        Assert.Contains("id is null in 3 rows", e.Message, StringComparison.Ordinal);
        Assert.Empty(await WriteMonday("i AS id, 1 AS place, 'n' AS note", "range(0) r(i)"));
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Rows_of_one_partition_are_held_nowhere()
    {
        // 4,000,000 rows of 116 bytes and no folder to spill to
        await using var small = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 128L << 20 });
        await using var narrow = small.OpenSession();
        var writer = new ExportQuery(narrow, new LocalObjectStore("/"), IdSource.Seeded(4));
        const string Rows = "SELECT DATE '2026-09-21' AS trade_date, i AS id, 1 AS place, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) || md5((i + 2)::VARCHAR) AS note FROM range(4000000) r(i)";
        Assert.Equal(4_000_000L, Assert.Single(await writer.WriteAsync(Rows, days, folder, monday, CancellationToken.None)).RecordCount);
        var e = await Assert.ThrowsAsync<LakeException>(() => writer.WriteAsync(Rows, days, folder, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Unavailable, e.Kind);
        Assert.Contains("raise DuckDb:MemoryLimitMb", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }
}
