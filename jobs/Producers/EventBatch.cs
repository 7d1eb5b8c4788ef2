using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers;

/// <summary>
/// Events that are sent together, in order: one buffer that is filled, read and filled again, so that no event costs an object.
/// Not thread-safe; whoever holds it reads it before the producer goes on.
/// </summary>
public sealed class EventBatch
{
    /// <summary>Events after which a batch is given to the sink.</summary>
    internal const int FullEvents = 1_000;

    /// <summary>Bytes after which a batch is given to the sink, well below what an in-process partition holds.</summary>
    internal const int FullBytes = 256 * 1024;

    readonly List<Entry> entries = new(FullEvents + 64);
    readonly AvroWriter writer = new(FullBytes + 64 * 1024);

    public int Count => entries.Count;

    public EventView this[int index]
    {
        get
        {
            var entry = entries[index];
            return new EventView(entry.Topic, entry.Partition, writer.Written.Slice(entry.KeyStart, entry.ValueStart - entry.KeyStart),
                writer.Written.Slice(entry.ValueStart, entry.ValueEnd - entry.ValueStart), entry.IsNull);
        }
    }

    internal bool IsFull => entries.Count >= FullEvents || writer.Length >= FullBytes;

    internal void Clear()
    {
        entries.Clear();
        writer.Clear();
    }

    /// <summary>Begins an event: writes its key, and gives the writer for its value.</summary>
    internal AvroWriter Begin(Topic topic, int partition, ReadOnlySpan<byte> key)
    {
        var start = writer.Length;
        writer.Raw(key);
        entries.Add(new Entry(topic, partition, start, writer.Length, writer.Length, IsNull: false));
        return writer;
    }

    /// <summary>Ends the event that was begun last; gives the length of its value.</summary>
    internal int End(bool isNull = false)
    {
        var entry = entries[^1] with { ValueEnd = writer.Length, IsNull = isNull };
        entries[^1] = entry;
        return entry.ValueEnd - entry.ValueStart;
    }

    readonly record struct Entry(Topic Topic, int Partition, int KeyStart, int ValueStart, int ValueEnd, bool IsNull);
}

/// <summary>An event of a batch; valid as long as the batch is not filled again.</summary>
public readonly ref struct EventView(Topic topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isNull)
{
    public Topic Topic { get; } = topic;
    public int Partition { get; } = partition;

    /// <summary>UTF-8; empty: the record has no key.</summary>
    public ReadOnlySpan<byte> Key { get; } = key;
    public ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>The record has no value at all, which is not the same as an empty one.</summary>
    public bool IsNull { get; } = isNull;
}
