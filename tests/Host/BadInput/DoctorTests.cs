using Dart.Lake.Lakehouse.HotStore;

namespace Dart.Lake.Host.Tests.BadInput;

/// <summary><c>dartlake doctor</c> tells what a job of this lake would meet.</summary>
public sealed class DoctorTests
{
    static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_hot_job_of_another_lake_in_the_same_Redis_is_told_from_one_of_this_lake()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var redis = await RedisServer.StartAsync(cancel);
        using var folder = new TempFolder();
        var ids = await Task.WhenAll(new[] { "one", "other" }.Select(name => MakeAsync(folder[name], cancel)));
        await using var store = await RedisStore.ConnectAsync(
            new() { Address = redis.Address }, TimeProvider.System, IdSource.System, cancel);
        await store.FlushAsync(Living(ids[0]), [], cancel);

        Assert.Contains("lag 3", (await DoctorAsync("one")).Exits(0).Out, StringComparison.Ordinal);
        // a lake that is not there yet is another one, too
        foreach (var name in new[] { "other", "none" })
            (await DoctorAsync(name)).Exits(1).SaysOnce($"another lake's (lake {ids[0]})", "--redis-prefix");
        (await DoctorAsync("other", "--redis-prefix", "mine")).Exits(0);

        await store.FlushAsync(Living(ids[0]) with { AsOf = 1_700_000_000_000_000 }, [], cancel);
        Assert.Contains("has ended", (await DoctorAsync("other")).Exits(0).Out, StringComparison.Ordinal);

        Task<Exe.Result> DoctorAsync(string name, params string[] more) =>
            Exe.RunAsync(limit, ["doctor", "--redis", redis.Address, "--data-dir", folder[name], .. more]);
    }

    static async Task<string> MakeAsync(string folder, CancellationToken cancel)
    {
        await using var lake = await Lake.OpenAsync(folder, TimeProvider.System, IdSource.System, cancel);
        return lake.Id;
    }

    static HotMeta Living(string lake) => new("hot", 1, null, 3, 0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000, null)
    {
        Lake = lake,
    };
}
