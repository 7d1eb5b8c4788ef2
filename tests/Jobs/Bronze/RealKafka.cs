using Confluent.Kafka;
using Dart.Lake.Jobs.Runtime.Kafka;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>One Apache Kafka broker for the tests that need a real one.</summary>
[CollectionDefinition(Name)]
public sealed class RealKafka : ICollectionFixture<RealKafka>, IAsyncLifetime
{
    public const string Name = "a real Kafka";

    KafkaServer? server;

    public KafkaSettings Settings => new()
    {
        Brokers = server!.Brokers,
        Timeout = TimeSpan.FromSeconds(30),
        Patience = TimeSpan.FromMinutes(1),
    };

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

    /// <summary>Deletes a topic and creates it again.</summary>
    internal async Task RecreateAsync(TopicDefinition topic, CancellationToken cancel)
    {
        using var client = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Settings.Brokers }).Build();
        await client.DeleteTopicsAsync([topic.Name]);
        using var admin = new KafkaAdmin(Settings);
        for (var attempt = 0; ; attempt++)
            try
            {
                // a deletion takes a moment, in which creating is refused or the old topic still answers
                await admin.EnsureAsync([topic], cancel);
                if ((await admin.IdentifyAsync([topic.Name], cancel)).Count == 1)
                    return;
            }
            catch (LakeException) when (attempt < 50)
            {
                await Task.Yield();
            }
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }
}
