using Dart.Lake.Host.Tests.Kill;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>
/// A seeded day through three brokers, two bronze processes and a hot one into tables on S3 with their catalog in Postgres.
/// </summary>
sealed class StackDay : IAsyncDisposable
{
    public const string Date = "2026-09-22";

    static readonly TimeSpan patience = TimeSpan.FromMinutes(5);

    KafkaServer? kafka;
    SharedServers? servers;
    RedisServer? redis;
    RunningJob? hot;

    StackDay()
    {
        // its servers come one after the other
    }

    public SharedServers Servers => servers!;

    public RedisServer Redis => redis!;

    public TempFolder Folder { get; } = new();

    public string DataDir => Folder["lake"];

    /// <summary>Starts the servers and sends the day; bronze has all of it, and the hot job goes on.</summary>
    public static async Task<StackDay> StartAsync(int trades, CancellationToken cancel)
    {
        var day = new StackDay();
        try
        {
            day.kafka = await KafkaServer.StartClusterAsync(3, cancel);
            day.servers = await SharedServers.StartAsync(cancel);
            day.redis = await RedisServer.StartAsync(cancel);
            await day.SendAsync(trades, cancel);
            return day;
        }
        catch
        {
            await day.DisposeAsync();
            throw;
        }
    }

    async Task SendAsync(int trades, CancellationToken cancel)
    {
        string[] place = ["--brokers", kafka!.Brokers, "--data-dir", DataDir];
        (await Servers.TypeAsync(patience, "migrate", "--data-dir", DataDir)).Exits(0);
        hot = new RunningJob(Servers.Settings, ["stream", "hot", "--redis", Redis.Address, .. place]);
        using var first = new RunningJob(Servers.Settings, ["stream", "bronze", .. place]);
        using var second = new RunningJob(Servers.Settings, ["stream", "bronze", .. place]);
        using (var producer = new RunningJob(Servers.Settings, ["produce", "sim", "--trades", $"{trades}", "--seed", "11", .. place]))
            await producer.EndsWellAsync(patience);
        await using var lake = await Lake.OpenAsync(Servers.Place(DataDir), TimeProvider.System, IdSource.System, cancel);
        var ends = KafkaEnds.Of(kafka.Brokers, LakeState.Tables.Select(t => t.Topic)).OrderBy(e => e.Key).ToList();
        await Wait.UntilAsync("bronze has all", async () =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, cancel);
            return (await LakeState.ReadAsync(lake, cancel)).Next.OrderBy(e => e.Key).SequenceEqual(ends);
        }, cancel, first, second, hot);
        foreach (var job in new[] { first, second })
            Assert.Equal(0, await job.TerminateAsync());
    }

    /// <summary>Ends the hot job as its owner would.</summary>
    public async Task EndHotAsync()
    {
        using (hot)
            Assert.Equal(0, await hot!.TerminateAsync());
        hot = null;
    }

    public async ValueTask DisposeAsync()
    {
        hot?.Dispose();
        redis?.Dispose();
        if (servers is not null)
            await servers.DisposeAsync();
        if (kafka is not null)
            await kafka.DisposeAsync();
        Folder.Dispose();
    }
}
