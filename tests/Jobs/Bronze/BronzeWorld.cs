using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>A lake in a folder of its own, a registry, and what is asked of them.</summary>
sealed class BronzeWorld : IAsyncDisposable
{
    public static readonly Topic Market = Topics.MarketData;

    readonly string folder;

    BronzeWorld(string folder, Dart.Lake.Lake lake, ISchemaRegistry registry, Events events)
    {
        this.folder = folder;
        Lake = lake;
        Registry = registry;
        Events = events;
    }

    public Dart.Lake.Lake Lake { get; }
    public ISchemaRegistry Registry { get; }
    public Events Events { get; }

    public static async Task<BronzeWorld> OpenAsync(CancellationToken cancel)
    {
        var root = Directory.CreateTempSubdirectory("dartlake-bronze").FullName;
        var registry = new FileSchemaRegistry(Path.Combine(root, "registry"), TimeProvider.System);
        var events = new Events(await SchemaSubjects.RegisterAsync(registry, cancel));
        return new(root, await Dart.Lake.Lake.OpenAsync(root, TimeProvider.System, IdSource.System, cancel), registry, events);
    }

    public BronzeSettings Settings(KafkaSettings kafka) => new()
    {
        Kafka = kafka,
        Topics = [Market],
        StopAtEnd = true,
        CommitInterval = TimeSpan.FromSeconds(1),
        MaxRows = 250_000,
    };

    /// <summary>Runs a job to the end of the logs; the last progress.</summary>
    public async Task<BronzeProgress> RunAsync(BronzeSettings settings, CancellationToken cancel, Action<BronzeProgress>? seen = null)
    {
        BronzeProgress? last = null;
        await BronzeJob.RunAsync(
            settings,
            Lake,
            Registry,
            TimeProvider.System,
            IdSource.System,
            NullLogger.Instance,
            p => { last = p; seen?.Invoke(p); },
            cancel);
        return last!;
    }

    public async Task<Table> TableAsync(string name, CancellationToken cancel) =>
        (await Lake.Catalog.TryLoadAsync(TableIdent.Parse(name), cancel))!;

    public async Task<TablePosition> PositionAsync(CancellationToken cancel) => TablePosition.Of(await TableAsync(Market.Table, cancel));

    /// <summary>Rows of a table as PyIceberg reads them, one text per row of the columns.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(string table, string columns, CancellationToken cancel) =>
        await PyIceberg.ReadAsync(Lake.CatalogFile, table, columns, cancel);

    public async ValueTask DisposeAsync()
    {
        await Lake.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
