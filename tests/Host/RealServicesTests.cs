namespace Dart.Lake.Host.Tests;

[Collection("the demo day")]
public sealed class RealServicesTests(DemoDay day)
{
    [Fact]
    public async Task A_real_Kafka_and_a_real_Redis_give_the_same_marts()
    {
        await using var kafka = await KafkaServer.StartAsync(TestContext.Current.CancellationToken);
        day.Run.Exits(0);
        using var folder = new TempFolder();
        using var redis = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        (await Exe.RunAsync(DemoDay.Limit, "demo", "--trades", $"{DemoDay.Trades}", "--json", "--data-dir", folder.Path, "--brokers", kafka.Brokers, "--redis", redis.Address)).Exits(0);
        Gold.AssertSame(await Gold.ExportAsync(day.DataDir), await Gold.ExportAsync(folder["sim"]));
    }
}
