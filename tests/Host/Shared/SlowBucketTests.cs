namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>A whole day in a bucket each of whose requests takes its time: it ends, and its numbers are those of a folder.</summary>
public sealed class SlowBucketTests(ITestOutputHelper output)
{
    const string Trades = "500";
    static readonly TimeSpan limit = TimeSpan.FromMinutes(30);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_day_in_a_bucket_that_takes_a_twentieth_of_a_second_is_the_same_day() => IsTheSameAsync(50, 50);

    [Fact(Explicit = true)]
    public Task A_day_in_a_bucket_that_takes_up_to_two_seconds_is_the_same_day() => IsTheSameAsync(300, 2000);

    async Task IsTheSameAsync(int least, int most)
    {
        await using var servers = await SharedServers.StartAsync(Cancel);
        using var folder = new TempFolder();
        var (requests, random) = (0, new Random(7));
        await using var proxy = new FaultProxy(servers.Endpoint) { OnRequest = _ => Slow() };
        var settings = servers.With(("DARTLAKE__Lake__S3Endpoint", proxy.Endpoint.AbsoluteUri));
        (await Exe.RunAsync(limit, "demo", "--trades", Trades, "--json", "--data-dir", folder["near"])).Exits(0);
        (await SharedServers.TypeAsync(settings, limit, "migrate", "--data-dir", folder["far/sim"])).Exits(0);
        var began = TimeProvider.System.GetTimestamp();
        (await SharedServers.TypeAsync(settings, limit, "demo", "--trades", Trades, "--json", "--data-dir", folder["far"])).Exits(0);
        Assert.True(requests > 100, $"{requests} requests went through the slow bucket");
        output.WriteLine($"{requests} requests of {least} to {most} ms: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
        (await SharedServers.TypeAsync(settings, limit, "verify", "--data-dir", folder["far/sim"])).Exits(0);
        Gold.AssertSame(await Gold.ExportAsync(folder["near/sim"]), await Gold.ExportAsync(servers.Place(folder["far/sim"])));

        Fault Slow()
        {
            lock (random)
            {
                requests++;
                return new() { Delay = TimeSpan.FromMilliseconds(random.Next(least, most + 1)) };
            }
        }
    }
}
