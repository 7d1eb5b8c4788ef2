namespace Dart.Lake.Jobs;

/// <summary>A stop lets a commit that has begun end, but does not wait for ever: its token is cancelled so long after the stop.</summary>
sealed class CommitDeadline : IAsyncDisposable
{
    readonly CancellationTokenSource limit;
    readonly CancellationTokenRegistration stop;

    /// <param name="after">How long after the stop.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancel">The stop.</param>
    public CommitDeadline(TimeSpan after, TimeProvider time, CancellationToken cancel)
    {
        limit = new(Timeout.InfiniteTimeSpan, time);
        stop = cancel.Register(() => limit.CancelAfter(after));
    }

    /// <summary>For commits.</summary>
    public CancellationToken Token => limit.Token;

    public async ValueTask DisposeAsync()
    {
        // in this order: a stop that comes meanwhile must not meet what is disposed
        await stop.DisposeAsync().ConfigureAwait(false);
        limit.Dispose();
    }
}
