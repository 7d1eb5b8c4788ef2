using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Formats;
using Dart.Lake.Lakehouse.Tests.Parquet;

namespace Dart.Lake.Lakehouse.Tests.Engines;

public sealed class ResultWriterTests(DuckDbFixture fixture) : IClassFixture<DuckDbFixture>
{
    const string Sql = """
        SELECT * FROM (VALUES (1::BIGINT, 'plain', 1234567890.120000::DECIMAL(18,6), TIMESTAMPTZ '2026-01-02 03:04:05.6+00', 0.1::DOUBLE, true),
                              (-20, 'with "quotes", commas' || chr(13) || chr(10) || 'and a break', NULL, NULL, 'NaN'::DOUBLE, false),
                              (3, '', 12345678901234567890123456.0123456789::DECIMAL(38,10), TIMESTAMPTZ '1969-12-31 23:59:59+00', NULL, NULL)) t(id, note, amount, "at", real, flag)
        """;

    async Task<string> Write(string sql, ResultFormat format)
    {
        await using var result = await fixture.Session.QueryAsync(sql, [], CancellationToken.None);
        var text = new StringWriter { NewLine = "\n" };
        await ResultWriter.WriteAsync(result, format, text, CancellationToken.None);
        return text.ToString();
    }

    [Fact]
    public async Task Csv_keeps_every_digit_and_tells_null_from_empty() => Assert.Equal(
        "id,note,amount,at,real,flag\r\n"
        + "1,plain,1234567890.1200000000,2026-01-02T03:04:05.600000Z,0.1,true\r\n"
        + "-20,\"with \"\"quotes\"\", commas\r\nand a break\",,,NaN,false\r\n"
        + "3,\"\",12345678901234567890123456.0123456789,1969-12-31T23:59:59.000000Z,,\r\n",
        await Write(Sql, ResultFormat.Csv));

    [Fact]
    public async Task Json_is_one_array_with_exact_numbers()
    {
        Assert.Equal(
            "[\n{\"id\":1,\"note\":\"plain\",\"amount\":1234567890.1200000000,\"at\":\"2026-01-02T03:04:05.600000Z\",\"real\":0.1,\"flag\":true},\n"
            + "{\"id\":-20,\"note\":\"with \\\"quotes\\\", commas\\r\\nand a break\",\"amount\":null,\"at\":null,\"real\":\"NaN\",\"flag\":false},\n"
            + "{\"id\":3,\"note\":\"\",\"amount\":12345678901234567890123456.0123456789,\"at\":\"1969-12-31T23:59:59.000000Z\",\"real\":null,\"flag\":null}\n]\n",
            await Write(Sql, ResultFormat.Json));
        Assert.Equal("[]\n", await Write("SELECT 1 AS x WHERE false", ResultFormat.Json));
    }

    [Fact]
    public async Task A_table_is_aligned_and_holds_no_control_characters() => Assert.Equal(
        """
         id  note          amount
        ---  --------  ----------
          1  plain           1.50
        -20  a  break        NULL
          3   [31mred  1234567.00

        """,
        await Write("""
            SELECT * FROM (VALUES (1::BIGINT, 'plain', 1.5::DECIMAL(18,2)), (-20, 'a' || chr(13) || chr(10) || 'break', NULL), (3, chr(27) || '[31mred', 1234567)) t(id, note, amount)
            """, ResultFormat.Table));

