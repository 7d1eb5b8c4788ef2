using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>A Redis that is gone is waited for as long as brokers are, and it is told once.</summary>
/// <param name="limit">How long.</param>
/// <param name="time">Clock.</param>
/// <param name="log">What an operator should know.</param>
sealed class RedisPatience(TimeSpan limit, TimeProvider time, ILogger log)
{
    static readonly TimeSpan again = TimeSpan.FromSeconds(1);

    /// <summary>A call may take long to fail, so that it is told while it is waited for.</summary>
    readonly TimeSpan firstWord = FirstWord.Of(limit);

    /// <summary>Calls until the Redis answers.</summary>
    /// <exception cref="LakeException">Unavailable: it was gone for longer than the limit. What else the call throws.</exception>
    public async Task<T> BearAsync<T>(Func<Task<T>> call, CancellationToken cancel)
    {
        for (var (started, told) = (time.GetTimestamp(), false); ; told = true)
            try
            {
                var answer = call();
                if (!told && !await FirstWord.IsNeedlessAsync(answer, firstWord, time, cancel).ConfigureAwait(false))
                {
                    told = true;
                    log.Waits($"the Redis has not answered for {firstWord.TotalSeconds:0.0} seconds; waiting {limit.TotalSeconds:0} seconds for it");
                }
                return await answer.ConfigureAwait(false);
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Unavailable && time.GetElapsedTime(started) < limit)
            {
                if (!told)
                    log.Waits($"{e.Message}; waiting {limit.TotalSeconds:0} seconds for it");
                await Task.Delay(again, time, cancel).ConfigureAwait(false);
            }
    }
}
