using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Producers.Simulation;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>
/// The embedded platform as far as the hot job needs it: in-process Kafka, Garnet, a lake, a bronze job that runs all the time.
/// </summary>
sealed class HotWorld : IAsyncDisposable
{
    public static readonly DateOnly Day = new(2026, 9, 22), Prior = SimulatedMarket.PriorTo(Day);

    readonly string folder;
    readonly CancellationTokenSource stop = new();
    readonly OutstandingBytes outstanding = new(["bronze", "hot"]);
    readonly SimulatedMarket market = new(
        new SimulationSettings(Seed: 3, Trades: 6_000, PriorTrades: 500, ListingDate: Day), TimeProvider.System);
    readonly object gate = new();
    readonly List<(Func<bool> Holds, TaskCompletionSource Reached)> waits = [];
    readonly Dictionary<LogPartition, long> committed = [], applied = [];
    readonly EmbeddedGarnet? garnet;
    readonly HotStoreSettings storeSettings;
    readonly TimeSpan patience;
    readonly InProcessCluster cluster = InProcessCluster.Start([.. KafkaFeed.Definitions(3)], TimeSpan.FromMinutes(1));
    Task bronze = Task.CompletedTask;
    Task? hot;
    CancellationTokenSource stopHot = new();

    HotWorld(string folder, Dart.Lake.Lake lake, DuckDbEngine engine, string? redis, TimeSpan patience)
    {
        (this.folder, Lake, Engine, this.patience) = (folder, lake, engine, patience);
        garnet = redis is null ? EmbeddedGarnet.Start(IdSource.System) : null;
        storeSettings = garnet?.Settings ?? new() { Address = redis! };
        Registry = new FileSchemaRegistry(Path.Combine(folder, "registry"), TimeProvider.System);
    }

    public Dart.Lake.Lake Lake { get; }
    public DuckDbEngine Engine { get; }
    public ISchemaRegistry Registry { get; }
    public HotProgress? Last { get; private set; }

    public IReadOnlyDictionary<LogPartition, long> Applied
    {
        get
        {
            lock (gate)
                return applied.ToDictionary();
        }
    }

    /// <param name="redis">Host and port of a Redis; null: the embedded one.</param>
    /// <param name="patience">How long the hot job waits for one that is gone.</param>
    public static async Task<HotWorld> OpenAsync(string? redis = null, TimeSpan? patience = null)
    {
        var root = Directory.CreateTempSubdirectory("dartlake-hot").FullName;
        var lake = await Dart.Lake.Lake.OpenAsync(root, TimeProvider.System, IdSource.System, default);
        var engine = DuckDbEngine.Open(new DuckDbOptions
        {
            Threads = 1,
            MemoryLimitBytes = 1L << 30,
            TempFolder = Path.Combine(root, "tmp"),
            AllowedFolders = [root],
        });
        var world = new HotWorld(root, lake, engine, redis, patience ?? TimeSpan.FromMinutes(1));
        var settings = new BronzeSettings
        {
            Kafka = world.cluster.Settings,
            CommitInterval = TimeSpan.FromMilliseconds(200),
            MaxRows = 250_000,
        };
        world.bronze = BronzeJob.RunAsync(settings, lake, world.Registry, TimeProvider.System, IdSource.System, NullLogger.Instance,
            p => world.Report("bronze", world.committed, p.Committed), world.stop.Token);
        return world;
    }

    /// <summary>Sends the day before and the day, from start to end.</summary>
    public async Task ProduceAsync()
    {
        using var feed = await KafkaFeed.OpenAsync(cluster.Settings, 3, Registry, outstanding, default);
        await market.ProducePriorDayAsync(Day, feed.Target, null, default);
        await market.ProduceAsync(Day, feed.Target, null, default);
        feed.Flush(default);
    }

    /// <summary>Sends values of other people's producers.</summary>
    public void Send(string topic, params IEnumerable<byte[]> values)
    {
        using var producer = new BatchProducer(cluster.Settings, "test", [new(topic, 3)]);
        foreach (var value in values)
            producer.Send(topic, 0, "k"u8, value, default);
        producer.Flush(default);
    }

    /// <summary>Where the schemas lie, a file by id.</summary>
    public string RegistryFolder => Path.Combine(folder, "registry");

    public async Task StartHotAsync()
    {
        stopHot = new();
        var store = await StoreAsync();
        hot = Run(store, stopHot.Token);

        async Task Run(RedisStore to, CancellationToken cancel)
        {
            var settings = new HotSettings
            {
                Kafka = cluster.Settings,
                FlushInterval = TimeSpan.FromMilliseconds(20),
                MaxHeldRows = 3_000_000,
                CutGrace = TimeSpan.FromHours(3),
                IdleLimit = TimeSpan.FromSeconds(30),
                Patience = patience,
                Watch = new() { Every = TimeSpan.FromSeconds(1) },
                ReleaseQuiet = TimeSpan.FromSeconds(1),
            };
            await using (to)
                await HotJob.RunAsync(settings, Lake, Engine, Registry, to, TimeProvider.System, IdSource.System, NullLogger.Instance, p =>
                {
                    Last = p;
                    Report("hot", applied, p.Applied);
                }, cancel);
        }
    }

    public async Task StopHotAsync()
    {
        await stopHot.CancelAsync();
        try
        {
            await hot!;
        }
        catch (OperationCanceledException)
        {
            // That is what was asked.
        }
    }

    /// <summary>Waits until the jobs have told something; ends with their error when they fail.</summary>
    public async Task UntilAsync(Func<HotProgress, bool> holds)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
            waits.Add((() => Last is { } last && holds(last), reached));
        var first = await Task.WhenAny(reached.Task, bronze, hot!, Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System, default));
        Assert.True(first == reached.Task || first.IsFaulted, "nothing was reached in a minute");
        await first;
    }

    /// <summary>Waits until bronze and hot have both taken everything.</summary>
    public Task UntilAllIsTakenAsync() =>
        UntilAsync(p => p.Lag == 0 && applied.All(a => committed.GetValueOrDefault(a.Key) == a.Value) && p.Closed == Day);

    public Task<RedisStore> StoreAsync() => RedisStore.ConnectAsync(storeSettings, TimeProvider.System, IdSource.System, default);

    public Task<LakeSession> SessionAsync() => LakeSession.OpenAsync(Engine, Lake.Catalog, Lake.Scan, new ScanOptions(), default);

    void Report(string consumer, Dictionary<LogPartition, long> into, IReadOnlyList<LogPosition> positions)
    {
        lock (gate)
        {
            foreach (var p in positions)
            {
                into[p.Partition] = p.Next;
                outstanding.Report(consumer, p.Partition.Topic, p.Partition.Partition, p.Next);
            }
            foreach (var (_, reached) in waits.Where(w => w.Holds()))
                reached.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (hot is not null)
            await StopHotAsync();
        await stop.CancelAsync();
        await bronze;
        garnet?.Dispose();
        cluster.Dispose();
        await Engine.DisposeAsync();
        await Lake.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
