using Dart.Lake.Lakehouse.Catalogs;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>The right to be the one active hot job; a stand-by takes it when it was not renewed for ten seconds.</summary>
sealed class HotLease : IAsyncDisposable
{
    static readonly TimeSpan standBy = TimeSpan.FromSeconds(1), stopWithin = TimeSpan.FromSeconds(10);

    readonly HotSettings settings;
    readonly Ledger ledger;
    readonly TimeProvider time;
    long renewed;
    Func<CancellationToken, Task>? beside;
    Task renewing = Task.CompletedTask;

    HotLease(HotSettings settings, Ledger ledger, TimeProvider time, Lease held)
    {
        (this.settings, this.ledger, this.time, Held) = (settings, ledger, time, held);
        renewed = time.GetTimestamp();
    }

    public Lease Held { get; }

    /// <summary>Waits until no other job is active.</summary>
    public static async Task<HotLease> AcquireAsync(
        HotSettings settings, Ledger ledger, TimeProvider time, IdSource ids, ILogger log, CancellationToken cancel)
    {
        var holder = ids.NewId().ToString("N");
        for (var told = false; ; told = true)
        {
            if (await ledger.AcquireEpochAsync(settings.JobName, holder, cancel).ConfigureAwait(false) is { } taken)
                return new(settings, ledger, time, taken);
            if (!told)
                log.StandsBy(settings.JobName);
            await Task.Delay(standBy, time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>What is renewed beside the lease, as often; nobody waits for it, and it fails without a word.</summary>
    public void Beside(Func<CancellationToken, Task> renew) => beside = renew;

    /// <summary>Renews the lease when it is time.</summary>
    /// <exception cref="LakeException">Conflict: another job has taken over.</exception>
    public async Task KeepAsync(CancellationToken cancel)
    {
        if (time.GetElapsedTime(renewed) < settings.RenewEvery)
            return;
        if (!await ledger.RenewAsync(Held, cancel).ConfigureAwait(false))
            throw LakeException.Conflict($"another {settings.JobName} job has taken over; this one ends");
        renewed = time.GetTimestamp();
        if (beside is not null && renewing.IsCompleted)
            renewing = beside(cancel);
    }

    /// <summary>Does what takes long, and keeps the lease meanwhile; when it is lost the work is cancelled.</summary>
    /// <exception cref="LakeException">Conflict: another job has taken over. What the work throws.</exception>
    public async Task<T> WhileHeldAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var working = Task.Run(() => work(stop.Token), CancellationToken.None);
        try
        {
            while (!working.IsCompleted)
            {
                await KeepAsync(stop.Token).ConfigureAwait(false);
                await Task.WhenAny(working, Task.Delay(settings.RenewEvery, time, stop.Token)).ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            // What it works on is used again only when it has ended.
            await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return await working.ConfigureAwait(false);
    }

    /// <summary>Gives the lease up, so that a stand-by need not wait.</summary>
    public async ValueTask DisposeAsync()
    {
        await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var limit = new CancellationTokenSource(stopWithin, time);
        await ledger.ReleaseAsync(Held, limit.Token).ConfigureAwait(false);
    }
}
