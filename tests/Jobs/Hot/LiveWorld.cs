using Avro;
using Avro.Generic;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Jobs.Tests.Bronze;
using Dart.Lake.Jobs.Tests.Runtime;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>A live source, which sends no markers, a hot job, and bronze when a test runs it: account A trades instrument X.</summary>
sealed class LiveWorld : IAsyncDisposable
{
    static readonly TopicDefinition[] definitions = [.. Topics.All.Select(t => new TopicDefinition(t.Name, 2))];
    static readonly RecordSchema trade = (RecordSchema)Avro.Schema.Parse(Topics.Trades.Schema.Text),
        reference = (RecordSchema)Avro.Schema.Parse(Topics.Reference.Schema.Text);

    readonly BronzeWorld world;
    readonly InProcessCluster cluster = InProcessCluster.Start(definitions, TimeSpan.FromMinutes(1));
    readonly EmbeddedGarnet garnet = EmbeddedGarnet.Start(IdSource.System);
    readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
    readonly BatchProducer producer;
    readonly DuckDbEngine engine;
    RedisStore? store;
    Task job = Task.CompletedTask;
    long sequence;

    LiveWorld(BronzeWorld world)
    {
        this.world = world;
        producer = new(cluster.Settings, "test", definitions);
        engine = DuckDbEngine.Open(new() { Threads = 1, AllowedFolders = [world.Lake.DataDir], MemoryLimitBytes = 1L << 30 });
    }

    public HotProgress? Last { get; private set; }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A world whose reference data are sent.</summary>
    public static async Task<LiveWorld> OpenAsync()
    {
        var live = new LiveWorld(await BronzeWorld.OpenAsync(Cancel));
        live.Send(Topics.Reference, 0, live.Reference("ACCOUNT", "A"));
        live.Send(Topics.Reference, 0, live.Reference("INSTRUMENT", "X"));
        return live;
    }

    /// <summary>Sends a purchase of one unit.</summary>
    /// <param name="at">Its time, UTC microseconds.</param>
    /// <param name="schemaId">In its frame; null: that of the contract.</param>
    /// <param name="quantity">Of nought, which breaks a rule, the trade goes into the other partition.</param>
    public void Trade(long at, int? schemaId = null, int quantity = 1)
    {
        var record = Filled(trade, "NEW", at);
        record.Add("account", "A");
        record.Add("instrument", "X");
        record.Add("side", new GenericEnum((EnumSchema)((UnionSchema)trade["side"].Schema)[1], "BUY"));
        record.Add("price", new AvroDecimal(10_000_000, 6));
        record.Add("quantity", new AvroDecimal(quantity * 10_000, 4));
        record.Add("fee", new AvroDecimal(0, 6));
        record.Add("currency", "USD");
        record.Add("venue", "XNYS");
        var id = schemaId ?? world.Events.SchemaId(Topics.Trades.Schema.Subject);
        Send(Topics.Trades, quantity == 0 ? 1 : 0, Framed(id, AvroDecoderTests.Bytes(trade, record)));
    }

    public void Quote(long at) => Send(Topics.MarketData, 0, world.Events.Quote(++sequence, at));

    public void Flush() => producer.Flush(Cancel);

    /// <summary>Gives the registry the schema of trades under an id.</summary>
    public Task RegisterAsync(int id) =>
        File.WriteAllTextAsync(Path.Combine(world.Lake.DataDir, "registry", $"{id}.json"), Topics.Trades.Schema.Text, Cancel);

    /// <param name="idleSeconds">How long a partition is silent before it holds nothing back.</param>
    public async Task StartHotAsync(int idleSeconds = 2)
    {
        store = await RedisStore.ConnectAsync(garnet.Settings, TimeProvider.System, IdSource.System, Cancel);
        var settings = new HotSettings
        {
            Kafka = cluster.Settings,
            FlushInterval = TimeSpan.FromMilliseconds(20),
            MaxHeldRows = 1_000_000,
            CutGrace = TimeSpan.FromHours(3),
            IdleLimit = TimeSpan.FromSeconds(idleSeconds),
            LivePatience = TimeSpan.FromMilliseconds(200),
            Patience = TimeSpan.FromMinutes(1),
            Watch = new() { Every = TimeSpan.FromMilliseconds(200) },
        };
        job = HotJob.RunAsync(
            settings,
            world.Lake,
            engine,
            world.Registry,
            store,
            TimeProvider.System,
            IdSource.System,
            NullLogger.Instance,
            p => Last = p,
            stop.Token);
    }

