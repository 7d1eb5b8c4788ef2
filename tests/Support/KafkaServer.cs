using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>One Apache Kafka broker of the shared engines on ports of its own; records may have timestamps of any day.</summary>
public sealed class KafkaServer : IAsyncDisposable
{
    readonly string script, folder;

    KafkaServer(string script, string folder, int port) => (this.script, this.folder, Brokers) = (script, folder, $"127.0.0.1:{port}");

    public string Brokers { get; }

    /// <summary>Starts it; the test is skipped, loudly, when there is no such engine.</summary>
    public static async Task<KafkaServer> StartAsync(CancellationToken cancel)
    {
        var engine = Shared.Path("engines", "kafka");
        var server = new KafkaServer(engine, Directory.CreateTempSubdirectory("dartlake-kafka").FullName, FreePort());
        var start = new ProcessStartInfo(engine, ["start", server.folder]) { UseShellExecute = false };
        start.Environment["KAFKA_PORT"] = server.Brokers.Split(':')[1];
        start.Environment["KAFKA_CONTROLLER_PORT"] = $"{FreePort()}";
        start.Environment["KAFKA_EXTRA"] = "log.message.timestamp.after.max.ms=9223372036854775807";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, $"Kafka did not start; see {server.folder}");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using (var process = Process.Start(new ProcessStartInfo(script, ["stop", folder]) { UseShellExecute = false })!)
            await process.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A port of 127.0.0.1 that nobody listened on a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
