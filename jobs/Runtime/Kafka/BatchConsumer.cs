using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using static Dart.Lake.Jobs.Runtime.Kafka.NativeKafka;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>One record in librdkafka's memory; valid until the next <see cref="BatchConsumer.Take"/>.</summary>
internal readonly ref struct KafkaRecord(
    int topic,
    int partition,
    long offset,
    long timestampMicros,
    ReadOnlySpan<byte> key,
    ReadOnlySpan<byte> value,
    bool hasKey,
    bool hasValue)
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
/// Takes records in batches from librdkafka's queue, without an object or a copy per record.
/// Partitions are chosen by the caller, or shared with other processes through a consumer group; where
/// reading begins is the caller's in both cases, and nothing is committed to Kafka. Not thread-safe.
/// </summary>
internal sealed unsafe class BatchConsumer : IDisposable
{
    readonly KafkaSettings settings;
    readonly string[] topics;
    readonly NativeMessage** messages;
    readonly int capacity;
    readonly List<(nint Handle, int Topic)> known = [];
    // What the group has given to this process; null without a group.
    HashSet<(string Topic, int Partition)>? share;
    GCHandle self;
    nint client, queue;
    int count;
    bool closing, disconnected;

    /// <param name="settings">Where Kafka is.</param>
    /// <param name="clientId">Name in the brokers' logs.</param>
    /// <param name="topics">All topics that will be read; records carry the index.</param>
    /// <param name="group">Consumer group to share the partitions with; null: the caller takes those it wants.</param>
    /// <param name="capacity">Most records in a batch.</param>
    public BatchConsumer(KafkaSettings settings, string clientId, IReadOnlyList<string> topics, string? group = null, int capacity = 10_000)
    {
        this.settings = settings;
        this.topics = [.. topics];
        this.capacity = capacity;
        share = group is null ? null : [];
        HasShare = group is null;
        self = GCHandle.Alloc(this);
        try
        {
            client = NewClient(
                NativeKafka.Consumer,
                settings.Consumer(clientId, group),
                new() { Failed = &Failed, Rebalanced = &Rebalanced },
                GCHandle.ToIntPtr(self));
        }
        catch
        {
            self.Free();
            throw;
        }
        rd_kafka_poll_set_consumer(client);
        queue = rd_kafka_queue_get_consumer(client);
        messages = (NativeMessage**)NativeMemory.Alloc((nuint)capacity, (nuint)sizeof(NativeMessage*));
    }

    /// <summary>
    /// The group gives or takes partitions, and waits: do what must be done with what
    /// was taken so far, then call <see cref="Assign"/> with positions of the new share.
    /// </summary>
    public bool ShareChanged { get; private set; }

    /// <summary>The group has said which partitions are this process's; always without a group.</summary>
    public bool HasShare { get; private set; }

    /// <summary>The partition is this process's to read.</summary>
    public bool IsOurs(string topic, int partition) => share is null || share.Contains((topic, partition));

    /// <summary>Asks the group, if there is one, for a share of the topics' partitions.</summary>
    public void Join()
    {
        if (share is null)
            return;
        var list = rd_kafka_topic_partition_list_new(topics.Length);
        foreach (var topic in topics)
            rd_kafka_topic_partition_list_add(list, topic, -1);
        var error = rd_kafka_subscribe(client, list);
        rd_kafka_topic_partition_list_destroy(list);
        ThrowIf(error, "joining the consumer group");
    }

    /// <summary>Reads these partitions from these offsets and no others.</summary>
    public void Assign(IEnumerable<StartPosition> positions)
    {
        Release();
        known.Clear();
        IsOutOfRange = false;
        var answers = ShareChanged;
        ShareChanged = false;
        if (!HasShare)
        {
            // The group goes on when all have let go.
            if (answers)
                ThrowIf(rd_kafka_assign(client, null), "giving partitions back");
            return;
        }
        var list = rd_kafka_topic_partition_list_new(16);
        foreach (var p in positions)
            rd_kafka_topic_partition_list_add(list, p.Topic, p.Partition)->Offset = p.Offset;
        // What is queued from an assignment before is dropped by the client (it checks the version of each partition).
        var error = rd_kafka_assign(client, list);
        rd_kafka_topic_partition_list_destroy(list);
        ThrowIf(error, "assigning partitions");
    }

