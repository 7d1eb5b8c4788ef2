using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Dart.Lake.Jobs.Runtime.Kafka.NativeKafka;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>
/// Sends records in batches, idempotently and in order per partition, and holds the caller
/// back: by the client's queue, and by the bytes that consumers have not made durable. The
/// partition is the one that Java's clients choose. Not thread-safe; one producer per topic.
/// </summary>
/// <remarks> A record that the brokers did not acknowledge makes the next call, at the latest
/// <see cref="Flush"/>, fail: Unavailable when it certainly was not written, Retry when
/// nobody knows (it may be in the log; who sends it again must be ready for a duplicate).
/// </remarks>
internal sealed unsafe class BatchProducer : IDisposable
{
    const int MostQueued = 300_000;
    const int PollMilliseconds = 10;

    readonly KafkaSettings settings;
    readonly OutstandingBytes? outstanding;
    readonly Dictionary<string, TopicBuffer> topics = new(StringComparer.Ordinal);
    GCHandle self;
    nint client;
    int failed, unknown, firstError;

    /// <param name="settings">Where Kafka is.</param>
    /// <param name="clientId">Name in the brokers' logs.</param>
    /// <param name="topics">Topics that may be sent to, with their partitions.</param>
    /// <param name="outstanding">Holds the producer back; null: only the client's queue does.</param>
    /// <exception cref="LakeException">Unavailable: the end of a partition cannot be asked.</exception>
    public BatchProducer(
        KafkaSettings settings, string clientId, IReadOnlyCollection<TopicDefinition> topics, OutstandingBytes? outstanding = null)
    {
        this.settings = settings;
        this.outstanding = outstanding;
        self = GCHandle.Alloc(this);
        try
        {
            var config = settings.Producer(clientId);
            // A report per record costs as much as sending it; what fails is reported.
            client = NewClient(Producer, [.. config, new("delivery.report.only.error", "true")], new() { Delivered = &Delivered }, GCHandle.ToIntPtr(self));
            foreach (var topic in topics)
            {
                this.topics.Add(topic.Name, new(topic, rd_kafka_topic_new(client, topic.Name, 0)));
                if (outstanding is not null)
                    for (var partition = 0; partition < topic.Partitions; partition++)
                        outstanding.Begin(topic.Name, partition, End(topic.Name, partition));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The partition of a key in a topic.</summary>
    public int PartitionOf(string topic, ReadOnlySpan<byte> key) => Murmur2.Partition(key, Buffer(topic).Definition.Partitions);

    /// <summary>Sends a record to its key's partition; blocks while there is no room.</summary>
    /// <exception cref="LakeException">Unavailable, Retry: an earlier record was not acknowledged.</exception>
    public void Send(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, CancellationToken cancel) =>
        Send(topic, PartitionOf(topic, key), key, value, cancel);

    /// <summary>Sends a record to a partition; blocks while there is no room. An empty key is none.</summary>
    public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, CancellationToken cancel) =>
        Add(topic, partition, key, value, false, cancel);

    /// <summary>Sends a record without a value.</summary>
    public void SendTombstone(string topic, int partition, ReadOnlySpan<byte> key, CancellationToken cancel) =>
        Add(topic, partition, key, default, true, cancel);

    void Add(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool tombstone, CancellationToken cancel)
    {
        var buffer = Buffer(topic);
        if (outstanding is not null && !outstanding.TryAdd(topic, partition, value.Length))
        {
            // What is waited for may still lie in our buffers.
            Push(cancel);
            outstanding.Add(topic, partition, value.Length, cancel);
        }
        if (!buffer.HasRoom(key.Length + value.Length))
            Hand(buffer, cancel);
        buffer.Add(partition, key, value, tombstone);
    }

    /// <summary>Hands over what is buffered, without waiting for the brokers.</summary>
    public void Push(CancellationToken cancel)
    {
        foreach (var buffer in topics.Values)
            Hand(buffer, cancel);
    }

    /// <summary>Waits until the brokers have acknowledged everything.</summary>
    public void Flush(CancellationToken cancel)
    {
        Push(cancel);
        while (rd_kafka_outq_len(client) > 0)
        {
            cancel.ThrowIfCancellationRequested();
            rd_kafka_flush(client, 100);
            ThrowIfFailed();
        }
        ThrowIfFailed();
    }

    void Hand(TopicBuffer buffer, CancellationToken cancel)
    {
        if (buffer.Count == 0)
            return;
        while (rd_kafka_outq_len(client) > MostQueued)
        {
            cancel.ThrowIfCancellationRequested();
            rd_kafka_poll(client, PollMilliseconds);
            ThrowIfFailed();
        }
        rd_kafka_poll(client, 0);
        ThrowIfFailed();
        if (buffer.Hand(out var error) == 0)
            return;
        throw LakeException.Unavailable($"records for topic {buffer.Definition.Name} are not taken by the Kafka client at {settings.Brokers}: {ErrorText(error)}");
    }

    void ThrowIfFailed()
    {
        if (failed == 0)
            return;
        var text = $"{failed} records were not acknowledged by Kafka at {settings.Brokers} ({ErrorText(firstError)})";
        throw unknown == 0
            ? LakeException.Unavailable($"{text}; they were not written: send them again")
            : LakeException.Retry($"{text}; {unknown} of them may have been written: sending again can make duplicates");
    }

    // a topic that was just created has no leader for a moment
    long End(string topic, int partition)
    {
        var began = Environment.TickCount64;
        while (true)
        {
            var error = rd_kafka_query_watermark_offsets(
                client, topic, partition, out _, out var high, (int)settings.Timeout.TotalMilliseconds);
            if (error == 0)
                return high;
            if (error is not (UnknownPartition or NoLeader or NotLeader)
                || Environment.TickCount64 - began > settings.Timeout.TotalMilliseconds)
                throw KafkaErrors.Unreachable(settings, $"asking where {topic}[{partition}] ends", ErrorText(error));
            rd_kafka_poll(client, 50);
        }
    }

    TopicBuffer Buffer(string topic) => topics.TryGetValue(topic, out var buffer) ? buffer : throw LakeException.Bug($"the producer was not made for topic {topic}");

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Delivered(nint client, NativeMessage* message, nint opaque)
    {
        if (message->Error == 0 || GCHandle.FromIntPtr(opaque).Target is not BatchProducer producer)
            return;
        if (producer.failed++ == 0)
            producer.firstError = message->Error;
        if (rd_kafka_message_status(message) != MessageNotPersisted)
            producer.unknown++;
    }

    /// <summary>Drops what was not flushed.</summary>
    public void Dispose()
    {
        foreach (var buffer in topics.Values)
            buffer.Dispose();
        topics.Clear();
        if (client != 0)
        {
            rd_kafka_purge(client, 3);
            rd_kafka_flush(client, 1000);
            rd_kafka_destroy(client);
            client = 0;
        }
        if (self.IsAllocated)
            self.Free();
    }
}
