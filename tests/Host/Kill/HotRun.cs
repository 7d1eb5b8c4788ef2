using System.Globalization;
using Dart.Lake.Lakehouse.Catalogs;
using StackExchange.Redis;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>One <c>stream hot</c> from its start to its kill, as its lease in the lake and its hash in Redis show it.</summary>
sealed class HotRun : IDisposable
{
    const string Name = "hot";

    readonly Lake lake;
    readonly IDatabase redis;
    readonly long epochBefore;

    HotRun(Lake lake, IDatabase redis, RunningJob job, long epochBefore) =>
        (this.lake, this.redis, Job, this.epochBefore) = (lake, redis, job, epochBefore);

    public RunningJob Job { get; }

    public static async Task<HotRun> StartAsync(Lake lake, IDatabase redis, string[] place, CancellationToken cancel)
    {
        var lease = await lake.Ledger.FindLeaseAsync(Name, cancel);
        return new(lake, redis, new(["stream", "hot", .. place]), lease?.Epoch ?? 0);
    }

    /// <summary>
    /// Waits until it is the active one, which after a kill takes until
    /// the dead one's lease has run out; gives its epoch, which has grown.
    /// </summary>
    public async Task<long> BecomesActiveAsync(CancellationToken cancel) =>
        (await Wait.ForAsync<Lease>(
            "hot is active",
            async () => await lake.Ledger.FindLeaseAsync(Name, cancel) is { } lease && lease.Epoch > epochBefore ? lease : null,
            cancel,
            Job)).Epoch;

    /// <summary>Waits until Redis shows its epoch, and then a later watermark than at first.</summary>
    public async Task AppliesAsync(CancellationToken cancel)
    {
        var epoch = await BecomesActiveAsync(cancel);
        await Wait.UntilAsync("hot writes with its epoch", async () => await ShownAsync("epoch") == epoch, cancel, Job);
        var first = await Wait.ForAsync<object>("hot has a watermark", async () => await ShownAsync("watermark") is { } shown ? shown : null, cancel, Job);
        await Wait.UntilAsync("hot's watermark moves", async () => await ShownAsync("watermark") > (long)first, cancel, Job);
    }

    /// <summary>Holds writes to Redis back, and waits until a flush hangs in the server.</summary>
    public async Task HangsInFlushAsync(CancellationToken cancel)
    {
        await AppliesAsync(cancel);
        await redis.ExecuteAsync("CLIENT", "PAUSE", "60000", "WRITE");
        await Wait.UntilAsync("a flush of hot hangs", async () => await HasHangingFlushAsync(), cancel, Job);
    }

    /// <summary>Lets writes go on.</summary>
    public Task ReleaseRedisAsync() => redis.ExecuteAsync("CLIENT", "UNPAUSE");

    /// <summary>Whether a writer of ours waits for the end of the pause.</summary>
    async Task<bool> HasHangingFlushAsync() =>
        ((string)(await redis.ExecuteAsync("CLIENT", "LIST"))!)
            .Split('\n')
            .Any(client => client.Contains(" name=dartlake ", StringComparison.Ordinal) && client.Contains(" flags=b ", StringComparison.Ordinal));

    /// <summary>A number of its meta hash, or null.</summary>
    public async Task<long?> ShownAsync(string field) =>
        (string?)await redis.HashGetAsync($"hot:meta:{Name}", field) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    public void Dispose() => Job.Dispose();
}
