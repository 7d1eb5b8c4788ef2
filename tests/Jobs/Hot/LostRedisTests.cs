using Dart.Lake.Schemas;

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
}
