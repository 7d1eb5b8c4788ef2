using System.Net;
using System.Net.Sockets;
using Dart.Lake.Jobs.Runtime.Kafka;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>One Apache Kafka broker of the shared engines, for the tests of a class.</summary>
public sealed class RealKafka : IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("dartlake-kafka").FullName;
    string? script;

    public KafkaSettings Settings { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Shared.Root is null)
            return;
        script = Path.Combine(Shared.Root, "engines", "kafka");
        var (port, controller) = (FreePort(), FreePort());
        Settings = new() { Brokers = $"127.0.0.1:{port}", Timeout = TimeSpan.FromSeconds(30) };
        var (_, error, code) = await PyIceberg.RunAsync(script, ["start", Path.Combine(folder, "kafka")], CancellationToken.None,
        [
            new("KAFKA_PORT", $"{port}"), new("KAFKA_CONTROLLER_PORT", $"{controller}"), new("KAFKA_EXTRA", "log.message.timestamp.after.max.ms=9223372036854775807"),
        ], capture: false);
        Assert.True(code == 0, error);
    }

    /// <summary>Skips the test when there is no engine; a topic of its own for it.</summary>
    internal async Task<TopicDefinition> TopicAsync(string name, int partitions, CancellationToken cancel)
    {
        Shared.Path("engines", "kafka");
        var topic = new TopicDefinition(name, partitions);
        using var admin = new KafkaAdmin(Settings);
        await admin.EnsureAsync([topic], cancel);
        return topic;
    }

    public async ValueTask DisposeAsync()
    {
        if (script is not null)
            await PyIceberg.RunAsync(script, ["stop", Path.Combine(folder, "kafka")], CancellationToken.None, capture: false);
        Directory.Delete(folder, recursive: true);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
