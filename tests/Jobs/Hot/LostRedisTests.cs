using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>The Redis is killed while the hot job is at work; a Redis in memory comes back empty.</summary>
public class LostRedisTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_job_waits_for_a_Redis_that_comes_back_and_shows_everything_in_it()
    {
        using var redis = await RedisServer.StartAsync(Cancel);
        await using var world = await HotWorld.OpenAsync(redis.Address);
        await world.StartHotAsync();
        var producing = world.ProduceAsync();
        await world.UntilAsync(p => p.Events >= 3_000);
        redis.Kill();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Cancel);
        await redis.RestartAsync(Cancel);
        await producing;
        await world.UntilAllIsTakenAsync();

        await HotJobTests.AssertStoreIsReplayAsync(world);
    }

    [Fact]
    public async Task A_Redis_that_never_comes_back_ends_the_job_which_can_be_started_again()
    {
        using var redis = await RedisServer.StartAsync(Cancel);
        await using var world = await HotWorld.OpenAsync(redis.Address, TimeSpan.FromSeconds(1));
        await world.StartHotAsync();
        var producing = world.ProduceAsync();
        await world.UntilAsync(p => p.Events >= 3_000);
        redis.Kill();
        var gone = await Assert.ThrowsAsync<LakeException>(() => world.UntilAsync(_ => false));

        Assert.Equal(LakeErrorKind.Unavailable, gone.Kind);
        Assert.Contains(redis.Address, gone.Message, StringComparison.Ordinal);
        await redis.RestartAsync(Cancel);
        await world.StartHotAsync();
        await producing;
        await world.UntilAllIsTakenAsync();
        await HotJobTests.AssertStoreIsReplayAsync(world);
    }

    [Fact]
    public async Task A_Redis_that_comes_after_the_job_is_waited_for()
    {
        using var redis = await RedisServer.StartAsync(Cancel);
        redis.Kill();
        var waits = new Waits();
        var connecting = HotJob.ConnectAsync(
            new() { Address = redis.Address, Timeout = TimeSpan.FromMilliseconds(200) },
            Settings with { Patience = TimeSpan.FromMinutes(1) }, TimeProvider.System, IdSource.System, waits, Cancel);
        var told = await waits.Told.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal($"no Redis at {redis.Address}; start it, or name another with --redis; waiting 60 seconds for it", told);
        await redis.RestartAsync(Cancel);
        await using var store = await connecting.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Empty(await store.ReadAccountsAsync(Cancel));
    }

    [Fact]
    public async Task A_Redis_that_never_comes_ends_the_job_when_the_patience_is_over() => Assert.Equal(
        LakeErrorKind.Unavailable,
        (await Assert.ThrowsAsync<LakeException>(() => HotJob.ConnectAsync(
            new() { Address = "127.0.0.1:1", Timeout = TimeSpan.FromMilliseconds(200) },
            Settings with { Patience = TimeSpan.FromMilliseconds(300) },
            TimeProvider.System,
            IdSource.System,
            NullLogger.Instance,
            Cancel))).Kind);

    /// <summary>To restore may take minutes without a flush: another lake's job must not take the keys for a dead one's.</summary>
    [Fact]
    public async Task A_job_that_does_what_takes_long_says_that_it_lives()
    {
        using var garnet = EmbeddedGarnet.Start(IdSource.System);
        await using var lake = await HotLake.OpenAsync();
        await using var store = await RedisStore.ConnectAsync(garnet.Settings, TimeProvider.System, IdSource.System, Cancel);
        await using var lease = await HotLease.AcquireAsync(
            Settings with { RenewEvery = TimeSpan.FromMilliseconds(50) },
            lake.Lake.Ledger,
            TimeProvider.System,
            IdSource.System,
            NullLogger.Instance,
            Cancel);
        var dead = new HotMeta("hot", lease.Held.Epoch, null, 0, 0, 1_700_000_000_000_000, null) { Lake = "a" };
        await store.FlushAsync(dead, [], Cancel);
        lease.Beside(stop => store.HoldAsync("hot", "a", lease.Held.Epoch, stop));

        await lease.WhileHeldAsync(async stop =>
        {
            while ((await store.TryReadAsync(HotKeys.Meta("hot"), stop))!["as_of"] == "1700000000000000")
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
            return true;
        }, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.Contains(
            "another lake's hot job", (await Assert.ThrowsAsync<LakeException>(() => store.ClaimAsync("hot", "b", Cancel))).Message, StringComparison.Ordinal);
    }

    static HotSettings Settings => new()
    {
        Kafka = new() { Brokers = "", Patience = TimeSpan.FromMinutes(1) },
        FlushInterval = TimeSpan.FromMilliseconds(20),
        MaxHeldRows = 1,
        CutGrace = TimeSpan.FromHours(3),
        IdleLimit = TimeSpan.FromSeconds(30),
        Patience = TimeSpan.FromMinutes(1),
    };

    /// <summary>Takes the first thing that is logged.</summary>
    sealed class Waits : ILogger
    {
        readonly TaskCompletionSource<string> told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Told => told.Task;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            told.TrySetResult(formatter(state, exception));
    }
}
