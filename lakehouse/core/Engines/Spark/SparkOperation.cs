using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Grpc.Core;

namespace Dart.Lake.Lakehouse.Engines.Spark;

/// <summary>
/// One run of a plan in Spark: its replies one after the other, over as many connections as it takes. It goes on in Spark whatever becomes
/// of the connections, until <see cref="EndAsync"/>.
/// </summary>
sealed class SparkOperation
{
    /// <summary>Larger batches come in pieces, which have to be put together.</summary>
    const long Chunk = 16 << 20;

    static readonly TimeSpan endLimit = TimeSpan.FromSeconds(5);

    readonly SparkRequests requests;
    readonly SparkSession session;
    readonly TimeProvider time;
    readonly ExecutePlanRequest request;
    readonly Action<string> tell;
    AsyncServerStreamingCall<ExecutePlanResponse>? call;
    string? lastResponse;
    long? silentSince;
    int attempt;
    bool mayHaveBegun, isComplete, isReleased;

    /// <param name="requests">To where.</param>
    /// <param name="session">In which.</param>
    /// <param name="plan">What is run.</param>
    /// <param name="id">Never used before.</param>
    /// <param name="time">Of waits.</param>
    /// <param name="tell">Takes a line when the server has to be waited for.</param>
    public SparkOperation(SparkRequests requests, SparkSession session, Plan plan, Guid id, TimeProvider time, Action<string> tell)
    {
        (this.requests, this.session, this.time, this.tell) = (requests, session, time, tell);
        request = session.Execute(plan, $"{id}", Chunk);
    }

    public string Id => request.OperationId;

    bool OnlyReads => request.Plan.OpTypeCase == Plan.OpTypeOneofCase.Root;

    /// <summary>The next reply; null: that was all.</summary>
    /// <exception cref="LakeException">As <see cref="SparkFailure.ToLake"/> has it; Unavailable: nobody answers, or it is lost.</exception>
    public async Task<ExecutePlanResponse?> NextAsync(CancellationToken cancel)
    {
        while (!isComplete)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                // the same id and plan again: what the server has of it comes from its begin
                call ??= lastResponse is null ? requests.Execute(request) : requests.Reattach(session.Reattach(Id, lastResponse));
                if (await call.ResponseStream.MoveNext(cancel))
                    return Take(call.ResponseStream.Current);
                HangUp();
                // servers end a stream after two minutes; one that ends without a reply is waited for as one that was cut
                if (silentSince is not null)
                    await WaitAsync(new RpcException(new(StatusCode.Unavailable, "the answer ends before its end")), cancel);
                silentSince ??= time.GetTimestamp();
                mayHaveBegun = true;
            }
            catch (RpcException) when (cancel.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancel);
            }
            catch (RpcException e)
            {
                HangUp();
                await GoOnAsync(e, cancel);
            }
        }
        return null;
    }

    ExecutePlanResponse? Take(ExecutePlanResponse reply)
    {
        (silentSince, attempt, mayHaveBegun) = (null, 0, true);
        if (reply.ResponseId.Length > 0)
            lastResponse = reply.ResponseId;
        if (reply.ResponseTypeCase != ExecutePlanResponse.ResponseTypeOneofCase.ResultComplete)
            return reply;
        isComplete = true;
        return null;
    }

    /// <summary>Waits when the connection has failed; whatever else has, ends it.</summary>
    async Task GoOnAsync(RpcException e, CancellationToken cancel)
    {
        var failure = SparkFailure.Read(e);
        if (SparkRequests.IsCut(e, failure))
        {
            mayHaveBegun |= !SparkRequests.IsUntaken(e);
            await WaitAsync(e, cancel);
            return;
        }
        var told = await requests.TellAsync(e, failure, session, Id);
        throw mayHaveBegun && !OnlyReads && failure is { IsLostSession: true } or { IsLostOperation: true } ? Unknown(failure.Class) : told;
    }

    async Task WaitAsync(RpcException e, CancellationToken cancel)
    {
        if (silentSince is null)
        {
            silentSince = time.GetTimestamp();
            if (mayHaveBegun)
                tell($"the connection to {requests.Shown} was cut ({SparkRequests.Why(e)}); "
                    + $"the query is asked for again for {requests.Patience.TotalSeconds:0.#} s");
        }
        if (time.GetElapsedTime(silentSince.Value) >= requests.Patience)
            throw mayHaveBegun && !OnlyReads ? Unknown(SparkRequests.Why(e)) : requests.Away(e);
        await requests.WaitAsync(attempt++, cancel);
    }

    LakeException Unknown(string why) => LakeException.Unknown(
        $"whether {requests.Shown} has done the statement is not known ({why}, Spark's operation {Id}); look at what it should have changed before you repeat it");

    /// <summary>Ends it in Spark if it runs, and lets Spark forget it.</summary>
    public async Task EndAsync()
    {
        HangUp();
        if (isReleased || !mayHaveBegun && attempt > 0)
            return;
        isReleased = true;
        using var limit = new CancellationTokenSource(endLimit, time);
        try
        {
            if (!isComplete)
                await requests.InterruptAsync(session.Interrupt(Id), limit.Token);
            await requests.ReleaseAsync(session.Release(Id), limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException)
        {
            // the server gives it up by itself when nobody asks for it any more
        }
    }

    void HangUp()
    {
        call?.Dispose();
        call = null;
    }
}
