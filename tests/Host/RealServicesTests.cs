namespace Dart.Lake.Host.Tests;

[Collection("the demo day")]
public sealed class RealServicesTests(DemoDay day)
{
    [Fact]
    public async Task A_real_Kafka_and_a_real_Redis_give_the_same_marts()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "needs Debian's redis-server; run 'make deps'");
        await using var kafka = await KafkaServer.StartAsync(TestContext.Current.CancellationToken);
        day.Run.Exits(0);
        using var folder = new TempFolder();
        var port = KafkaServer.FreePort();
        using var redis = System.Diagnostics.Process.Start("/usr/bin/redis-server", ["--bind", "127.0.0.1", "--port", $"{port}", "--save", "", "--logfile", folder["redis.log"]]);
        try
        {
            (await Exe.RunAsync(DemoDay.Limit, "demo", "--trades", $"{DemoDay.Trades}", "--json", "--data-dir", folder.Path, "--brokers", kafka.Brokers, "--redis", $"127.0.0.1:{port}")).Exits(0);
            Gold.AssertSame(await Gold.ExportAsync(day.DataDir), await Gold.ExportAsync(folder["sim"]));
        }
        finally
        {
            redis.Kill();
            await redis.WaitForExitAsync();
        }
    }
}
