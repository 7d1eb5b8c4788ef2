using System.Text.Json.Nodes;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Jobs.Tests.Bronze;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Proofs;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Redrive;

/// <summary>A lake with dead letters of every reason that a wrong registry can make, and what mends them.</summary>
sealed class RedriveWorld : IAsyncDisposable
{
    public const string Topic = "market_data_raw";

    /// <summary>The schema id of the first cause.</summary>
    public const int FirstId = 100;

    static readonly TopicDefinition topic = new(Topic, 2);
    static readonly string good = Topics.MarketData.Schema.Text;

    /// <summary>Schemas that make good bytes a dead letter, by the reason; null: the registry has none.</summary>
    static readonly (string Reason, string? Schema)[] causes =
    [
        ("UNKNOWN_SCHEMA", null),
        ("WRONG_SCHEMA", Topics.Trades.Schema.Text),
        ("TRUNCATED", Moved("source", before: "event_time")),
        ("MALFORMED", Moved("event_time", before: "instrument")),
        ("IMPLAUSIBLE_DAY", InMillis("event_time")),
        ("IMPLAUSIBLE_TIME", InMillis("ingest_time")),
    ];

    readonly BronzeWorld bronze;
    readonly InProcessCluster cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));

    RedriveWorld(BronzeWorld bronze)
    {
        this.bronze = bronze;
        Engine = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 1L << 28, AllowedFolders = [bronze.Lake.DataDir] });
    }

    /// <summary>Reasons that a schema mends.</summary>
    public static IReadOnlyList<string> Mendable => [.. causes.Select(c => c.Reason)];

    public BronzeWorld Bronze => bronze;
    public Dart.Lake.Lake Lake => bronze.Lake;
    public DuckDbEngine Engine { get; }

    /// <summary>Two good rows, then of every reason a record; NOT_FRAMED and NULL_VALUE stay whatever is mended.</summary>
    public static async Task<RedriveWorld> OpenAsync(CancellationToken cancel)
    {
        var world = new RedriveWorld(await BronzeWorld.OpenAsync(cancel));
        foreach (var (i, (_, schema)) in causes.Index())
            if (schema is not null)
                await File.WriteAllTextAsync(world.SchemaFile(FirstId + i), schema, cancel);
        using (var producer = new BatchProducer(world.cluster.Settings, "test", [topic]))
        {
            for (var p = 0; p < 2; p++)
                producer.Send(Topic, p, "k"u8, world.Bronze.Events.Quote(p), cancel);
            foreach (var (i, _) in causes.Index())
                producer.Send(Topic, i % 2, "k"u8, world.Quote(10 + i, FirstId + i), cancel);
            producer.Send(Topic, 0, "k"u8, "not framed"u8, cancel);
            producer.SendTombstone(Topic, 1, "k"u8, cancel);
            producer.Flush(cancel);
        }
        await world.StreamAsync(cancel);
        return world;
    }

    /// <summary>A good value under another schema id.</summary>
    public byte[] Quote(long sequence, int id)
    {
        var value = Bronze.Events.Quote(sequence);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(1), id);
        return value;
    }

    public Task<BronzeProgress> StreamAsync(CancellationToken cancel, bool readAgain = false) =>
        bronze.RunAsync(bronze.Settings(cluster.Settings) with { ReadAgain = readAgain }, cancel);

    public void Send(CancellationToken cancel, params IEnumerable<byte[]> values)
    {
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        foreach (var value in values)
            producer.Send(Topic, 0, "k"u8, value, cancel);
        producer.Flush(cancel);
    }

    /// <summary>The registry has the schema that the records of a reason were written with.</summary>
    public Task MendAsync(string reason, CancellationToken cancel) =>
        File.WriteAllTextAsync(SchemaFile(FirstId + Array.FindIndex(causes, c => c.Reason == reason)), good, cancel);

    /// <param name="lake">Another's eyes on the same folder; null: the world's.</param>
    /// <param name="rows">How many one commit takes at most.</param>
    public DeadLetterOffice Office(Dart.Lake.Lake? lake = null, int? rows = null) => new(
        lake ?? Lake, Engine, new FileSchemaRegistry(Path.Combine(Lake.DataDir, "registry"), TimeProvider.System),
        TimeProvider.System, IdSource.System, NullLogger.Instance)
    {
        Limit = PartLimit.Standard with { Rows = rows ?? PartLimit.Standard.Rows },
    };

    /// <summary>Rows of a query over a table; SQL of the table is put in place of <c>it</c>.</summary>
    public async Task<IReadOnlyList<object?[]>> RowsAsync(string table, string sql, CancellationToken cancel)
    {
        await using var session = Engine.OpenSession();
        var now = (await Lake.Catalog.TryLoadAsync(TableIdent.Parse(table), cancel))!;
        var files = (await Lake.Scan.PlanAsync(now, new(), cancel)).Files;
        var it = await TableReader.SqlForAsync(session, now, now.Metadata.Schema, files, cancel);
        return await session.RowsAsync($"WITH it AS ({it}) {sql}", cancel);
    }

    /// <summary>Data files of all tables that no table shows.</summary>
    public async Task<IReadOnlyList<string>> OrphansAsync(CancellationToken cancel)
    {
        var live = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in (await Lake.Catalog.SurveyAsync(cancel)).Tables.Values)
            foreach (var snapshot in table.Metadata.Snapshots)
                live.UnionWith((await Lake.Scan.PlanAsync(table, new() { SnapshotId = snapshot.SnapshotId }, cancel)).Files
                    .Select(f => new Uri(f.Path).LocalPath));
        return [.. Directory.EnumerateFiles(Path.Combine(Lake.DataDir, "warehouse"), "*.parquet", SearchOption.AllDirectories)
            .Where(f => !live.Contains(f))];
    }

    public async Task<VerifyReport> VerifyAsync(CancellationToken cancel) =>
        await new Verifier(Lake.Catalog, Lake.Scan, Lake.Store).VerifyAsync(null, cancel);

    /// <summary>Sequences of the rows as PyIceberg reads them.</summary>
    public async Task<IReadOnlyList<long>> SequencesAsync(CancellationToken cancel) =>
        [.. (await bronze.ReadAsync("bronze.market_data", "sequence", cancel)).Select(long.Parse).Order()];

    string SchemaFile(int id) => Path.Combine(Lake.DataDir, "registry", $"{id}.json");

    static string Moved(string field, string before)
    {
        var schema = JsonNode.Parse(good)!;
        var fields = schema["fields"]!.AsArray();
        var moved = fields.First(f => (string?)f!["name"] == field)!;
        fields.Remove(moved);
        fields.Insert(fields.IndexOf(fields.First(f => (string?)f!["name"] == before)), moved);
        return schema.ToJsonString();
    }

    static string InMillis(string field)
    {
        var schema = JsonNode.Parse(good)!;
        schema["fields"]!.AsArray().First(f => (string?)f!["name"] == field)!["type"]!["logicalType"] = "timestamp-millis";
        return schema.ToJsonString();
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        cluster.Dispose();
        await bronze.DisposeAsync();
    }
}
