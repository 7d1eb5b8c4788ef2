namespace Dart.Lake.Jobs;

/// <summary>An operator hears of what a job waits for long before the job gives up.</summary>
internal static class FirstWord
{
    static readonly TimeSpan latest = TimeSpan.FromSeconds(10);

    /// <summary>How soon it comes: within a third of the patience, and ten seconds.</summary>
    public static TimeSpan Of(TimeSpan patience) => patience / 3 < latest ? patience / 3 : latest;

    /// <summary>Whether a call has ended within so long, well or not; to be stopped is no silence.</summary>
    public static async Task<bool> IsNeedlessAsync(Task call, TimeSpan within, TimeProvider time, CancellationToken cancel)
    {
        if (call.IsCompleted)
            return true;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(call, Task.Delay(within, time, ended.Token)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        return call.IsCompleted || cancel.IsCancellationRequested;
    }
}
