namespace Dart.Lake.Host.Tests.Kill;

/// <summary>Waits for what can be seen, with a limit.</summary>
static class Wait
{
    static readonly TimeSpan limit = TimeSpan.FromSeconds(90);

    /// <summary>Asks every few milliseconds until there is an answer; fails when a job ends before, or the limit passes.</summary>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T?>> ask, CancellationToken cancel, params RunningJob[] jobs)
    {
        for (var started = TimeProvider.System.GetTimestamp(); ; await Task.Delay(
            TimeSpan.FromMilliseconds(5), TimeProvider.System, cancel))
        {
            if (await ask() is { } answer)
                return answer;
            foreach (var job in jobs)
                Assert.True(job.IsRunning, $"{job.Line} ended while the test waited until {what}:\n{job.Said}");
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < limit,
                $"not within {limit}: {what}\n{string.Join('\n', jobs.Select(j => $"{j.Line} said:\n{j.Said}"))}");
        }
    }

    /// <summary>The same for what is or is not.</summary>
    public static Task UntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancel, params RunningJob[] jobs) =>
        ForAsync<object>(what, async () => await holds() ? jobs : null, cancel, jobs);

    /// <summary>The same for a task that another thread completes.</summary>
    public static async Task<T> OnAsync<T>(string what, Task<T> task, CancellationToken cancel, params RunningJob[] jobs)
    {
        await UntilAsync(what, () => Task.FromResult(task.IsCompleted), cancel, jobs);
        return await task;
    }
}
