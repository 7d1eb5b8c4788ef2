using Confluent.Kafka;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>Where the logs of topics end, as the broker says.</summary>
static class KafkaEnds
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The offset after the last record, by topic and partition.</summary>
    public static IReadOnlyDictionary<(string Topic, int Partition), long> Of(string brokers, IEnumerable<string> topics)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = brokers,
            GroupId = "ends",
            EnableAutoCommit = false,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var ends = new Dictionary<(string, int), long>();
        foreach (var topic in topics)
            foreach (var metadata in admin.GetMetadata(topic, Limit).Topics)
                foreach (var partition in metadata.Partitions)
                    ends[(topic, partition.PartitionId)] = consumer.QueryWatermarkOffsets(
                        new(topic, partition.PartitionId), Limit).High.Value;
        return ends;
    }
}
