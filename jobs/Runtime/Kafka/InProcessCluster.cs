using System.Runtime.InteropServices;
using static Dart.Lake.Jobs.Runtime.Kafka.NativeKafka;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>
/// The embedded broker: librdkafka's own in-process cluster of one node, in memory, on a port of 127.0.0.1 that other processes
/// may use too. It keeps some 4 MB of values per partition and drops the oldest without a word; it has no compaction, no
/// isolation and no look-up by time. Its cluster and topic ids are new at each start, so each start is a new log.
/// </summary>
public sealed class InProcessCluster : IDisposable
{
    nint client, cluster;

    InProcessCluster(nint client, nint cluster, string brokers, TimeSpan patience)
    {
        this.client = client;
        this.cluster = cluster;
        Settings = new KafkaSettings { Brokers = brokers, InProcess = true, Patience = patience };
    }

    /// <summary>How clients reach it.</summary>
    public KafkaSettings Settings { get; }

    /// <summary>Starts a cluster that has the topics.</summary>
    /// <param name="topics">More may be created later.</param>
    /// <param name="patience">Of its clients, see <see cref="KafkaSettings.Patience"/>.</param>
    public static unsafe InProcessCluster Start(IReadOnlyCollection<TopicDefinition> topics, TimeSpan patience)
    {
        var owner = NewClient(Producer, [new("client.id", "dartlake-cluster")], default, 0);
        var nodes = rd_kafka_mock_cluster_new(owner, 1);
        if (nodes == 0)
        {
            rd_kafka_destroy(owner);
            throw LakeException.Unavailable("the in-process Kafka does not start; is a port on 127.0.0.1 free?");
        }
        // Without a controller the ids of cluster and topics are never answered.
        rd_kafka_mock_set_controller_id(nodes, 1);
        var started = new InProcessCluster(owner, nodes, Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(nodes))!, patience);
        foreach (var topic in topics)
            started.CreateTopic(topic);
        return started;
    }

    public void CreateTopic(TopicDefinition topic)
    {
        var error = rd_kafka_mock_topic_create(cluster, topic.Name, topic.Partitions, 1);
        if (error != 0)
            throw LakeException.Invalid($"topic {topic.Name} cannot be created in the in-process Kafka: {ErrorText(error)}");
    }

    public void DeleteTopic(string topic)
    {
        var error = rd_kafka_mock_topic_delete(cluster, topic);
        if (error != 0)
            throw LakeException.Invalid($"topic {topic} cannot be deleted in the in-process Kafka: {ErrorText(error)}");
    }

    /// <summary>Drops the records of a partition before an offset.</summary>
    internal void DeleteRecords(string topic, int partition, long before)
    {
        var error = rd_kafka_mock_partition_delete_records(cluster, topic, partition, before);
        if (error != 0)
            throw LakeException.Invalid($"records of {topic}[{partition}] cannot be deleted: {ErrorText(error)}");
    }

    public void Dispose()
    {
        if (client == 0)
            return;
        rd_kafka_mock_cluster_destroy(cluster);
        rd_kafka_destroy(client);
        client = cluster = 0;
    }
}