    [Fact]
    public async Task A_table_in_a_pipe_has_every_cell_whole_in_a_row_of_its_own()
    {
        var text = await Write("SELECT i AS id, repeat('reason ', 40) || i AS reason, repeat('x', 400) AS word FROM range(2500) r(i)", ResultFormat.Table);
        var lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal(2502, lines.Length);
        Assert.All(lines.Skip(2).Index(), line =>
            Assert.Contains($"{string.Concat(Enumerable.Repeat("reason ", 40))}{line.Index} ", line.Item, StringComparison.Ordinal));
        Assert.All(lines.Skip(2), line => Assert.EndsWith("  " + new string('x', 400), line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(60, 4)]
    [InlineData(20, 2)]
    public async Task Columns_without_room_on_a_terminal_are_left_out_from_the_right_and_named(int width, int shown)
    {
        await using var result = await fixture.Session.QueryAsync(
            "SELECT i AS first, i * 1000000 AS second, 'w' || i AS third, (i * 1234567.125)::DECIMAL(18, 3) AS fourth, repeat('z', 50) AS fifth FROM range(30) r(i)", [], CancellationToken.None);
        var text = new StringWriter { NewLine = "\n" };
        Assert.Equal(30, await ResultWriter.WriteTableAsync(result, text, width, CancellationToken.None));
        var lines = text.ToString().TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 1, width));
        string[] names = ["first", "second", "third", "fourth", "fifth"];
        Assert.Equal(names[..shown], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"+ {5 - shown} column{(shown == 4 ? "" : "s")}: {names[shown]}", string.Join(' ', lines[32..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parquet_of_an_answer_is_read_by_pyarrow()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("dartlake-answer-").FullName, "answer.parquet");
        await using (var result = await fixture.Session.QueryAsync("SELECT i, (i / 2)::DECIMAL(18,6) AS half, 'n' || i AS name, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS \"at\" FROM range(5000) r(i)", [], CancellationToken.None))
        await using (var file = File.Create(path))
            Assert.Equal(5000, await ResultWriter.WriteAsync(result, ResultFormat.Parquet, file, CancellationToken.None));
        var judged = await PyArrow.Judge("""
            import sys, json, pyarrow.parquet as pq
            t = pq.read_table(sys.argv[1])
            print(json.dumps([t.num_rows, str(t.schema.field('half').type), str(t.column('half')[4999]), t.column('name')[7].as_py(), str(t.schema.field('at').type)]))
            """, path);
        Assert.Equal(["5000", "decimal128(18, 6)", "2499.500000", "n7", "timestamp[us, tz=UTC]"], judged.EnumerateArray().Select(v => v.ToString()));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    /// <summary>Extremes of every type of time: each has a text, and a place in a Parquet file.</summary>
    [Theory]
    [InlineData("make_timestamp(9223372036854775806)", "+294247-01-10T04:00:54.775806")]
    [InlineData("make_timestamp(-9223372022400000000)", "-290308-12-22T00:00:00.000000")]
    [InlineData("'infinity'::TIMESTAMP", "+294247-01-10T04:00:54.775807")]
    [InlineData("'-infinity'::TIMESTAMPTZ", "-290308-12-21T19:59:05.224193Z")]
    [InlineData("TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'", "9999-12-31T23:59:59.999999Z")]
    [InlineData("TIMESTAMPTZ '10000-01-01 00:00:00+00'", "+010000-01-01T00:00:00.000000Z")]
    [InlineData("TIMESTAMP '0001-01-01 00:00:00'", "0001-01-01T00:00:00.000000")]
    [InlineData("TIMESTAMP '0001-01-01 00:00:00' - INTERVAL 1 DAY", "0000-12-31T00:00:00.000000")]
    [InlineData("TIMESTAMP_NS '2026-09-21 00:00:00.123456789'", "2026-09-21T00:00:00.123456789")]
    [InlineData("TIMESTAMP_NS '2026-09-21 00:00:00.123456'", "2026-09-21T00:00:00.123456")]
    [InlineData("make_timestamp(-9223372022400000000)::TIMESTAMP_S", "-290308-12-22T00:00:00.000000")]
    [InlineData("TIMESTAMP_MS '294247-01-10 04:00:54.775'", "+294247-01-10T04:00:54.775000")]
    [InlineData("'infinity'::DATE", "+5881580-07-11")]
    [InlineData("DATE '0001-01-01' - 1", "0000-12-31")]
    [InlineData("DATE '9999-12-31'", "9999-12-31")]
    [InlineData("TIME '24:00:00'", "24:00:00.000000")]
    public async Task Every_time_is_printed_in_every_format(string value, string text)
    {
        var sql = $"SELECT {value} AS t";
        Assert.Equal($"t\r\n{text}\r\n", await Write(sql, ResultFormat.Csv));
        Assert.Equal($"[\n{{\"t\":\"{text}\"}}\n]\n", await Write(sql, ResultFormat.Json));
        Assert.Contains(text, await Write(sql, ResultFormat.Table), StringComparison.Ordinal);
        await using var result = await fixture.Session.QueryAsync(sql, [], CancellationToken.None);
        using var file = new MemoryStream();
        Assert.Equal(1, await ResultWriter.WriteAsync(result, ResultFormat.Parquet, file, CancellationToken.None));
    }
}
