using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Dart.Lake.Lakehouse.Iceberg.Avro;

/// <summary>Values in Avro's binary encoding, appended to a growing buffer.</summary>
sealed class AvroBuffer
{
    readonly ArrayBufferWriter<byte> buffer = new(4096);

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    public void Integer(long value)
    {
        var span = buffer.GetSpan(10);
        var zigzag = (ulong)((value << 1) ^ (value >> 63));
        var length = 0;
        for (; zigzag >= 0x80; zigzag >>= 7)
            span[length++] = (byte)(zigzag | 0x80);
        span[length++] = (byte)zigzag;
        buffer.Advance(length);
    }

    public void Boolean(bool value) => Raw([value ? (byte)1 : (byte)0]);

    public void Single(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Integer(value.Length);
        Raw(value);
    }

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>Bytes without a length: fixed values, and parts of the container.</summary>
    public void Raw(ReadOnlySpan<byte> value) => buffer.Write(value);

    /// <summary>The branch of <c>["null", T]</c>; true when T follows.</summary>
    public bool Optional(bool present)
    {
        Integer(present ? 1 : 0);
        return present;
    }
}