    /// <summary>First offset and the offset after the last, asked from the broker.</summary>
    public (long Low, long High) Watermarks(string topic, int partition)
    {
        ThrowIf(
            rd_kafka_query_watermark_offsets(client, topic, partition, out var low, out var high, (int)settings.Timeout.TotalMilliseconds),
            $"asking where {topic}[{partition}] begins and ends");
        return (low, high);
    }

    /// <summary>The offset after the last as the newest fetch told it; negative before the first.</summary>
    public long KnownEnd(string topic, int partition) =>
        rd_kafka_get_watermark_offsets(client, topic, partition, out _, out var high) == 0 ? high : -1;

    /// <summary>Whether a connection was lost since the last call.</summary>
    public bool TakeDisconnected()
    {
        var was = disconnected;
        disconnected = false;
        return was;
    }

    /// <summary>
    /// The log does not have the offset that was to be read, so that nothing more comes
    /// of that partition until it is assigned again: look what became of the log.
    /// </summary>
    public bool IsOutOfRange { get; private set; }

    /// <summary>
    /// Waits at most so long until the batch is full, and returns the number of entries. Entries of the batch before are gone.
    /// </summary>
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
                new(m->Key, checked((int)m->KeyLength)), new(
                    m->Value, checked((int)m->ValueLength)), m->Key is not null, m->Value is not null);
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
        var where = m->Topic == 0 ? "consuming" : $"consuming {Marshal.PtrToStringUTF8(rd_kafka_topic_name(m->Topic))}[{m->Partition}]";
        if (m->Error == OffsetOutOfRange)
        {
            IsOutOfRange = disconnected = true;
            return;
        }
        switch ((ErrorCode)m->Error)
        {
            case ErrorCode.Local_Fatal:
                throw LakeException.Unavailable($"{where}: the Kafka client at {settings.Brokers} gave up ({text}); start the job again");
            // The client tries again by itself; whether the log is still the same must be looked at.
            case ErrorCode.Local_Transport
                or ErrorCode.Local_AllBrokersDown
                or ErrorCode.UnknownTopicOrPart
                or ErrorCode.Local_UnknownTopic
                or ErrorCode.Local_UnknownPartition:
                disconnected = true;
                break;
            // The group has given our partitions to others and tells so in its own way.
            case ErrorCode.Local_MaxPollExceeded:
                break;
            default:
                throw KafkaErrors.ToLake(settings, where, new Error((ErrorCode)m->Error, text));
        }
    }

    void ThrowIf(int error, string what)
    {
        if (error != 0)
            throw KafkaErrors.ToLake(settings, what, new Error((ErrorCode)error, ErrorText(error)));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Failed(nint client, int error, byte* reason, nint opaque)
    {
        if (GCHandle.FromIntPtr(opaque).Target is BatchConsumer consumer)
            consumer.disconnected = true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Rebalanced(nint client, int error, NativePartitionList* partitions, nint opaque)
    {
        if (GCHandle.FromIntPtr(opaque).Target is not BatchConsumer consumer || consumer.closing)
        {
            rd_kafka_assign(client, null);
            return;
        }
        consumer.HasShare = error == AssignPartitions;
        consumer.ShareChanged = true;
        consumer.share = [];
        for (var i = 0; consumer.HasShare && i < partitions->Count; i++)
            consumer.share.Add((Marshal.PtrToStringUTF8((nint)partitions->Items[i].Topic)!, partitions->Items[i].Partition));
    }

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
        closing = true;
        // A change of the share that was not answered would be waited for.
        rd_kafka_assign(client, null);
        rd_kafka_consumer_close(client);
        rd_kafka_destroy(client);
        self.Free();
    }
}
