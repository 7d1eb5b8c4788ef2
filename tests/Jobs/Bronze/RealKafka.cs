using Dart.Lake.Jobs.Runtime.Kafka;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>One Apache Kafka broker for the tests of a class.</summary>
public sealed class RealKafka : IAsyncLifetime
{
    KafkaServer? server;

    public KafkaSettings Settings => new() { Brokers = server!.Brokers, Timeout = TimeSpan.FromSeconds(30) };

    public async ValueTask InitializeAsync()
    {
        if (Shared.Root is not null)
            server = await KafkaServer.StartAsync(CancellationToken.None);
    }

    /// <summary>A topic for a test, which is skipped when there is no engine.</summary>
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
        if (server is not null)
            await server.DisposeAsync();
    }
}
