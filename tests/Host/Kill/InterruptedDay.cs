using Dart.Lake.Host.Demo;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Producers.Simulation;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>
/// What a demo leaves that dies at one exact instant of its first day: its parts are run up to there, and its log is gone.
/// </summary>
sealed class InterruptedDay(
    Composition composition, Lake lake, DuckDbEngine engine, KafkaSettings kafka, RedisStore store, InterruptedDay.Instant instant)
{
    /// <summary>An instant at which the demo dies.</summary>
    public enum Instant
    {
        /// <summary>The markers are in bronze, the day is not cut.</summary>
        MarkersInBronze,

        /// <summary>The day is cut, bronze has nothing of it.</summary>
        CutWithoutBronze,

        /// <summary>The day is cut, bronze has it, nothing late was sent.</summary>
        CutWithoutLate,

        /// <summary>What is late is in bronze, there is no manifest.</summary>
        LateInBronze,
    }

    sealed class Death : Exception;

    public static async Task LeaveAsync(string dataDir, DateOnly date, int trades, Instant instant, CancellationToken cancel)
    {
        var composition = new Composition(Settings.Load(), TimeProvider.System, IdSource.System);
        await using var lake = await composition.OpenAsync(dataDir, cancel);
        await using var engine = composition.DuckDb(lake);
        using var cluster = composition.InProcess(composition.Settings.Kafka.Partitions);
        using var garnet = EmbeddedGarnet.Start(composition.Ids);
        await using var store = await RedisStore.ConnectAsync(garnet.Settings, composition.Time, composition.Ids, cancel);
        await new InterruptedDay(composition, lake, engine, cluster.Settings, store, instant).DieAsync(date, trades, cancel);
    }

    IEnumerable<string> Consumers => instant switch { Instant.MarkersInBronze => ["bronze"], Instant.CutWithoutBronze => ["hot"], _ => ["bronze", "hot"] };

    async Task DieAsync(DateOnly date, int trades, CancellationToken cancel)
    {
        var outstanding = new OutstandingBytes([.. Consumers]);
        using var feed = await KafkaFeed.OpenAsync(
            kafka, composition.Settings.Kafka.Partitions, composition.Registry(lake), outstanding, cancel);
        using var death = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var jobs = Task.WhenAll(Consumers.Select(consumer => RunAsync(consumer, outstanding, death.Token)));
        var cuts = new DayCuts(lake);
        var target = feed.Target with
        {
            DayEnded = async stop =>
            {
                await UntilConsumedAsync();
                if (Consumers.Contains("hot"))
                    await Wait.UntilAsync("the day is cut", () => cuts.HasAsync(SimulatedMarket.PriorTo(date), stop), stop);
                if (instant != Instant.LateInBronze)
                    throw new Death();
            },
        };
        try
        {
            await new SimulatedMarket(
                new SimulationSettings(Seed: 1, Trades: trades, ListingDate: date),
                composition.Time).ProducePriorDayAsync(date, target, null, cancel);
            await UntilConsumedAsync();
        }
        catch (Death)
        {
            // nothing more is sent
        }
        await death.CancelAsync();
        await Task.WhenAny(jobs);

        async Task UntilConsumedAsync()
        {
            feed.Flush(cancel);
            await Wait.UntilAsync("all that was sent is consumed", () => Task.FromResult(feed.IsConsumed), cancel);
        }
    }

    Task RunAsync(string consumer, OutstandingBytes outstanding, CancellationToken death)
    {
        void Report(IReadOnlyList<LogPosition> positions)
        {
            foreach (var at in positions)
                outstanding.Report(consumer, at.Partition.Topic, at.Partition.Partition, at.Next);
        }
        var (registry, log) = (composition.Registry(lake), NullLogger.Instance);
        return consumer == "bronze"
            ? BronzeJob.RunAsync(
                composition.Bronze(kafka) with { CommitInterval = TimeSpan.FromMilliseconds(200) },
                lake,
                registry,
                composition.Time,
                composition.Ids,
                log,
                at => Report(at.Committed),
                death)
            : HotJob.RunAsync(
                composition.Hot(kafka),
                lake,
                engine,
                registry,
                store,
                composition.Time,
                composition.Ids,
                log,
                at => Report(at.Applied),
                death);
    }
}
