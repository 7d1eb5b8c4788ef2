namespace Dart.Lake.Lakehouse.Tests.Engines.Trino;

/// <summary>What a bad day does to a query: answers that are lost, late, foreign, huge or no answers.</summary>
public sealed class TrinoFaultTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task A_statement_whose_answer_is_lost_is_not_sent_again_and_that_is_said(int status)
    {
        await using var stub = new TrinoStub(_ => status == 0 ? new() { IsLost = true } : StubReply.Of(status));
        var failure = await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Unavailable, "has begun the statement is not known", "query history");
        Assert.True(failure.OutcomeIsUnknown);
        Assert.Single(stub.Calls);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_statement_that_was_not_taken_is_sent_again(int status)
    {
        var times = 0;
        await using var stub = new TrinoStub(_ => Interlocked.Increment(ref times) < 3 ? StubReply.Of(status) : StubbedTrino.Seven);
        Assert.Equal(7L, Assert.Single(await StubbedTrino.RowsAsync(StubbedTrino.At(stub.Url)))[0]);
        Assert.Equal(3, stub.Calls.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Rows_are_asked_for_again(int status)
    {
        TrinoStub? stub = null;
        var times = 0;
        stub = new TrinoStub(call => call.Method == "POST" ? StubbedTrino.Goes(stub!, "/next")
            : Interlocked.Increment(ref times) >= 3 ? StubbedTrino.Seven
            : status == 0 ? new() { IsLost = true } : StubReply.Of(status));
        await using var _ = stub;
        Assert.Equal(7L, Assert.Single(await StubbedTrino.RowsAsync(StubbedTrino.At(stub.Url)))[0]);
        Assert.Equal(["POST", "GET", "GET", "GET"], stub.Calls.Select(call => call.Method));
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up_and_the_query_ended()
    {
        TrinoStub? stub = null;
        stub = new TrinoStub(call => call.Method switch
        {
            "POST" => StubbedTrino.Goes(stub!, "/next"),
            "GET" => StubReply.Of(502),
            _ => StubReply.Of(204),
        });
        await using var _ = stub;
        await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Unavailable, "does not answer: status 502; check Trino:Url");
        Assert.Equal(("DELETE", "/next"), (stub.Calls[^1].Method, stub.Calls[^1].Path));
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told_with_what_to_check()
    {
        Uri gone;
        await using (var stub = new TrinoStub(_ => StubReply.Of(200)))
            gone = stub.Url;
        var failure = await StubbedTrino.FailsAsync(StubbedTrino.At(gone), LakeErrorKind.Unavailable, "Connection refused", "check Trino:Url, and that it runs");
        Assert.False(failure.OutcomeIsUnknown);
    }

    [Fact]
    public async Task A_restart_in_the_middle_is_one_clear_line()
    {
        TrinoStub? stub = null;
        stub = new TrinoStub(call => call.Method == "POST" ? StubbedTrino.Goes(stub!, "/next") : StubReply.Of(404));
        await using var _ = stub;
        await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Unavailable, "does not know the query any more: it was restarted", "run it again");
        Assert.Equal(1, stub.Calls.Count(call => call.Method == "GET"));
    }

    [Theory]
    [InlineData("INSERT INTO t SELECT 1", true)]
    [InlineData("EXPLAIN ANALYZE INSERT INTO t SELECT 1", true)]
    [InlineData("SELECT 1", false)]
    [InlineData("EXPLAIN INSERT INTO t SELECT 1", false)]
    public async Task What_may_have_written_before_Trino_was_gone_has_an_unknown_outcome(string sql, bool isUnknown)
    {
        TrinoStub? stub = null;
        stub = new TrinoStub(call => call.Method == "POST" ? StubbedTrino.Goes(stub!, "/next") : StubReply.Of(404));
        await using var _ = stub;
        var failure = await Assert.ThrowsAsync<LakeException>(() => StubbedTrino.RowsAsync(StubbedTrino.At(stub.Url), sql));
        Assert.Equal((LakeErrorKind.Unavailable, isUnknown), (failure.Kind, failure.OutcomeIsUnknown));
        Assert.Equal(1, stub.Calls.Count(call => call.Method == "POST"));
    }

    [Fact]
    public async Task Nothing_is_asked_of_a_host_that_an_answer_names()
    {
        await using var other = new TrinoStub(_ => StubbedTrino.Seven);
        await using var stub = new TrinoStub(_ => StubbedTrino.Goes(other, "/next"));
        await StubbedTrino.FailsAsync(
            StubbedTrino.At(stub.Url) with { Token = "geheim" },
            LakeErrorKind.Invalid,
            $"names {other.Url.GetLeftPart(UriPartial.Authority)} for its next answer", "Trino:Url");
        Assert.Empty(other.Calls);
    }

    [Fact]
    public async Task A_server_that_sends_its_callers_elsewhere_is_not_followed()
    {
        await using var stub = new TrinoStub(_ => StubReply.Of(308) with { Headers = [("Location", "https://trino.firm/v1/statement")] });
        await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Invalid, "sends its callers to https://trino.firm; set Trino:Url to that");
        Assert.Single(stub.Calls);
    }

    [Theory]
    [InlineData("""{"id":"q1","error":{"message":"no such token: geheim","errorName":"X","errorType":"USER_ERROR"}}""")]
    [InlineData("""{"id":"q1","columns":[{"name":"n","typeSignature":{"rawType":"bigint"}}],"data":[["geheim"]]}""")]
    [InlineData("""{"id":"q1","error":{"message":"Basic bWU6Z2VoZWlt","errorName":"X","errorType":"EXTERNAL"}}""")]
    public async Task A_secret_that_the_server_repeats_is_in_no_message(string body)
    {
        await using var stub = new TrinoStub(_ => StubReply.Of(body));
        var isBasic = body.Contains("Basic", StringComparison.Ordinal);
        var settings = StubbedTrino.At(stub.Url);
        var failure = await Assert.ThrowsAsync<LakeException>(
            () => StubbedTrino.RowsAsync(isBasic ? settings with { Password = "geheim" } : settings with { Token = "geheim" }));
        Assert.DoesNotContain("geheim", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("bWU6Z2VoZWlt", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("…", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_not_taken()
    {
        await using var stub = new TrinoStub(_ => StubReply.Of("{") with { Announced = 300L << 20 });
        await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Unavailable, "more than 256 MiB at once");
    }

    [Theory]
    [InlineData("<html>\n<body>a proxy</body>\n</html>")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"id":"q1","nextUri":"no address"}""")]
    [InlineData("""{"id":"q1","nextUri":7,"columns":[""")]
    [InlineData("""{"id":7}""")]
    [InlineData("""{"id":"q1","data":[[1]]}""")]
    [InlineData("""{"id":"q1","stats":{"progressPercentage":1e999}}""")]
    public async Task What_is_no_answer_of_Trino_is_told_so(string body)
    {
        await using var stub = new TrinoStub(_ => StubReply.Of(body));
        if (body.EndsWith("1e999}}", StringComparison.Ordinal))
            Assert.Empty(await StubbedTrino.RowsAsync(StubbedTrino.At(stub.Url)));
        else
            await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Unavailable, "Trino");
    }

    [Fact]
    public async Task Nesting_without_an_end_is_no_answer()
    {
        var deep = new string('[', 5000) + new string(']', 5000);
        await using var data = new TrinoStub(_ => StubbedTrino.Ends(StubbedTrino.Number, deep));
        await StubbedTrino.FailsAsync(StubbedTrino.At(data.Url), LakeErrorKind.Unavailable, "Trino");
        var types = string.Concat(Enumerable.Repeat("""{"rawType":"array","arguments":[{"kind":"TYPE","value":""", 40));
        var open = string.Concat(Enumerable.Repeat("}]}", 40));
        await using var type = new TrinoStub(_ => StubbedTrino.Ends($$"""[{"name":"n","typeSignature":{{types}}{"rawType":"bigint"}{{open}}}]""", "[]"));
        await StubbedTrino.FailsAsync(StubbedTrino.At(type.Url), LakeErrorKind.Unavailable, "Trino");
    }

    [Theory]
    [InlineData("""[7]""")]
    [InlineData("""[{"name":7,"typeSignature":{"rawType":"bigint"}}]""")]
    [InlineData("""[{"name":null,"typeSignature":{"rawType":"bigint"}}]""")]
    [InlineData("""[{"name":"n"}]""")]
    [InlineData("""[{"name":"n","typeSignature":"bigint"}]""")]
    [InlineData("""[{"name":"n","typeSignature":{"rawType":7}}]""")]
    [InlineData("""[{"name":"n","typeSignature":{"rawType":"decimal","arguments":[{"kind":"LONG","value":99},{"kind":"LONG","value":0}]}}]""")]
    [InlineData("""[{"name":"n","typeSignature":{"rawType":"decimal","arguments":[{"kind":"LONG","value":-1},{"kind":"LONG","value":-7}]}}]""")]
    [InlineData("""[{"name":"n","typeSignature":{"rawType":"decimal","arguments":[{"kind":"LONG","value":"x"}]}}]""")]
    [InlineData("""[{"name":"n","typeSignature":{"rawType":"row","arguments":[{"kind":"NAMED_TYPE","value":{}}]}}]""")]
    public async Task Columns_that_are_none_are_told_in_one_line(string columns)
    {
        await using var stub = new TrinoStub(_ => StubbedTrino.Ends(columns, """[["1"]]"""));
        await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Unavailable, "Trino");
    }

    [Theory]
    [InlineData("[[]]", "fewer values")]
    [InlineData("[[1,2]]", "more values")]
    [InlineData("[1]", "none")]
    [InlineData("[[[1]]]", "StartArray")]
    [InlineData("[[1.5]]", "'1.5' in a column of type int64")]
    [InlineData("[[\"x\"]]", "'x' in a column of type int64")]
    [InlineData("[[9223372036854775808]]", "in a column of type int64")]
    [InlineData("[[1]", "Trino")]
    public async Task Rows_that_do_not_fit_their_columns_are_told_in_one_line(string data, string says)
    {
        await using var stub = new TrinoStub(_ => StubbedTrino.Ends(StubbedTrino.Number, data));
        await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Unavailable, says);
    }

    [Theory]
    [InlineData("2026-11-01 01:30:00.000000 America/New_York", null)]
    [InlineData("2026-11-01 02:30:00.000000 America/New_York", "2026-11-01T07:30:00")]
    [InlineData("2026-11-01 00:30:00.000000 America/New_York", "2026-11-01T04:30:00")]
    [InlineData("2026-11-01 01:30:00.000000 -05:00", "2026-11-01T06:30:00")]
    public async Task A_local_time_that_a_zone_has_twice_is_refused_and_no_other(string text, string? utc)
    {
        const string columns = """[{"name":"t","typeSignature":{"rawType":"timestamp with time zone","arguments":[{"kind":"LONG","value":6}]}}]""";
        await using var stub = new TrinoStub(_ => StubbedTrino.Ends(columns, $"""[["{text}"]]"""));
        if (utc is null)
            await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Invalid, "which that zone has twice", "AT TIME ZONE 'UTC'");
        else
            Assert.Equal(DateTimeOffset.Parse(utc + "Z", null), Assert.Single(await StubbedTrino.RowsAsync(StubbedTrino.At(stub.Url)))[0]);
    }

    const string Segment = """
        {"id":"q1","columns":COLUMNS,"data":{"encoding":"json","segments":[{"type":"spooled","uri":"STORE/part","ackUri":"STORE/ack","headers":{"x-key":["abc","def"]},
        "metadata":{"segmentSize":SIZE,"rowsCount":1}}]}}
        """;

    static StubReply Spooled(TrinoStub store, int size) => StubReply.Of(Segment
        .Replace("COLUMNS", StubbedTrino.Number, StringComparison.Ordinal)
        .Replace("STORE", store.Url.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
        .Replace("SIZE", $"{size}", StringComparison.Ordinal));

    [Fact]
    public async Task The_store_of_segments_gets_the_headers_that_it_wants_and_none_of_ours()
    {
        await using var store = new TrinoStub(_ => StubReply.Of("[[7]]"));
        await using var stub = new TrinoStub(_ => Spooled(store, 5));
        Assert.Equal(7L, Assert.Single(await StubbedTrino.RowsAsync(StubbedTrino.At(stub.Url) with { Token = "geheim" }))[0]);
        Assert.Equal(["/part", "/ack"], store.Calls.Select(call => call.Path));
        Assert.All(store.Calls, call =>
        {
            Assert.Equal(["abc", "def"], call.Headers["x-key"].SelectMany(value => value.Split(", ")));
            Assert.DoesNotContain(call.Headers, header => header.Key.StartsWith("X-Trino", StringComparison.OrdinalIgnoreCase));
            Assert.Empty(call.Headers["Authorization"]);
        });
    }

    [Fact]
    public async Task A_segment_that_is_cut_is_fetched_again()
    {
        var times = 0;
        await using var store = new TrinoStub(_ => StubReply.Of(Interlocked.Increment(ref times) == 1 ? "[[" : "[[7]]") with { Announced = 5 });
        await using var stub = new TrinoStub(_ => Spooled(store, 5));
        Assert.Equal(7L, Assert.Single(await StubbedTrino.RowsAsync(StubbedTrino.At(stub.Url)))[0]);
    }

    [Theory]
    [InlineData(200, "[[", 5, "the store of Trino's answers 127.0.0.1:")]
    [InlineData(200, "[[7,", 4, "5 were announced")]
    [InlineData(404, "", 0, "it may have expired; run the query again")]
    [InlineData(403, "", 0, "it may have expired; run the query again")]
    [InlineData(503, "", 0, "the store of Trino's answers 127.0.0.1:")]
    [InlineData(200, "[[7}}", 5, "no JSON")]
    public async Task A_segment_that_is_not_there_or_another_is_told(int status, string body, int announced, string says)
    {
        await using var store = new TrinoStub(_ => StubReply.Of(body) with { Status = status, Announced = announced });
        await using var stub = new TrinoStub(_ => Spooled(store, 5));
        await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Unavailable, says);
    }

    [Theory]
    [InlineData("""{"encoding":"json+zip","segments":[{"type":"inline","data":"W1s3XV0=","metadata":{"segmentSize":5,"uncompressedSize":9,"rowsCount":1}}]}""", "json+zip")]
    [InlineData("""{"encoding":"json+zstd","segments":[{"type":"inline","data":"W1s3XV0=","metadata":{"segmentSize":5,"uncompressedSize":9,"rowsCount":1}}]}""", "segment")]
    [InlineData("""{"encoding":"json+lz4","segments":[{"type":"inline","data":"W1s3XV0=","metadata":{"segmentSize":5,"uncompressedSize":9,"rowsCount":1}}]}""", "segment")]
    [InlineData("""{"encoding":"json","segments":[{"type":"inline","data":"W1s3XV0=","metadata":{"segmentSize":5,"uncompressedSize":999999999,"rowsCount":1}}]}""", "256 MiB")]
    [InlineData("""{"encoding":"json","segments":[{"type":"inline","data":"***","metadata":{"segmentSize":5,"rowsCount":1}}]}""", "Trino")]
    [InlineData("""{"encoding":"json","segments":[{"type":"carrier","metadata":{"segmentSize":5,"rowsCount":1}}]}""", "carrier")]
    [InlineData("""{"encoding":"json","segments":[{"type":"spooled","uri":"file:///etc/passwd","ackUri":"x","metadata":{"segmentSize":5,"rowsCount":1}}]}""", "no address of the web")]
    public async Task Segments_that_are_not_what_they_say_are_told_in_one_line(string data, string says)
    {
        await using var stub = new TrinoStub(_ => StubbedTrino.Ends(StubbedTrino.Number, data));
        await StubbedTrino.FailsAsync(StubbedTrino.At(stub.Url), LakeErrorKind.Unavailable, says);
    }
}
