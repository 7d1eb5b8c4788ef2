using System.Buffers.Binary;

namespace Dart.Lake.Lakehouse.Iceberg.Values;

/// <summary>Decimals as the spec stores them: the unscaled value, two's complement, big-endian.</summary>
static class DecimalBytes
{
    /// <summary>The unscaled integer of a C# decimal at its own scale.</summary>
    public static Int128 Unscaled(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var magnitude = (Int128)(((UInt128)(uint)parts[2] << 64) | ((UInt128)(uint)parts[1] << 32) | (uint)parts[0]);
        return parts[3] < 0 ? -magnitude : magnitude;
    }

    /// <summary>The decimal of that unscaled value, or null when C#'s 96 bits or 28 places do not hold it.</summary>
    public static decimal? ToDecimal(Int128 unscaled, int scale)
    {
        var magnitude = (UInt128)Int128.Abs(unscaled);
        return magnitude >> 96 != 0 || scale > 28 ? null
            : new decimal(
                (int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), Int128.IsNegative(unscaled), (byte)scale);
    }

    /// <summary>The fewest bytes that hold the value (bounds, bucket hashes).</summary>
    public static byte[] Minimal(Int128 unscaled)
    {
        Span<byte> all = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(all, unscaled);
        var start = 0;
        while (start < 15 && ((all[start] == 0 && all[start + 1] < 0x80) || (all[start] == 0xFF && all[start + 1] >= 0x80)))
            start++;
        return all[start..].ToArray();
    }

    /// <summary>Exactly <paramref name="length"/> bytes, sign extended (Avro and Parquet FIXED).</summary>
    public static byte[] Fixed(Int128 unscaled, int length)
    {
        var minimal = Minimal(unscaled);
        if (minimal.Length > length)
            throw LakeException.Invalid($"the decimal {unscaled} does not fit {length} bytes; widen the column's precision");
        var result = new byte[length];
        result.AsSpan(0, length - minimal.Length).Fill(Int128.IsNegative(unscaled) ? (byte)0xFF : (byte)0);
        minimal.CopyTo(result, length - minimal.Length);
        return result;
    }

    /// <summary>Any length up to 16 significant bytes; longer only as sign padding.</summary>
    public static Int128 Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            throw LakeException.Corrupt("a decimal of no byte");
        var sign = bytes[0] >= 0x80 ? (byte)0xFF : (byte)0;
        while (bytes.Length > 16 && bytes[0] == sign)
            bytes = bytes[1..];
        if (bytes.Length > 16 || (bytes[0] >= 0x80) != (sign == 0xFF))
            throw LakeException.Corrupt("a decimal of more than 16 significant bytes");
        Span<byte> all = stackalloc byte[16];
        all.Fill(sign);
        bytes.CopyTo(all[(16 - bytes.Length)..]);
        return BinaryPrimitives.ReadInt128BigEndian(all);
    }

    /// <summary>Bytes of a FIXED that holds any value of that precision (1 to 38).</summary>
    public static int LengthOf(int precision)
    {
        var length = 1;
        for (var limit = System.Numerics.BigInteger.Pow(10, precision); System.Numerics.BigInteger.One << (8 * length - 1) < limit;)
            length++;
        return length;
    }
}
