using System.Buffers.Binary;
using System.Numerics;

namespace Dart.Lake.Jobs.Producers.Encoding;

/// <summary>
/// Writes Avro's binary encoding (Avro specification 1.11, "Binary Encoding") into a buffer that grows and is used again.
/// The order of calls is the schema; nothing is looked up.
/// </summary>
sealed class AvroWriter(int capacity)
{
    byte[] buffer = new byte[capacity];
    int length;

    public int Length => length;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public void Clear() => length = 0;

    /// <summary>Takes back what was written after a length.</summary>
    public void Truncate(int to) => length = to;

    /// <summary>The Confluent frame: a zero byte and the schema id, big-endian.</summary>
    public void Frame(int schemaId)
    {
        Reserve(5);
        buffer[length] = 0;
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(length + 1), schemaId);
        length += 5;
    }

    public void Long(long value)
    {
        Reserve(10);
        var zigzag = (ulong)(value << 1 ^ value >> 63);
        var target = buffer;
        var at = length;
        while (zigzag >= 0x80)
        {
            target[at++] = (byte)(zigzag | 0x80);
            zigzag >>= 7;
        }
        target[at++] = (byte)zigzag;
        length = at;
    }

    /// <summary>A union with null first: its branch, and the value.</summary>
    public void OptionalLong(long? value)
    {
        if (Branch(value is not null))
            Long(value.GetValueOrDefault());
    }

    public void OptionalBoolean(bool? value)
    {
        if (Branch(value is not null))
            Raw(value.GetValueOrDefault() ? [1] : [0]);
    }

    public void Text(EncodedText value) => Raw(value.Encoded);

    public void OptionalText(EncodedText? value)
    {
        if (Branch(value is not null))
            Raw(value!.Encoded);
    }

    /// <summary>A decimal from its unscaled value: the fewest bytes of two's complement, big-endian.</summary>
    public void OptionalDecimal(long? unscaled)
    {
        if (!Branch(unscaled is not null))
            return;
        Reserve(9);
        var value = unscaled.GetValueOrDefault();
        var bytes = (72 - BitOperations.LeadingZeroCount((ulong)(value ^ value >> 63))) / 8;
        buffer[length] = (byte)(bytes << 1);
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(length + 1, 8), value << 8 * (8 - bytes));
        length += 1 + bytes;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    /// <summary>Room for a value whose length is known, to be written by another encoder.</summary>
    public Span<byte> Take(int bytes)
    {
        Reserve(bytes);
        length += bytes;
        return buffer.AsSpan(length - bytes, bytes);
    }

    bool Branch(bool present)
    {
        Reserve(1);
        buffer[length++] = present ? (byte)2 : (byte)0;
        return present;
    }

    void Reserve(int bytes)
    {
        if (buffer.Length - length < bytes)
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + bytes));
    }
}
