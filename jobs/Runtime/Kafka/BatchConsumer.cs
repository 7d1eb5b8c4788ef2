using System.Runtime.InteropServices;
using Confluent.Kafka;
using static Dart.Lake.Jobs.Runtime.Kafka.NativeKafka;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>One record in librdkafka's memory; valid until the next <see cref="BatchConsumer.Take"/>.</summary>
internal readonly ref struct KafkaRecord(int topic, int partition, long offset, long timestampMicros, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasKey, bool hasValue)
{
    /// <summary>Index in the topics that the consumer was made for.</summary>
    public int Topic { get; } = topic;
    public int Partition { get; } = partition;
    public long Offset { get; } = offset;
    /// <summary>Microseconds since 1970; -1 when there is none.</summary>
    public long TimestampMicros { get; } = timestampMicros;
    public ReadOnlySpan<byte> Key { get; } = key;
    public ReadOnlySpan<byte> Value { get; } = value;
    public bool HasKey { get; } = hasKey;
    public bool HasValue { get; } = hasValue;
    /// <summary>No record: every record before <see cref="Offset"/> has been delivered, and the log ends there as yet.</summary>
    public bool IsEnd { get; init; }
}

/// <summary>A partition and the offset to read from.</summary>
internal readonly record struct StartPosition(string Topic, int Partition, long Offset);

/// <summary>
/// Takes records in batches from librdkafka's queue, without an object or a copy per record. Partitions are assigned by the caller; nothing is
/// committed to Kafka. Not thread-safe.
/// </summary>
internal sealed unsafe class BatchConsumer : IDisposable
{
    readonly KafkaSettings settings;
    readonly string[] topics;
    // The client lives only as long as this field: with the raw queue alone it would be finalised and fall silent.
    readonly IConsumer<Ignore, Ignore> consumer;
    readonly SafeHandle handle;
    readonly NativeMessage** messages;
    readonly int capacity;
    readonly List<(nint Handle, int Topic)> known = [];
    nint queue;
    int count;
    volatile bool disconnected;

    /// <param name="settings">Where Kafka is.</param>
    /// <param name="clientId">Name in the brokers' logs.</param>
    /// <param name="topics">All topics that will be assigned; records carry the index.</param>
    /// <param name="capacity">Most records in a batch.</param>
    public BatchConsumer(KafkaSettings settings, string clientId, IReadOnlyList<string> topics, int capacity = 10_000)
    {
        this.settings = settings;
        this.topics = [.. topics];
        this.capacity = capacity;
        consumer = KafkaErrors.Named(settings, "Kafka", () => new ConsumerBuilder<Ignore, Ignore>(settings.Consumer(clientId))
            .SetErrorHandler((_, _) => OnError()).SetLogHandler((_, _) => { }).Build());
        handle = HandleOf(consumer.Handle);
        var added = false;
        handle.DangerousAddRef(ref added);
        queue = rd_kafka_queue_get_consumer(handle.DangerousGetHandle());
        messages = (NativeMessage**)NativeMemory.Alloc((nuint)capacity, (nuint)sizeof(NativeMessage*));
    }

    /// <summary>Reads these partitions from these offsets and no others.</summary>
    public void Assign(IEnumerable<StartPosition> positions)
    {
        Release();
        known.Clear();
        // What is queued from an assignment before is dropped by the client (it checks the version of each partition).
        KafkaErrors.Named(settings, "assigning partitions", () =>
        {
            consumer.Assign(positions.Select(p => new TopicPartitionOffset(p.Topic, p.Partition, p.Offset)));
            return true;
        });
    }

    /// <summary>First offset and the offset after the last, asked from the broker.</summary>
    public (long Low, long High) Watermarks(string topic, int partition)
    {
        var w = KafkaErrors.Named(settings, $"asking where {topic} [{partition}] begins and ends", () => consumer.QueryWatermarkOffsets(new(topic, partition), settings.Timeout));
        return (w.Low.Value, w.High.Value);
    }

    /// <summary>The offset after the last as the newest fetch told it; -1 before the first.</summary>
    public long KnownEnd(string topic, int partition) => consumer.GetWatermarkOffsets(new(topic, partition)) is { High: var high } && !high.IsSpecial ? high.Value : -1;

    /// <summary>Whether a connection was lost since the last call.</summary>
    public bool TakeDisconnected()
    {
        var was = disconnected;
        disconnected = false;
        return was;
    }

    /// <summary>Waits at most so long until the batch is full, and returns the number of entries. Entries of the batch before are gone.</summary>
    /// <exception cref="LakeException">Unavailable, Corrupt: what the client reports; see the message.</exception>
    public int Take(TimeSpan wait)
    {
        Release();
        var taken = rd_kafka_consume_batch_queue(queue, (int)wait.TotalMilliseconds, messages, (nuint)capacity);
        if (taken < 0)
            throw LakeException.Unavailable($"reading from Kafka at {settings.Brokers} failed; look at the brokers");
        count = (int)taken;
        for (var i = 0; i < count; i++)
            if (messages[i]->Error != 0 && messages[i]->Error != PartitionEof)
                Refuse(messages[i]);
        return count;
    }

    /// <summary>The i-th entry of the batch.</summary>
    public KafkaRecord this[int i]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)count);
            var m = messages[i];
            if (m->Error != 0)
                return new(TopicOf(m->Topic), m->Partition, m->Offset, -1, default, default, false, false) { IsEnd = true };
            var timestamp = rd_kafka_message_timestamp(m, out var type);
            return new(TopicOf(m->Topic), m->Partition, m->Offset, type == 0 ? -1 : timestamp * 1000,
                new(m->Key, checked((int)m->KeyLength)), new(m->Value, checked((int)m->ValueLength)), m->Key is not null, m->Value is not null);
        }
    }

    int TopicOf(nint topic)
    {
        foreach (var (pointer, index) in known)
            if (pointer == topic)
                return index;
        var name = Marshal.PtrToStringUTF8(rd_kafka_topic_name(topic));
        var found = Array.IndexOf(topics, name);
        if (found < 0)
            throw LakeException.Bug($"a record of topic {name}, which is not consumed");
        known.Add((topic, found));
        return found;
    }

    void Refuse(NativeMessage* m)
    {
        var text = settings.Redact(m->Value is null ? ErrorText(m->Error) : Marshal.PtrToStringUTF8((nint)m->Value, (int)m->ValueLength));
        var where = m->Topic == 0 ? "consuming" : $"consuming {Marshal.PtrToStringUTF8(rd_kafka_topic_name(m->Topic))} [{m->Partition}]";
        if (m->Error == OffsetOutOfRange)
            throw LakeException.Unavailable($"{where}: the position is outside the log ({text}): records were deleted, or the topic was truncated or created again; start the job again, which tells them apart");
        var error = new Error((ErrorCode)m->Error, text, m->Error == Fatal);
        if (error.IsFatal)
            throw LakeException.Unavailable($"{where}: the Kafka client at {settings.Brokers} gave up ({text}); start the job again");
        if (error.Code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown)
            OnError();
        else
            throw KafkaErrors.ToLake(settings, where, error);
    }

    void OnError() => disconnected = true;

    void Release()
    {
        for (var i = 0; i < count; i++)
            rd_kafka_message_destroy(messages[i]);
        count = 0;
    }

    public void Dispose()
    {
        if (queue == 0)
            return;
        Release();
        rd_kafka_queue_destroy(queue);
        queue = 0;
        NativeMemory.Free(messages);
        handle.DangerousRelease();
        consumer.Close();
        consumer.Dispose();
    }
}
