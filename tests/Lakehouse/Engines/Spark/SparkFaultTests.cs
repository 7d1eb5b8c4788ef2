using Dart.Lake.Lakehouse.Engines.Spark;
using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Google.Protobuf;
using Grpc.Core;

namespace Dart.Lake.Lakehouse.Tests.Engines.Spark;

/// <summary>Faults of a bad day, before a server that has them.</summary>
public sealed class SparkFaultTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static RecordedSpark Batches { get; } = new("batches");

    static async Task<IReadOnlyList<object?[]>> RowsAsync(SparkSettings settings, string sql)
    {
        await using var engine = new SparkEngine(settings, TimeProvider.System, IdSource.Seeded(1));
        await using var result = await engine.QueryAsync(sql, Cancel);
        return await result.ReadRowsAsync(1000, Cancel);
    }

    static async Task<LakeException> FailsAsync(SparkSettings settings, LakeErrorKind kind, string says, string sql = "SELECT 1")
    {
        var failure = await Assert.ThrowsAsync<LakeException>(() => RowsAsync(settings, sql));
        Assert.True(kind == failure.Kind, $"{failure.Kind}: {failure.Message}");
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        return failure;
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_after_the_patience()
    {
        var failure = await FailsAsync(RecordedSpark.At(new("sc://127.0.0.1:1")), LakeErrorKind.Unavailable, "check Spark:Url, and that it runs");
        Assert.False(failure.OutcomeIsUnknown);
    }

    [Fact]
    public async Task A_server_that_speaks_something_else_is_told()
    {
        await using var stub = await SparkStub.StartAsync(_ => new() { Status = StatusCode.Unimplemented, Message = "unknown service" });
        await FailsAsync(RecordedSpark.At(stub.Url), LakeErrorKind.Invalid, "is not Spark Connect (unknown service)");
    }

    [Fact]
    public async Task A_connection_that_is_cut_before_a_reply_runs_the_same_operation_once()
    {
        var (cuts, vector) = (2, new RecordedSpark("reattach-3"));
        await using var stub = await RecordedSpark.StartAsync(call => !RecordedSpark.IsQuery(call) ? null
            : cuts-- > 0 ? new() { Goes = SparkGoes.IsCut } : vector.Reply);
        Assert.Equal(10, (await RowsAsync(RecordedSpark.At(stub.Url), vector.Sql)).Count);
        var runs = stub.Calls.Where(RecordedSpark.IsQuery).Select(call => ExecutePlanRequest.Parser.ParseFrom(call.Message)).ToList();
        Assert.Equal(3, runs.Count);
        Assert.Single(runs.Distinct());
        Assert.Equal("s1", runs[0].ClientObservedServerSideSessionId);
        Assert.True(runs[0].RequestOptions[0].ReattachOptions.Reattachable);
    }

    [Fact]
    public async Task A_stream_that_ends_before_its_end_goes_on_without_a_word()
    {
        var (first, second) = (new RecordedSpark("reattach-1"), new RecordedSpark("reattach-2"));
        await using var stub = await RecordedSpark.StartAsync(call => call.Rpc == "ReattachExecute" ? second.Reply
            : RecordedSpark.IsQuery(call) ? first.Reply with { Status = StatusCode.OK } : null);
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        await using var result = await engine.QueryAsync(first.Sql, Cancel);
        Assert.Equal(10, (await result.ReadRowsAsync(10, Cancel)).Count);
        Assert.Empty(engine.Remarks);
    }

    [Fact]
    public async Task A_cut_that_does_not_heal_says_what_is_waited_for_and_ends()
    {
        await using var stub = await RecordedSpark.StartAsync(call => call.Rpc == "ReattachExecute" ? new() { Goes = SparkGoes.IsCut }
            : RecordedSpark.IsQuery(call) ? new RecordedSpark("reattach-1").Reply : null);
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        await using var result = await engine.QueryAsync("SELECT 1", Cancel);
        var failure = await Assert.ThrowsAsync<LakeException>(() => result.ReadRowsAsync(10, Cancel));
        Assert.Equal((LakeErrorKind.Unavailable, false), (failure.Kind, failure.OutcomeIsUnknown));
        Assert.Contains("the query is asked for again for 0.4 s", Assert.Single(engine.Remarks), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whether_a_command_was_done_is_not_known_when_its_answer_is_lost(bool isRestarted)
    {
        var (cuts, changed) = (1, new RecordedSpark("error-session-changed"));
        await using var stub = await RecordedSpark.StartAsync(call => call.Rpc != "ExecutePlan" ? null
            : isRestarted && cuts-- == 0 ? changed.Reply : new() { Goes = SparkGoes.IsCut });
        var failure = await FailsAsync(RecordedSpark.At(stub.Url), LakeErrorKind.Unavailable, "whether Spark http", "INSERT INTO t VALUES (1)");
        Assert.True(failure.OutcomeIsUnknown);
    }

    [Fact]
    public async Task An_answer_that_was_read_is_released()
    {
        await using var stub = await RecordedSpark.StartAsync(call => RecordedSpark.IsQuery(call) ? Batches.Reply : null);
        await RowsAsync(RecordedSpark.At(stub.Url), Batches.Sql);
        Assert.Equal(
            ["AnalyzePlan", "Config", "ExecutePlan", "ReleaseExecute", "ExecutePlan", "ReleaseExecute", "ReleaseSession"], stub.Rpcs);
    }

    [Fact]
    public async Task An_answer_that_is_given_up_half_read_is_interrupted_and_released()
    {
        await using var stub = await RecordedSpark.StartAsync(
            call => RecordedSpark.IsQuery(call) ? SparkReply.Of([.. Batches.Replies.Take(2)]) with { Goes = SparkGoes.Hangs } : null);
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        await using (var result = await engine.QueryAsync(Batches.Sql, Cancel))
            await foreach (var batch in result.ReadBatchesAsync(Cancel))
                break;
        Ended(stub);
    }

    [Fact]
    public async Task A_query_that_is_cancelled_is_interrupted_and_released()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using var stub = await RecordedSpark.StartAsync(call =>
        {
            if (!RecordedSpark.IsQuery(call))
                return null;
            cancel.CancelAfter(TimeSpan.FromMilliseconds(50));
            return new() { Goes = SparkGoes.Hangs };
        });
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.QueryAsync("SELECT 1", cancel.Token));
        Ended(stub);
    }

    [Fact]
    public async Task A_query_that_fails_is_interrupted_and_released()
    {
        var vector = new RecordedSpark("error-divide-by-zero");
        await using var stub = await RecordedSpark.StartAsync(call => RecordedSpark.IsQuery(call) ? vector.Reply : null);
        await FailsAsync(RecordedSpark.At(stub.Url), LakeErrorKind.Corrupt, "DIVIDE_BY_ZERO");
        Ended(stub);
    }

    static void Ended(SparkStub stub)
    {
        var run = ExecutePlanRequest.Parser.ParseFrom(stub.Calls.Single(RecordedSpark.IsQuery).Message).OperationId;
        var interrupt = InterruptRequest.Parser.ParseFrom(stub.Calls.Single(call => call.Rpc == "Interrupt").Message);
        Assert.Equal((run, InterruptRequest.Types.InterruptType.OperationId), (interrupt.OperationId, interrupt.InterruptType));
        var releases = stub.Calls.Where(call => call.Rpc == "ReleaseExecute")
            .Select(call => ReleaseExecuteRequest.Parser.ParseFrom(call.Message));
        Assert.Contains(releases, release => release.OperationId == run && release.ReleaseAll is not null);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    public async Task A_piece_that_is_missing_is_no_answer(int from, int leave)
    {
        var vector = new RecordedSpark("chunked");
        var pieces = vector.Replies.Where(r => r.ResponseTypeCase == ExecutePlanResponse.ResponseTypeOneofCase.ArrowBatch).ToList();
        pieces.RemoveRange(from, Math.Min(leave, pieces.Count - from));
        await using var stub = await RecordedSpark.StartAsync(
            call => RecordedSpark.IsQuery(call) ? SparkReply.Of([.. pieces, vector.Replies[^1]]) : null);
        await FailsAsync(RecordedSpark.At(stub.Url), LakeErrorKind.Unavailable, "piece");
    }

    [Fact]
    public async Task A_batch_that_comes_twice_is_no_answer()
    {
        var batches = Batches.Replies.ToList();
        batches.Insert(2, batches[1]);
        await using var stub = await RecordedSpark.StartAsync(call => RecordedSpark.IsQuery(call) ? SparkReply.Of([.. batches]) : null);
        await FailsAsync(RecordedSpark.At(stub.Url), LakeErrorKind.Unavailable, "out of its place");
    }

    [Fact]
    public async Task Bytes_that_are_no_Arrow_are_told()
    {
        var batch = new ExecutePlanResponse { ArrowBatch = new() { RowCount = 1, Data = ByteString.CopyFrom(1, 2, 3, 4, 5, 6, 7, 8) } };
        await using var stub = await RecordedSpark.StartAsync(call => RecordedSpark.IsQuery(call) ? SparkReply.Of(batch) : null);
        await FailsAsync(RecordedSpark.At(stub.Url), LakeErrorKind.Unavailable, "Spark");
    }

    [Fact]
    public async Task How_far_a_query_is_can_be_asked_until_rows_come()
    {
        var progress = new ExecutePlanResponse { ExecutionProgress = new() };
        progress.ExecutionProgress.Stages.Add(new StageInfo { NumTasks = 8, NumCompletedTasks = 2 });
        await using var stub = await RecordedSpark.StartAsync(
            call => RecordedSpark.IsQuery(call) ? SparkReply.Of([progress, .. Batches.Replies]) : null);
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        Assert.Null(engine.Progress);
        await using var result = await engine.QueryAsync(Batches.Sql, Cancel);
        Assert.Equal(25, engine.Progress);
        await result.ReadRowsAsync(10, Cancel);
        Assert.Null(engine.Progress);
    }

    [Fact]
    public async Task A_session_that_the_server_has_lost_is_begun_anew_with_the_next_statement()
    {
        var (fails, lost) = (1, new RecordedSpark("error-session-closed"));
        await using var stub = await RecordedSpark.StartAsync(
            call => !RecordedSpark.IsQuery(call) ? null : fails-- > 0 ? lost.Reply : Batches.Reply);
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        await Assert.ThrowsAsync<LakeException>(() => engine.QueryAsync("SELECT 1", Cancel));
        await using var result = await engine.QueryAsync("SELECT 1", Cancel);
        Assert.Equal(10, (await result.ReadRowsAsync(10, Cancel)).Count);
        var sessions = stub.Calls.Where(RecordedSpark.IsQuery).Select(call => ExecutePlanRequest.Parser.ParseFrom(call.Message).SessionId);
        Assert.Equal(2, sessions.Distinct().Count());
    }

    [Fact]
    public async Task A_failure_of_another_kind_keeps_the_session_and_what_was_made_in_it()
    {
        var fails = true;
        await using var stub = await RecordedSpark.StartAsync(call => !RecordedSpark.IsQuery(call) ? null
            : fails ? new() { Status = StatusCode.ResourceExhausted, Message = "too large" } : Batches.Reply);
        await using var engine = new SparkEngine(RecordedSpark.At(stub.Url), TimeProvider.System, IdSource.Seeded(1));
        var failure = await Assert.ThrowsAsync<LakeException>(() => engine.QueryAsync("SELECT 1", Cancel));
        Assert.Equal(LakeErrorKind.Unavailable, failure.Kind);
        fails = false;
        await using var result = await engine.QueryAsync("SELECT 1", Cancel);
        Assert.Equal(10, (await result.ReadRowsAsync(10, Cancel)).Count);
        var sessions = stub.Calls.Where(RecordedSpark.IsQuery).Select(call => ExecutePlanRequest.Parser.ParseFrom(call.Message).SessionId);
        Assert.Single(sessions.Distinct());
    }

    [Fact]
    public async Task A_token_goes_with_every_request_and_a_wrong_one_is_told_without_it()
    {
        await using var stub = await RecordedSpark.StartAsync(call =>
            call.Authorization == "Bearer ey.J.x" ? RecordedSpark.IsQuery(call) ? Batches.Reply : null
            : new() { Status = StatusCode.Unauthenticated, Message = $"no: {call.Authorization}" });
        var settings = RecordedSpark.At(stub.Url);
        Assert.Equal(10, (await RowsAsync(settings with { Token = "ey.J.x" }, "SELECT 1")).Count);
        var failure = await FailsAsync(settings with { Token = "wrong-one" }, LakeErrorKind.Invalid, "does not let dart in (Unauthenticated)");
        Assert.DoesNotContain("wrong-one", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sc://spark.firm", "geheim", "none", "in the clear; use https")]
    [InlineData("ftp://spark.firm", null, "none", "sc://host:port")]
    [InlineData("sc://me:geheim@spark.firm", null, "none", "sc://host:port")]
    [InlineData("sc://spark.firm/;token=geheim", null, "none", "sc://host:port")]
    [InlineData("https://spark.firm", "geheim", "lz4", "does not come to an end")]
    public void Settings_that_would_not_do_are_refused(string url, string? token, string codec, string says)
    {
        var settings = RecordedSpark.At(new(url)) with
        {
            Token = token,
            Session = new Dictionary<string, string> { ["spark.sql.execution.arrow.compression.codec"] = codec },
        };
        var failure = Assert.Throws<LakeException>(() => new SparkEngine(settings, TimeProvider.System, IdSource.System));
        Assert.Equal(LakeErrorKind.Invalid, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sc://spark.firm", "http://spark.firm:15002/")]
    [InlineData("sc://spark.firm:15003", "http://spark.firm:15003/")]
    [InlineData("https://spark.firm", "https://spark.firm/")]
    public void An_address_of_Spark_is_one_of_the_web(string url, string address) =>
        Assert.Equal(new Uri(address), RecordedSpark.At(new(url)).Address);
}
