namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>Waiting that an operator hears of in time.</summary>
internal static class Patient
{
    /// <summary>Whether a call has ended within so long, well or not; to be stopped is no silence.</summary>
    public static async Task<bool> IsSoonAsync(Task call, TimeSpan within, TimeProvider time, CancellationToken cancel)
    {
        if (call.IsCompleted)
            return true;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(call, Task.Delay(within, time, ended.Token)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        return call.IsCompleted || cancel.IsCancellationRequested;
    }
}
