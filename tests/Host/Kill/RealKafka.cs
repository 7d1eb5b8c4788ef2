using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>A Kafka of its own for a test, from the shared engines.</summary>
sealed class RealKafka : IAsyncDisposable
{
    readonly TempFolder folder = new();
    readonly string script;

    RealKafka(string script) => this.script = script;

    public string Brokers { get; private set; } = "";

    public static async Task<RealKafka> StartAsync()
    {
        var kafka = new RealKafka(Shared.Path("engines", "kafka"));
        var (port, controller) = (FreePort(), FreePort());
        var said = await kafka.DoAsync("start", ("KAFKA_PORT", $"{port}"), ("KAFKA_CONTROLLER_PORT", $"{controller}"));
        Assert.Contains("READY", said, StringComparison.Ordinal);
        kafka.Brokers = $"127.0.0.1:{port}";
        return kafka;
    }

    /// <summary>Records of a topic that the log has, by partition: offset after the last.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> Ends(IEnumerable<string> topics)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = Brokers, GroupId = "ends", EnableAutoCommit = false }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var ends = new Dictionary<(string, int), long>();
        foreach (var topic in topics)
            foreach (var metadata in admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics)
                foreach (var partition in metadata.Partitions)
                    ends[(topic, partition.PartitionId)] = consumer.QueryWatermarkOffsets(new(topic, partition.PartitionId), TimeSpan.FromSeconds(10)).High.Value;
        return ends;
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    async Task<string> DoAsync(string verb, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(script, [verb, folder["kafka"]]) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        // The broker inherits the script's output and keeps it open: the script's own line is all that is read.
        var line = await process.StandardOutput.ReadLineAsync();
        await process.WaitForExitAsync();
        return line ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        await DoAsync("stop");
        folder.Dispose();
    }
}
