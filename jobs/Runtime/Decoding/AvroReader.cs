using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// Avro's binary encoding (specification 1.12, "Binary Encoding") over untrusted
/// bytes: each read says whether it succeeded, and nothing reads past the end.
/// </summary>
internal ref struct AvroReader(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> bytes = bytes;
    int at;

    public readonly int Remaining => bytes.Length - at;

    /// <summary>How many bytes were read.</summary>
    public readonly int Position => at;

    /// <summary>What was read since a position.</summary>
    public readonly ReadOnlySpan<byte> Since(int position) => bytes[position..at];

    /// <summary>The last failure was the end of the bytes, not a value that cannot be.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>A zigzag number of up to 10 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryLong(out long value)
    {
        if (at < bytes.Length && bytes[at] < 0x80)
        {
            var b = (long)bytes[at++];
            value = (b >> 1) ^ -(b & 1);
            return true;
        }
        return TryLongSlow(out value);
    }

    bool TryLongSlow(out long value)
    {
        var raw = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (at >= bytes.Length)
                return End(out value);
            var b = bytes[at++];
            // The tenth byte has room for one bit.
            if (shift == 63 && b > 1)
                break;
            raw |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                return true;
            }
        }
        value = 0;
        return false;
    }

    public bool TryInt(out int value)
    {
        if (TryLong(out var wide) && wide is >= int.MinValue and <= int.MaxValue)
        {
            value = (int)wide;
            return true;
        }
        value = 0;
        return false;
    }

    public bool TryBoolean(out bool value)
    {
        if (at >= bytes.Length)
            return End(out value);
        var b = bytes[at++];
        value = b == 1;
        return b <= 1;
    }

    public bool TryFloat(out float value)
    {
        if (!TryTake(4, out var raw))
            return End(out value);
        value = BinaryPrimitives.ReadSingleLittleEndian(raw);
        return true;
    }

    public bool TryDouble(out double value)
    {
        if (!TryTake(8, out var raw))
            return End(out value);
        value = BinaryPrimitives.ReadDoubleLittleEndian(raw);
        return true;
    }

    /// <summary>Bytes or a string: a length and as many bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryBytes(out ReadOnlySpan<byte> value)
    {
        if (TryLong(out var length) && length >= 0)
            return TryTake(length, out value);
        value = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(long length, out ReadOnlySpan<byte> value)
    {
        if (length > Remaining)
        {
            AtEnd = true;
            value = default;
            return false;
        }
        value = bytes.Slice(at, (int)length);
        at += (int)length;
        return true;
    }

    bool End<T>(out T value) where T : struct
    {
        AtEnd = true;
        value = default;
        return false;
    }
}
