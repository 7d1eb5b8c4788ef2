using Dart.Lake.Lakehouse.Catalogs;

namespace Dart.Lake.Orchestration;

/// <summary>
/// A run of the ledger while it goes on: it is renewed until it is disposed of, so that a run whose process was killed is told from it.
/// </summary>
sealed class LivingRun : IAsyncDisposable
{
    static readonly TimeSpan renewEvery = TimeSpan.FromSeconds(3);

    readonly CancellationTokenSource stop = new();
    readonly PeriodicTimer timer;
    readonly Task renewing;

    LivingRun(Ledger ledger, string runId, TimeProvider time)
    {
        timer = new(renewEvery, time);
        renewing = Task.Run(() => RenewAsync(ledger, runId), CancellationToken.None);
    }

    /// <summary>Writes the run's row, and keeps it alive.</summary>
    public static async Task<LivingRun> BeginAsync(Ledger ledger, Run run, TimeProvider time, CancellationToken cancel)
    {
        await ledger.BeginRunAsync(run, cancel);
        return new(ledger, run.RunId, time);
    }

    async Task RenewAsync(Ledger ledger, string runId)
    {
        while (await timer.WaitForNextTickAsync(stop.Token))
            try
            {
                await ledger.RenewRunAsync(runId, stop.Token);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // what keeps the ledger from being written for long ends the run itself
            }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        timer.Dispose();
        stop.Dispose();
    }
}
