using System.Net;
using System.Net.Sockets;
using Dart.Lake.Host.Tests.Judges;

namespace Dart.Lake.Host.Tests;

[Collection("the demo day")]
public sealed class RealServicesTests(DemoDay day)
{
    [Fact]
    public async Task A_real_Kafka_and_a_real_Redis_give_the_same_marts()
    {
        var kafka = Shared.Path("engines", "kafka");
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "needs Debian's redis-server; run 'make deps'");
        day.Run.Exits(0);
        using var folder = new TempFolder();
        var (broker, controller, port) = (FreePort(), FreePort(), FreePort());
        var ready = await Tool.RunAsync(kafka, ["start", folder["kafka"]], new Dictionary<string, string>
        {
            ["KAFKA_PORT"] = $"{broker}",
            ["KAFKA_CONTROLLER_PORT"] = $"{controller}",
            ["KAFKA_EXTRA"] = "log.message.timestamp.after.max.ms=9223372036854775807",
        });
        Assert.Contains("READY", ready, StringComparison.Ordinal);
        using var redis = System.Diagnostics.Process.Start("/usr/bin/redis-server", ["--bind", "127.0.0.1", "--port", $"{port}", "--save", "", "--logfile", folder["redis.log"]]);
        try
        {
            (await Exe.RunAsync(TimeSpan.FromMinutes(4), "demo", "--trades", "20000", "--json", "--data-dir", folder.Path, "--brokers", $"127.0.0.1:{broker}", "--redis", $"127.0.0.1:{port}")).Exits(0);
            Gold.AssertSame(await Gold.ExportAsync(day.DataDir), await Gold.ExportAsync(folder["sim"]));
        }
        finally
        {
            redis.Kill();
            await redis.WaitForExitAsync();
            await Tool.RunAsync(kafka, ["stop", folder["kafka"]]);
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
