using System.Runtime.InteropServices;
using static Dart.Lake.Jobs.Runtime.Kafka.NativeKafka;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>Records of one topic that wait to be handed to the client in one call.</summary>
internal sealed unsafe class TopicBuffer : IDisposable
{
    const int MostRecords = 1000;
    const int Bytes = 256 * 1024;

    readonly NativeMessage* messages = (NativeMessage*)NativeMemory.AllocZeroed(MostRecords, (nuint)sizeof(NativeMessage));
    byte* bytes = (byte*)NativeMemory.Alloc(Bytes);
    int size = Bytes, used;
    nint topic;

    /// <param name="definition">Its name and partitions.</param>
    /// <param name="topic">The client's handle, which this owns.</param>
    public TopicBuffer(TopicDefinition definition, nint topic)
    {
        Definition = definition;
        this.topic = topic;
    }

    public TopicDefinition Definition { get; }

    public int Count { get; private set; }

    /// <summary>Whether a record fits; an empty buffer takes any.</summary>
    public bool HasRoom(int length) => Count == 0 || (Count < MostRecords && used + length <= size);

    public void Add(int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool tombstone)
    {
        if ((uint)partition >= (uint)Definition.Partitions)
            throw LakeException.Bug($"topic {Definition.Name} has no partition {partition}");
        var needed = key.Length + value.Length;
        if (used + needed > size)
        {
            size = needed;
            bytes = (byte*)NativeMemory.Realloc(bytes, (nuint)size);
        }
        messages[Count++] = new()
        {
            Partition = partition,
            Key = key.IsEmpty ? null : Put(key),
            KeyLength = (nuint)key.Length,
            Value = tombstone ? null : Put(value),
            ValueLength = (nuint)value.Length,
        };
    }

    /// <summary>Hands everything over; the number of records that were refused, and why.</summary>
    public int Hand(out int error)
    {
        var taken = rd_kafka_produce_batch(topic, -1, FlagCopy | FlagPartition, messages, Count);
        error = 0;
        for (var i = 0; i < Count && taken < Count && error == 0; i++)
            error = messages[i].Error;
        var refused = Count - taken;
        Count = used = 0;
        return refused;
    }

    byte* Put(ReadOnlySpan<byte> data)
    {
        var at = bytes + used;
        data.CopyTo(new Span<byte>(at, data.Length));
        used += data.Length;
        return at;
    }

    public void Dispose()
    {
        if (topic == 0)
            return;
        rd_kafka_topic_destroy(topic);
        topic = 0;
        NativeMemory.Free(messages);
        NativeMemory.Free(bytes);
    }
}
