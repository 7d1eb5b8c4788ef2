using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Spark;
using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Google.Protobuf;

namespace Dart.Lake.Lakehouse.Tests.Engines.Spark;

/// <summary>Every recorded exchange of a real Spark, seen through the client.</summary>
public sealed class SparkVectorTests
{
    static readonly SparkSession session = SparkSession.New(Guid.Empty, "dart");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("batches")]
    [InlineData("chunked")]
    [InlineData("command-call")]
    [InlineData("command-ctas")]
    [InlineData("command-insert")]
    [InlineData("command-merge")]
    [InlineData("command-merged-rows")]
    [InlineData("command-namespace")]
    [InlineData("command-show-tables")]
    [InlineData("compressed-zstd")]
    [InlineData("empty")]
    [InlineData("no-columns")]
    [InlineData("reattach-3")]
    [InlineData("types-nested")]
    [InlineData("types-scalar")]
    public async Task Rows_are_those_that_were_decoded_by_others(string name)
    {
        var vector = new RecordedSpark(name);
        await using var stub = await StartAsync(vector);
        var (columns, rows) = await ReadAsync(stub, vector.Sql);
        Assert.Equal(vector.Expected["columns"]!.AsArray().Select(c => ((string)c!["name"]!, (bool)c["nullable"]!)), columns);
        Same(vector.Expected["rows"]!, rows);
    }

    /// <summary>Intervals and durations have a text of ours.</summary>
    [Theory]
    [InlineData("types-other", """[null,"PT93784.5S","P14M25DT18367.5S",{"value":"020100000803020002030c0100","metadata":"0101000161"},"x","y"]""")]
    [InlineData("types-year-month", """["P14M0DT0S"]""")]
    public async Task Rare_types_have_their_values(string name, string row)
    {
        var vector = new RecordedSpark(name);
        await using var stub = await StartAsync(vector);
        var (columns, rows) = await ReadAsync(stub, vector.Sql);
        Assert.Equal(vector.Expected["columns"]!.AsArray().Select(c => (string)c!["name"]!), columns.Select(c => c.Name));
        Same(new JsonArray(JsonNode.Parse(row)), rows);
    }

    [Fact]
    public async Task A_command_that_is_a_query_is_run_as_the_relation_that_comes_back()
    {
        var (command, query) = (new RecordedSpark("command-query"), new RecordedSpark("empty"));
        await using var stub = await RecordedSpark.StartAsync(
            call => call.Rpc != "ExecutePlan" ? null : RecordedSpark.IsQuery(call) ? query.Reply : command.Reply);
        var (columns, _) = await ReadAsync(stub, command.Sql);
        Assert.Equal(["id", "s"], columns.Select(c => c.Name));
        var run = ExecutePlanRequest.Parser.ParseFrom(stub.Calls.Single(RecordedSpark.IsQuery).Message);
        Assert.Equal(command.Replies[0].SqlCommandResult.Relation, run.Plan.Root);
    }

    [Theory]
    [InlineData("arguments", LakeErrorKind.Invalid, "Found the unbound parameter: n.")]
    [InlineData("error-divide-by-zero", LakeErrorKind.Corrupt, "Division by zero. Use `try_divide`")]
    [InlineData("error-parse", LakeErrorKind.Invalid, "Syntax error at or near 'SELEC', line 1, pos 0 (")]
    [InlineData("error-session-changed", LakeErrorKind.Unavailable, "restarted")]
    [InlineData("error-session-closed", LakeErrorKind.Unavailable, "the next statement begins a new one")]
    [InlineData("error-session-format", LakeErrorKind.Unavailable, "Handle must be an UUID")]
    [InlineData("error-table-not-found", LakeErrorKind.Invalid, "`lake`.`nope`.`t` cannot be found")]
    [InlineData("error-unresolved-column", LakeErrorKind.Invalid, "Did you mean one of the following? [`id`], line 1 pos 7 (")]
    [InlineData("reattach-4", LakeErrorKind.Unavailable, "Operation already exists")]
    [InlineData("reattach-6", LakeErrorKind.Unavailable, "run it again")]
    public async Task Errors_have_their_kind_class_and_state_in_one_line(string name, LakeErrorKind kind, string says)
    {
        var vector = new RecordedSpark(name);
        await using var stub = await StartAsync(vector);
        var failure = await Assert.ThrowsAsync<LakeException>(() => ReadAsync(stub, vector.Sql));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        var about = vector.Expected["status"]!["details"]![0]!["metadata"]!;
        Assert.Contains($"{about["errorClass"]}, SQL state {about["sqlState"]}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error-fetch-details", "Did you mean one of the following? [`id`], line 1 pos 7 (UNRESOLVED_COLUMN.WITH_SUGGESTION, SQL state 42703")]
    [InlineData("error-fetch-details-again", "(UNRESOLVED_COLUMN.WITH_SUGGESTION, SQL state 42703")]
    public async Task What_the_server_tells_beside_an_error_is_asked_for(string name, string says)
    {
        var (details, error) = (new RecordedSpark(name), new RecordedSpark("error-unresolved-column"));
        await using var stub = await RecordedSpark.StartAsync(
            call => call.Rpc == "FetchErrorDetails" ? details.Reply : RecordedSpark.IsQuery(call) ? error.Reply : null);
        var failure = await Assert.ThrowsAsync<LakeException>(() => ReadAsync(stub, error.Sql));
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        var asked = FetchErrorDetailsRequest.Parser.ParseFrom(stub.Calls.Single(call => call.Rpc == "FetchErrorDetails").Message);
        Assert.Equal(FetchErrorDetailsRequest.Parser.ParseFrom(details.Request).ErrorId, asked.ErrorId);
    }

    [Fact]
    public async Task An_answer_whose_connection_was_cut_goes_on_behind_its_last_reply()
    {
        var (first, second) = (new RecordedSpark("reattach-1"), new RecordedSpark("reattach-2"));
        await using var stub = await RecordedSpark.StartAsync(
            call => call.Rpc == "ReattachExecute" ? second.Reply : RecordedSpark.IsQuery(call) ? first.Reply : null);
        var (_, rows) = await ReadAsync(stub, first.Sql);
        Same(new RecordedSpark("reattach-3").Expected["rows"]!, rows);
        var recorded = ReattachExecuteRequest.Parser.ParseFrom(second.Request);
        var asked = ReattachExecuteRequest.Parser.ParseFrom(stub.Calls.Single(call => call.Rpc == "ReattachExecute").Message);
        Assert.Equal(first.Replies[^1].ResponseId, asked.LastResponseId);
        Assert.Equal(recorded.LastResponseId, asked.LastResponseId);
    }

    [Theory]
    [InlineData("reattach-5")]
    [InlineData("error-reattach-unknown")]
    public async Task An_answer_that_the_server_has_let_go_is_lost(string name)
    {
        var (first, second) = (new RecordedSpark("reattach-1"), new RecordedSpark(name));
        await using var stub = await RecordedSpark.StartAsync(
            call => call.Rpc == "ReattachExecute" ? second.Reply : RecordedSpark.IsQuery(call) ? first.Reply : null);
        var failure = await Assert.ThrowsAsync<LakeException>(() => ReadAsync(stub, first.Sql));
        Assert.Equal((LakeErrorKind.Unavailable, false), (failure.Kind, failure.OutcomeIsUnknown));
        Assert.Contains("INVALID_HANDLE.OPERATION_NOT_FOUND", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("analyze-schema")]
    [InlineData("analyze-spark-version")]
    [InlineData("config-get")]
    [InlineData("config-set")]
    [InlineData("reattach-release")]
    [InlineData("release-session")]
    public async Task Requests_with_one_answer_are_sent_and_read_as_they_were(string name)
    {
        var vector = new RecordedSpark(name);
        await using var stub = await SparkStub.StartAsync(_ => vector.Reply);
        using var requests = new SparkRequests(RecordedSpark.At(stub.Url), TimeProvider.System);
        var reply = await AskAsync(requests, vector);
        Assert.Equal((string)vector.Expected["rpc"]!, Assert.Single(stub.Calls).Rpc);
        Assert.Equal(vector.Request.Order(), stub.Calls[0].Message.Order());
        Assert.Equal(vector.Reply.Frames[5..].Order(), reply.ToByteArray().Order());
    }

    [Fact]
    public async Task A_property_that_the_server_does_not_know_is_invalid()
    {
        var vector = new RecordedSpark("config-get-unknown");
        await using var stub = await SparkStub.StartAsync(call => call.Rpc == "Config" ? vector.Reply : SparkReply.Of(new ResultComplete()));
        using var requests = new SparkRequests(RecordedSpark.At(stub.Url), TimeProvider.System);
        var failure = await Assert.ThrowsAsync<LakeException>(() => AskAsync(requests, vector));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        Assert.Contains("(SQL_CONF_NOT_FOUND, SQL state 42K0I)", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Streams are the firm's own; what is not ours goes through unchanged and ends.</summary>
    [Theory]
    [InlineData("stream-active")]
    [InlineData("stream-await")]
    [InlineData("stream-exception-none")]
    [InlineData("stream-last-progress")]
    [InlineData("stream-start")]
    [InlineData("stream-status")]
    [InlineData("stream-status-stopped")]
    [InlineData("stream-stop")]
    public async Task Commands_that_the_client_does_not_know_are_passed_on_with_their_replies(string name)
    {
        var vector = new RecordedSpark(name);
        await using var stub = await SparkStub.StartAsync(_ => vector.Reply);
        using var requests = new SparkRequests(RecordedSpark.At(stub.Url), TimeProvider.System);
        var operation = new SparkOperation(requests, session, vector.Plan, Guid.Empty, TimeProvider.System, Assert.Fail);
        var replies = new List<ExecutePlanResponse>();
        while (await operation.NextAsync(Cancel) is { } reply)
            replies.Add(reply);
        Assert.Equal(vector.Replies.SkipLast(1), replies);
        Assert.Equal(ExecutePlanResponse.ResponseTypeOneofCase.ResultComplete, vector.Replies[^1].ResponseTypeCase);
        Assert.Equal(vector.Plan, ExecutePlanRequest.Parser.ParseFrom(stub.Calls[0].Message).Plan);
    }

    static Task<SparkStub> StartAsync(RecordedSpark vector) => RecordedSpark.StartAsync(call => call.Rpc == "ExecutePlan"
        && RecordedSpark.IsQuery(call) == (vector.Plan.OpTypeCase == Plan.OpTypeOneofCase.Root) ? vector.Reply : null);

    static async Task<IMessage> AskAsync(SparkRequests requests, RecordedSpark vector) => (string)vector.Expected["rpc"]! switch
    {
        "AnalyzePlan" => await requests.AnalyzeAsync(session, AnalyzePlanRequest.Parser.ParseFrom(vector.Request), Cancel),
        "Config" => await requests.ConfigAsync(session, ConfigRequest.Parser.ParseFrom(vector.Request), Cancel),
        "ReleaseExecute" => await requests.ReleaseAsync(ReleaseExecuteRequest.Parser.ParseFrom(vector.Request), Cancel),
        _ => await requests.ReleaseAsync(ReleaseSessionRequest.Parser.ParseFrom(vector.Request), Cancel),
    };

    static async Task<(IReadOnlyList<(string Name, bool IsNullable)> Columns, JsonArray Rows)> ReadAsync(SparkStub stub, string sql)
    {
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        await using var result = await engine.QueryAsync(sql, Cancel);
        var rows = new JsonArray();
        await foreach (var batch in result.ReadBatchesAsync(Cancel))
            for (var row = 0; row < batch.Length; row++)
                rows.Add((JsonNode)new JsonArray(
                    [.. Enumerable.Range(0, batch.ColumnCount).Select(c => VectorValue.Of(batch.Column(c), row))]));
        return ([.. result.Schema.FieldsList.Select(f => (f.Name, f.IsNullable))], rows);
    }

    static void Same(JsonNode expected, JsonArray rows) => Assert.Equal(expected.ToJsonString(), rows.ToJsonString());
}
