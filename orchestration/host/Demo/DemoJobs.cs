using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Host.Demo;

/// <summary>The streaming jobs of the demo, running beside the producer until they are stopped.</summary>
sealed class DemoJobs : IAsyncDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly Task bronze, hot;

    DemoJobs(Func<CancellationToken, Task> bronze, Func<CancellationToken, Task> hot) =>
        (this.bronze, this.hot) = (bronze(stop.Token), hot(stop.Token));

    /// <summary>Starts both jobs; they report to the progress and to what holds the producer back.</summary>
    public static DemoJobs Start(
        Composition composition, Lake lake, DuckDbEngine engine, RedisStore store, KafkaSettings kafka,
        KafkaFeed feed, OutstandingBytes outstanding, DemoProgress progress, TimeSpan commitInterval, ILoggerFactory logs)
    {
        var registry = composition.Registry(lake);
        void Report(string consumer, IReadOnlyList<LogPosition> positions)
        {
            foreach (var position in positions)
                if (feed.Logs.Contains(position.Partition.LogId))
                    outstanding.Report(consumer, position.Partition.Topic, position.Partition.Partition, position.Next);
        }
        var bronzeSettings = composition.Bronze(kafka) with { CommitInterval = commitInterval };
        var hotSettings = composition.Hot(kafka);
        return new(
            cancel => BronzeJob.RunAsync(bronzeSettings, lake, registry, composition.Time, composition.Ids, logs.CreateLogger("bronze"), at =>
            {
                Report("bronze", at.Committed);
                progress.Update(view => view with { BronzeRows = at.Events });
            }, cancel),
            cancel => HotJob.RunAsync(hotSettings, lake, engine, registry, store, composition.Time, composition.Ids, logs.CreateLogger("hot"), at =>
            {
                Report("hot", at.Applied);
                progress.Update(view => view with
                {
                    HotEvents = at.Events,
                    EventsPerSecond = at.EventsPerSecond,
                    HotDay = at.TradeDate,
                    Accounts = [
                        .. at.Accounts.Select(account => new DemoProgress.AccountPnl(account.Account, account.Currency, account.Total)),
                    ],
                });
            }, cancel));
    }

    /// <summary>Runs a step; a job that ends meanwhile ends the step with the job's error.</summary>
    public async Task<T> WhileRunningAsync<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancel)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var work = Task.Run(() => step(linked.Token), CancellationToken.None);
        var first = await Task.WhenAny(work, bronze, hot);
        if (first == work)
            return await work;
        await linked.CancelAsync();
        await Task.WhenAny(work, Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None));
        await first;
        throw LakeException.Bug("a streaming job of the demo ended by itself");
    }

    /// <summary>Stops both jobs in good order: what was consumed is committed. What fails then is thrown.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        foreach (var job in new[] { bronze, hot })
            try
            {
                await job;
            }
            catch (OperationCanceledException)
            {
                // it was waiting for something when it was stopped; bronze commits what it has by itself
            }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var job in new[] { bronze, hot })
            try
            {
                await job;
            }
            catch (Exception e) when (e is OperationCanceledException || job.IsFaulted)
            {
                // the step that was running, or the orderly stop, has reported it already
            }
        stop.Dispose();
    }
}
