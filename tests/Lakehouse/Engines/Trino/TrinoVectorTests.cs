using System.Globalization;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Trino;

namespace Dart.Lake.Lakehouse.Tests.Engines.Trino;

/// <summary>Every recorded exchange of a real Trino, seen through the client.</summary>
public sealed class TrinoVectorTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("scalars")]
    [InlineData("floats")]
    [InlineData("nulls")]
    [InlineData("empty")]
    [InlineData("several-pages")]
    [InlineData("select-table")]
    [InlineData("insert")]
    [InlineData("ddl")]
    [InlineData("drop")]
    [InlineData("execute-immediate")]
    [InlineData("execute")]
    [InlineData("prepare")]
    [InlineData("session-sent")]
    [InlineData("set-session")]
    [InlineData("transaction-start")]
    [InlineData("use")]
    [InlineData("spooling-asked-not-offered")]
    [InlineData("spooling-insert")]
    [InlineData("spooling-inline-json")]
    [InlineData("spooling-inline-lz4")]
    [InlineData("spooling-inline-small")]
    [InlineData("spooling-inline-zstd")]
    [InlineData("spooling-mixed")]
    [InlineData("spooling-spooled-json")]
    [InlineData("spooling-spooled-lz4")]
    [InlineData("spooling-spooled-zstd")]
    [InlineData("spooling-coordinator-proxy")]
    [InlineData("spooling-coordinator-redirect")]
    public async Task Rows_are_those_that_were_observed(string name)
    {
        await using var server = new RecordedTrino(name);
        var (columns, rows) = await ReadAsync(server);
        var observed = server.Recording["observed"]!;
        var types = observed["columns"]?.AsArray().Select(c => (Name: (string)c![0]!, Type: (string)c[1]!)).ToList() ?? [];
        Assert.Equal(types.Select(t => t.Name), columns);
        if (observed["rows"] is JsonObject some)
        {
            Assert.Equal((int)some["count"]!, rows.Count);
            Assert.Equal(Texts(some["first"]!), rows[0]);
            Assert.Equal(Texts(some["last"]!), rows[^1]);
        }
        else
            Assert.Equal(observed["rows"]!.AsArray().Select(row => Texts(row!)), rows);

        List<string?> Texts(JsonNode row) => [.. types.Select((t, i) => Text(t.Type, row[i]))];
    }

    /// <summary>Worked out by hand from the statement: instants are in UTC, twelve places and intervals stay texts.</summary>
    [Fact]
    public async Task Times_are_those_that_were_written()
    {
        await using var server = new RecordedTrino("temporal");
        var (_, rows) = await ReadAsync(server);
        Assert.Equal(
        [
            "2026-01-02", "03:04:05.123456", "03:04:05.123+05:30", "2026-01-02T03:04:05.000000", "2026-01-02T03:04:05.123456",
            "2026-01-02 03:04:05.123456789012", "2026-01-02T03:04:05.123456Z", "2026-07-02T07:04:05.100000Z", "2026-01-01T21:34:05.123000Z",
            "3 00:00:00.000", "2-0", "-000044-03-15",
        ], Assert.Single(rows));
    }

    [Fact]
    public async Task Nested_values_are_those_that_were_written()
    {
        await using var server = new RecordedTrino("nested");
        var (_, rows) = await ReadAsync(server);
        Assert.Equal(
        [
            "[1,null,3]", """[["x"],[]]""", """[{"key":"k","value":1.5},{"key":"l","value":null}]""",
            """[{"key":1,"value":"a"},{"key":2,"value":"b"}]""", """{"a":1,"b":"x","c":null}""", """{"1":1,"2":2.50}""",
            """[{"ts":"2026-01-02T03:04:05.123456Z"}]""",
        ], Assert.Single(rows));
    }

    [Theory]
    [InlineData("syntax-error", LakeErrorKind.Invalid, "SYNTAX_ERROR")]
    [InlineData("semantic-error", LakeErrorKind.Invalid, "")]
    [InlineData("runtime-error", LakeErrorKind.Corrupt, "DIVISION_BY_ZERO")]
    [InlineData("decimal-overflow", LakeErrorKind.Corrupt, "")]
    [InlineData("time-limit", LakeErrorKind.Unavailable, "EXCEEDED_TIME_LIMIT")]
    [InlineData("cancelled", LakeErrorKind.Unavailable, "somebody has ended the query in Trino")]
    [InlineData("no-user", LakeErrorKind.Invalid, "does not let dartlake in")]
    public async Task Errors_have_their_kind_and_one_line(string name, LakeErrorKind kind, string says)
    {
        await using var server = new RecordedTrino(name);
        var failure = await Assert.ThrowsAsync<LakeException>(() => ReadAsync(server));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        if ((string?)server.Recording["observed"]!["errorName"] is { } errorName)
            Assert.Contains(errorName, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_capability_times_would_be_cut_so_it_is_always_sent()
    {
        await using var server = new RecordedTrino("temporal-without-capability");
        await ReadAsync(server);
        Assert.Contains("PARAMETRIC_DATETIME", server.Asked[0].Headers["X-Trino-Client-Capabilities"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("set-session", "X-Trino-Session", "query_max_run_time=1h")]
    [InlineData("use", "X-Trino-Catalog", "memory")]
    [InlineData("use", "X-Trino-Schema", "default")]
    [InlineData("prepare", "X-Trino-Prepared-Statement", "q=SELECT%20%28%3F%20%2B%201%29%0A%0A")]
    [InlineData("transaction-start", "X-Trino-Transaction-Id", "14c156f5-1364-42d9-8902-da06cc0d71c6")]
    public async Task What_a_statement_sets_goes_with_the_next(string name, string header, string value)
    {
        await using var server = new RecordedTrino(name);
        await using var engine = new TrinoEngine(server.Settings, TimeProvider.System);
        await using (var result = await engine.QueryAsync(server.Sql, Cancel))
            await result.ReadRowsAsync(10, Cancel);
        // nobody has recorded an answer to it
        await Assert.ThrowsAsync<LakeException>(() => engine.QueryAsync("SELECT 1", Cancel));
        var post = server.Asked.Last(asked => asked.Method == "POST");
        Assert.Equal(("SELECT 1", value), (post.Body, post.Headers[header]));
    }

    [Fact]
    public async Task An_answer_that_is_given_up_is_ended_in_trino()
    {
        await using var server = new RecordedTrino("several-pages");
        await using var engine = new TrinoEngine(server.Settings, TimeProvider.System);
        await using (await engine.QueryAsync(server.Sql, Cancel))
            Assert.DoesNotContain(server.Asked, asked => asked.Method == "DELETE");
        Assert.Equal("DELETE", server.Asked[^1].Method);
    }

    [Fact]
    public async Task Segments_are_fetched_without_our_headers_and_acknowledged()
    {
        await using var server = new RecordedTrino("spooling-mixed");
        await ReadAsync(server);
        var fetched = server.Asked.Where(asked => !asked.Path.StartsWith("/v1/statement", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, fetched.Count);
        Assert.All(fetched, asked => Assert.DoesNotContain(asked.Headers.AllKeys, key => key!.StartsWith("X-Trino", StringComparison.Ordinal)));
        Assert.Equal(2, fetched.Count(asked => asked.Path.Contains("/ack/", StringComparison.Ordinal)));
    }

    static async Task<(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows)> ReadAsync(RecordedTrino server)
    {
        await using var engine = new TrinoEngine(server.Settings, TimeProvider.System);
        await using var result = await engine.QueryAsync(server.Sql, Cancel);
        var rows = new List<IReadOnlyList<string?>>();
        await foreach (var batch in result.ReadBatchesAsync(Cancel))
            for (var row = 0; row < batch.Length; row++)
                rows.Add([.. Enumerable.Range(0, batch.ColumnCount).Select(c => ArrowValue.TextAt(batch.Column(c), row))]);
        return ([.. result.Schema.FieldsList.Select(f => f.Name)], rows);
    }

    /// <summary>What the value's text is by its type, from the recorded value alone.</summary>
    static string? Text(string type, JsonNode? value) => value is null ? null : type switch
    {
        "boolean" => (bool)value ? "true" : "false",
        "double" or "real" when value.GetValueKind() == System.Text.Json.JsonValueKind.String => (string)value!,
        "double" => ((double)value).ToString("R", CultureInfo.InvariantCulture),
        "real" => ((double)(float)(double)value).ToString("R", CultureInfo.InvariantCulture),
        ['t', 'i', 'm', 'e', 's', 't', 'a', 'm', 'p', ..] => ((string)value!).Replace(' ', 'T'),
        "varbinary" => Convert.ToHexStringLower(Convert.FromBase64String((string)value!)),
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.Number => value.ToJsonString(),
        _ => (string)value!,
    };
}
