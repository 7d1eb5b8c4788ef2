using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Formats;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>What every <see cref="IQueryEngine"/> keeps. A subclass per engine opens it over a <see cref="ConformanceLake"/>.</summary>
public abstract class QueryEngineConformance
{
    /// <summary>Some ten thousand million pairs, which no engine has counted before it is stopped.</summary>
    protected const string Endless = "SELECT count(*) FROM silver.many a JOIN silver.many b ON a.id * 3 + b.id > a.id - 1 AND a.name <> b.name";

    /// <summary>How long a query that was ended may still be there.</summary>
    static readonly TimeSpan atOnce = TimeSpan.FromSeconds(2);

    static readonly JsonSerializerOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract ConformanceLake Lake { get; }

    /// <summary>A list, a list of lists, a row, a map and a list of rows, in words that engines differ in.</summary>
    protected virtual string Nested => """
        SELECT ARRAY[id, NULL, 3], ARRAY[ARRAY['x'], ARRAY[substr(name, 1, 5)]],
            CAST(ROW(id, substr(name, 1, 5)) AS ROW(a BIGINT, b VARCHAR)),
            MAP(ARRAY['k', 'l'], ARRAY[id, NULL]), ARRAY[CAST(ROW(NULL) AS ROW(c DOUBLE))]
        FROM silver.kinds WHERE id = 1
        """;

    /// <summary>Rows that no engine has made before the first of them are read.</summary>
    protected virtual string Huge => "SELECT a.id FROM silver.many a, silver.many b";

    /// <param name="asOf">A word of <c>--as-of</c>; null: the current state.</param>
    protected abstract Task<IQueryEngine> OpenAsync(string? asOf = null);

    /// <summary>Whether the engine itself says that it still works on a statement that has this text in it.</summary>
    protected abstract Task<bool> RunsAsync(string text);

    protected static async Task<IReadOnlyList<object?[]>> RowsAsync(IQueryEngine engine, string sql)
    {
        await using var result = await engine.QueryReadOnlyAsync(sql, Cancel);
        return await result.ReadRowsAsync(1000, Cancel);
    }

    protected static async Task<object?[]> RowAsync(IQueryEngine engine, string sql) => Assert.Single(await RowsAsync(engine, sql));

    [Fact]
    public async Task Values_of_every_type_come_back_exactly()
    {
        await using var engine = await OpenAsync();
        var rows = await RowsAsync(engine, "SELECT id, whole, flag, day, \"at\", name, bytes, price, amount FROM silver.kinds WHERE id IN (1, 2) ORDER BY id");
        Assert.Equal(
        [
            1L, 7L, true, new DateOnly(2026, 9, 22), DateTimeOffset.UnixEpoch.AddTicks(17_890_000_001_234_560), "naïve 𝄞",
            new byte[] { 0, 255 }, 1.500000m,
        ], rows[0][..8]);
        Assert.Equal("9999999999999999999999999999.9999999999", $"{rows[0][8]}");
        Assert.Equal(
            [2L, (long)int.MinValue, false, DateOnly.MinValue, DateTimeOffset.UnixEpoch.AddTicks(-10), "", Array.Empty<byte>(), -0.000001m],
            rows[1][..8]);
        Assert.Equal("-9999999999999999999999999999.9999999999", $"{rows[1][8]}");
    }

    [Fact]
    public async Task Every_type_can_be_null()
    {
        await using var engine = await OpenAsync();
        Assert.Equal([3L, .. new object?[9]], await RowAsync(engine, "SELECT * FROM silver.kinds WHERE id = 3"));
    }

    [Fact]
    public async Task Doubles_that_are_no_numbers_come_back_and_compare_as_they_should()
    {
        await using var engine = await OpenAsync();
        var rows = await RowsAsync(engine, "SELECT ratio FROM silver.kinds WHERE ratio IS NOT NULL ORDER BY id");
        Assert.Equal(
            [double.NegativeInfinity, 0.1, double.NaN, -0.0, double.Epsilon, double.PositiveInfinity],
            rows.Select(row => (double)row[0]!));
        Assert.True(double.IsNegative((double)rows[3][0]!));
        Assert.Equal(1L, (await RowAsync(engine, "SELECT count(*) FROM silver.kinds WHERE ratio < -1e300"))[0]);
    }

    [Fact]
    public async Task Times_and_numbers_at_their_edges_come_back()
    {
        await using var engine = await OpenAsync();
        var rows = await RowsAsync(engine, "SELECT id, day, \"at\", price FROM silver.kinds WHERE abs(price) > 1000 ORDER BY id");
        Assert.Equal([long.MinValue, new DateOnly(1582, 10, 14), DateTimeOffset.MinValue, -999_999_999_999.999999m], rows[0]);
        Assert.Equal([long.MaxValue, DateOnly.MaxValue, DateTimeOffset.MaxValue.AddTicks(-9), 999_999_999_999.999999m], rows[1]);
    }