    /// <summary>Runs bronze to the end of the logs.</summary>
    /// <param name="hidden">An id that it asks the registry for in vain; null: none.</param>
    public async Task<BronzeProgress> BronzeAsync(int? hidden = null)
    {
        BronzeProgress? last = null;
        await BronzeJob.RunAsync(
            world.Settings(cluster.Settings) with { Topics = Topics.All },
            world.Lake,
            hidden is { } id ? new Hiding(world.Registry, id) : world.Registry,
            TimeProvider.System,
            IdSource.System,
            NullLogger.Instance,
            p => last = p,
            Cancel);
        return last!;
    }

    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (job.IsCompleted)
                await job;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), $"nothing was reached in a minute, but {Last}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }
    }

    /// <summary>The position as the Redis shows it, or null.</summary>
    public async Task<string?> QuantityAsync() => (await store!.TryReadAsync(HotKeys.Position("A", "X"), Cancel))?["quantity"];

    /// <summary>What was cut: the day, and the trades and the quantity of the position.</summary>
    public async Task<IReadOnlyList<string>> ClosesAsync()
    {
        await using var session = await LakeSession.OpenAsync(engine, world.Lake.Catalog, world.Lake.Scan, new ScanOptions(), Cancel);
        await using var result = await session.QueryAsync(
            "SELECT concat(trade_date, ' ', trades, ' ', quantity) FROM ops.hot_close WHERE kind = 'POSITION' ORDER BY trade_date", Cancel);
        return [.. (await result.ReadRowsAsync(100, Cancel)).Select(r => (string)r[0]!)];
    }

    byte[] Reference(string kind, string id)
    {
        var record = Filled(reference, kind, HotRows.At(HotRows.Monday, 1));
        record.Add("id", id);
        record.Add("valid_from", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        record.Add("currency", "USD");
        record.Add("desk", "desk");
        record.Add("venue", "XNYS");
        record.Add("multiplier", new AvroDecimal(10_000, 4));
        return Framed(world.Events.SchemaId(Topics.Reference.Schema.Subject), AvroDecoderTests.Bytes(reference, record));
    }

    /// <summary>A record with nulls where there may be, and what all events have.</summary>
    GenericRecord Filled(RecordSchema schema, string kind, long at)
    {
        var record = new GenericRecord(schema);
        foreach (var field in schema.Fields.Where(f => f.Schema is UnionSchema))
            record.Add(field.Name, null);
        record.Add("kind", new GenericEnum((EnumSchema)schema["kind"].Schema, kind));
        record.Add("event_time", DateTime.UnixEpoch.AddTicks(at * 10));
        record.Add("ingest_time", DateTime.UnixEpoch.AddTicks((at + 100) * 10));
        record.Add("source", "live");
        record.Add("sequence", ++sequence);
        return record;
    }

    void Send(Topic topic, int partition, byte[] value) => producer.Send(topic.Name, partition, "k"u8, value, Cancel);

    static byte[] Framed(int id, byte[] payload)
    {
        byte[] value = [0, 0, 0, 0, 0, .. payload];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(1), id);
        return value;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await job.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        producer.Dispose();
        cluster.Dispose();
        if (store is not null)
            await store.DisposeAsync();
        garnet.Dispose();
        await engine.DisposeAsync();
        stop.Dispose();
        await world.DisposeAsync();
    }

    /// <summary>A registry as a process sees it that asked before a schema came.</summary>
    sealed class Hiding(ISchemaRegistry registry, int hidden) : ISchemaRegistry
    {
        public Task<int> RegisterAsync(string subject, SchemaLanguage language, string text, CancellationToken cancel) =>
            registry.RegisterAsync(subject, language, text, cancel);

        public async Task<RegisteredSchema?> TryGetAsync(int id, CancellationToken cancel) =>
            id == hidden ? null : await registry.TryGetAsync(id, cancel);

        public string Missing(int id) => registry.Missing(id);

        public bool TextsAreFinal => registry.TextsAreFinal;

        public string Broken(int id) => registry.Broken(id);
    }
}
