using System.Buffers.Binary;

namespace Dart.Lake.Jobs.Runtime.Decoding.Protobuf;

/// <summary>How a field's bytes are delimited (Protocol Buffers, "Encoding").</summary>
internal enum ProtoWire
{
    Varint,
    Fixed64,
    Bytes,
    GroupStart,
    GroupEnd,
    Fixed32,
}

/// <summary>The fields of a message one after the other; nothing reads past the end.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> bytes = bytes;
    int at, start;

    public readonly bool AtEnd => at == bytes.Length;

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => bytes[at..];

    /// <summary>The number of the field that was read last.</summary>
    public int Number { get; private set; }

    public ProtoWire Wire { get; private set; }

    /// <summary>Its value, where that is a number.</summary>
    public ulong Value { get; private set; }

    /// <summary>Its value, where that is bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The field with its tag.</summary>
    public readonly ReadOnlySpan<byte> Whole => bytes[start..at];

    /// <summary>Reads the next field; false: the bytes are none that an event can have.</summary>
    public bool TryNext()
    {
        start = at;
        Bytes = default;
        Value = 0;
        if (!TryVarint(out var tag) || tag >> 3 is 0 or > int.MaxValue)
            return false;
        (Number, Wire) = ((int)(tag >> 3), (ProtoWire)(tag & 7));
        return Wire switch
        {
            ProtoWire.Varint => TryNumber(),
            ProtoWire.Bytes => TryNumber() && TryTake(Value),
            ProtoWire.Fixed32 => TryTake(sizeof(uint)) && Set(BinaryPrimitives.ReadUInt32LittleEndian(Bytes)),
            ProtoWire.Fixed64 => TryTake(sizeof(ulong)) && Set(BinaryPrimitives.ReadUInt64LittleEndian(Bytes)),
            _ => false,
        };
    }

    /// <summary>A number of seven bits a byte, the lowest first.</summary>
    public bool TryVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && at < bytes.Length; shift += 7)
        {
            var b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return true;
        }
        return false;
    }

    bool TryNumber() => TryVarint(out var value) && Set(value);

    bool TryTake(ulong length)
    {
        if (length > (ulong)(bytes.Length - at))
            return false;
        Bytes = bytes.Slice(at, (int)length);
        at += (int)length;
        return true;
    }

    bool Set(ulong value)
    {
        Value = value;
        return true;
    }
}