    [Fact]
    public async Task Texts_and_bytes_of_any_content_and_length_come_back()
    {
        await using var engine = await OpenAsync();
        var rows = await RowsAsync(engine, "SELECT name, bytes FROM silver.kinds WHERE id > 3 OR id < 0 ORDER BY id");
        Assert.Equal(["null", new string('x', 70_000), "\u0000\u0001", "it's \"quoted\"\n\t"], rows.Select(row => row[0]));
        Assert.Equal([[92, 0], new byte[100_000], [1], [39]], rows.Select(row => (byte[])row[1]!));
    }

    [Fact]
    public async Task Decimals_keep_their_places()
    {
        await using var engine = await OpenAsync();
        await using var result = await engine.QueryReadOnlyAsync("SELECT price, amount FROM silver.kinds WHERE id = 6", Cancel);
        var text = new StringWriter();
        await ResultWriter.WriteAsync(result, ResultFormat.Csv, text, Cancel);
        Assert.Equal(["price,amount", "0.000000,100.0000000000"], text.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Nested_values_come_back()
    {
        await using var engine = await OpenAsync();
        var row = await RowAsync(engine, Nested);
        Assert.Equal(
            [
                "[1,null,3]", """[["x"],["naïve"]]""", """{"a":1,"b":"naïve"}""",
                """[{"key":"k","value":1},{"key":"l","value":null}]""", """[{"c":null}]""",
            ],
            row.Select(value => ((JsonNode)value!).ToJsonString(plain)));
    }

    [Fact]
    public async Task A_filter_on_a_time_loses_no_row()
    {
        await using var engine = await OpenAsync();
        Assert.Equal(2L, (await RowAsync(engine, "SELECT count(*) FROM silver.kinds WHERE \"at\" > TIMESTAMP '2026-01-01 00:00:00 UTC'"))[0]);
    }

    [Fact]
    public async Task An_answer_without_rows_has_its_columns()
    {
        await using var engine = await OpenAsync();
        await using var result = await engine.QueryReadOnlyAsync("SELECT id, name FROM silver.kinds WHERE id = 100", Cancel);
        Assert.Equal(["id", "name"], result.Schema.FieldsList.Select(f => f.Name));
        Assert.Empty(await result.ReadRowsAsync(1, Cancel));
    }

    [Fact]
    public async Task A_large_answer_comes_whole()
    {
        await using var engine = await OpenAsync();
        await using var result = await engine.QueryReadOnlyAsync("SELECT id, name FROM silver.many", Cancel);
        var seen = new bool[ConformanceLake.Many];
        foreach (var row in await result.ReadRowsAsync(ConformanceLake.Many, Cancel))
        {
            Assert.Equal($"row {row[0]}", row[1]);
            Assert.False(seen[(long)row[0]!]);
            seen[(long)row[0]!] = true;
        }
        Assert.DoesNotContain(false, seen);
    }

    [Theory]
    [InlineData("SELECT * FROM silver.nothing")]
    [InlineData("SELEC 1")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT nothing FROM silver.kinds")]
    [InlineData("")]
    [InlineData("-- a remark and nothing else")]
    public async Task What_cannot_be_answered_is_invalid_in_one_line(string sql)
    {
        await using var engine = await OpenAsync();
        await RefusedAsync(engine, sql, LakeErrorKind.Invalid);
        await AnswersAsync(engine);
    }

    [Fact]
    public async Task Values_that_a_right_statement_cannot_take_are_named_in_one_line()
    {
        await using var engine = await OpenAsync();
        await RefusedAsync(engine, "SELECT CAST(name AS BIGINT) FROM silver.kinds", LakeErrorKind.Corrupt);
        await AnswersAsync(engine);
    }

    [Theory]
    [InlineData("DELETE FROM silver.kinds")]
    [InlineData("INSERT INTO silver.many VALUES (1, 'x')")]
    [InlineData("UPDATE silver.many SET name = 'x'")]
    [InlineData("DROP TABLE silver.many")]
    [InlineData("CREATE TABLE silver.other AS SELECT 1 AS a")]
    [InlineData("/* a remark */ DROP TABLE silver.many")]
    [InlineData("EXPLAIN ANALYZE INSERT INTO silver.many VALUES (1, 'x')")]
    public async Task What_would_change_something_is_refused(string sql)
    {
        await using var engine = await OpenAsync();
        await RefusedAsync(engine, sql, LakeErrorKind.Invalid);
        await AnswersAsync(engine);
        Assert.Equal(2, (await Lake.Lake.Catalog.SurveyAsync(Cancel)).Tables.Count(t => t.Key.Namespace == "silver"));
    }

    [Fact]
    public async Task A_semicolon_and_remarks_are_no_part_of_the_answer()
    {
        await using var engine = await OpenAsync();
        Assert.Equal(5L, (await RowAsync(engine, "/* five; */ SELECT 5 AS n -- five;\n;  -- and no more"))[0]);
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("snapshot")]
    [InlineData("time")]
    public async Task A_table_is_read_as_it_was(string by)
    {
        var table = (await Lake.Lake.Catalog.TryLoadAsync(new("silver", "kinds"), Cancel))!.Metadata;
        var snapshot = table.FindSnapshot(table.Refs[ConformanceLake.Tag].SnapshotId)!;
        await using var engine = await OpenAsync(by switch
        {
            "tag" => ConformanceLake.Tag,
            "snapshot" => snapshot.SnapshotId.ToString(CultureInfo.InvariantCulture),
            _ => DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        });
        Assert.Equal([2L, 2L], await RowAsync(engine, """
            WITH mine AS (SELECT k.id FROM silver.kinds k JOIN lake.silver.kinds l ON l.id = k.id)
            SELECT count(*), (SELECT max(id) FROM (SELECT id FROM "silver"."kinds" -- silver.many
            ) AS t) AS greatest FROM mine WHERE 'FROM silver.many' <> 'from silver.kinds'
            """));
    }

    [Fact]
    public async Task A_state_that_was_never_there_is_invalid()
    {
        await using var engine = await OpenAsync("2001-01-01");
        var failure = await Assert.ThrowsAsync<LakeException>(() => RowsAsync(engine, "SELECT count(*) FROM silver.kinds"));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        Assert.Contains("silver.kinds has no state of 2001-01-01", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_that_was_cancelled_before_is_not_begun()
    {
        await using var engine = await OpenAsync();
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.QueryReadOnlyAsync("SELECT count(*) FROM silver.kinds", cancel.Token));
        await AnswersAsync(engine);
    }

    [Fact]
    public async Task A_long_query_that_is_cancelled_is_gone_at_once()
    {
        await using var engine = await OpenAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asked = Task.Run(async () =>
        {
            await using var result = await engine.QueryReadOnlyAsync($"{Endless} -- cancelled", cancel.Token);
            return await result.ReadRowsAsync(1, cancel.Token);
        }, Cancel);
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, Cancel);
        var began = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await GoneAsync("cancelled", began);
        await AnswersAsync(engine);
    }

    [Fact]
    public async Task An_answer_that_is_cancelled_in_its_middle_is_gone_at_once()
    {
        await using var engine = await OpenAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var began = 0L;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await using var result = await engine.QueryReadOnlyAsync($"{Huge} -- halfway", cancel.Token);
            await foreach (var batch in result.ReadBatchesAsync(cancel.Token))
                if (began == 0 && batch.Length > 0)
                {
                    began = Stopwatch.GetTimestamp();
                    await cancel.CancelAsync();
                }
        });
        await GoneAsync("halfway", began);
        await AnswersAsync(engine);
    }

    [Fact]
    public async Task An_answer_that_is_given_up_half_read_is_gone_at_once()
    {
        await using var engine = await OpenAsync();
        long began;
        await using (var result = await engine.QueryReadOnlyAsync($"{Huge} -- given up", Cancel))
        {
            await foreach (var batch in result.ReadBatchesAsync(Cancel))
                if (batch.Length > 0)
                    break;
            began = Stopwatch.GetTimestamp();
        }
        await GoneAsync("given up", began);
        await AnswersAsync(engine);
    }

    /// <summary>Waits until the engine does not work on it any more; fails when that takes long.</summary>
    protected async Task GoneAsync(string text, long began)
    {
        while (await RunsAsync(text))
            Assert.True(Stopwatch.GetElapsedTime(began) < atOnce, $"the engine still works on it after {Stopwatch.GetElapsedTime(began)}");
        Assert.True(Stopwatch.GetElapsedTime(began) < 2 * atOnce, $"ended after {Stopwatch.GetElapsedTime(began)}");
    }

    protected static async Task AnswersAsync(IQueryEngine engine) =>
        Assert.Equal((long)ConformanceLake.Many, (await RowAsync(engine, "SELECT count(*) FROM silver.many"))[0]);

    static async Task RefusedAsync(IQueryEngine engine, string sql, LakeErrorKind kind)
    {
        var failure = await Assert.ThrowsAsync<LakeException>(() => RowsAsync(engine, sql));
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain('\n', failure.Message);
    }
}
