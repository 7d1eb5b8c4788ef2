using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dart.Lake.Lakehouse.Iceberg.Values;

/// <summary>
/// The first 64 bits of MurmurHash3 x64 128-bit (Austin Appleby, public domain), which Apache DataSketches takes of a value's bytes.
/// </summary>
static class Murmur3X64
{
    const ulong C1 = 0x87c37b91114253d5, C2 = 0x4cf5ad432745937f;
    const int Block = 16;

    public static ulong Hash(ReadOnlySpan<byte> data, ulong seed)
    {
        var (h1, h2, length) = (seed, seed, (ulong)data.Length);
        for (; data.Length >= Block; data = data[Block..])
        {
            h1 ^= First(BinaryPrimitives.ReadUInt64LittleEndian(data));
            h1 = (BitOperations.RotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= Second(BinaryPrimitives.ReadUInt64LittleEndian(data[8..]));
            h2 = (BitOperations.RotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
        }
        if (data.Length > 8)
        {
            h1 ^= First(BinaryPrimitives.ReadUInt64LittleEndian(data));
            h2 ^= Second(Tail(data[8..]));
        }
        else
        {
            h1 ^= First(Tail(data));
        }
        return Finish(h1, h2, length);
    }

    /// <summary>The same of at most eight bytes.</summary>
    /// <param name="bytes">The first byte lowest, and nothing above the last.</param>
    /// <param name="length">How many they are, 0 to 8.</param>
    /// <param name="seed">Of the hash.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HashShort(ulong bytes, int length, ulong seed) => Finish(seed ^ First(bytes), seed, (ulong)length);

    /// <summary>At most eight bytes as a number, the first lowest. Two reads that overlap take the place of a loop.</summary>
    static ulong Tail(ReadOnlySpan<byte> data)
    {
        var length = data.Length;
        if (length == 8)
            return BinaryPrimitives.ReadUInt64LittleEndian(data);
        if (length >= 4)
            return BinaryPrimitives.ReadUInt32LittleEndian(data)
                | (ulong)BinaryPrimitives.ReadUInt32LittleEndian(data[(length - 4)..]) << 8 * (length - 4);
        return length == 0 ? 0
            : data[0] | (ulong)data[length / 2] << 8 * (length / 2) | (ulong)data[length - 1] << 8 * (length - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong First(ulong k) => BitOperations.RotateLeft(k * C1, 31) * C2;

    static ulong Second(ulong k) => BitOperations.RotateLeft(k * C2, 33) * C1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Finish(ulong h1, ulong h2, ulong length)
    {
        h1 ^= length;
        h2 ^= length;
        h1 += h2;
        h2 += h1;
        return Mix(h1) + Mix(h2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Mix(ulong k)
    {
        k = (k ^ k >> 33) * 0xff51afd7ed558ccd;
        k = (k ^ k >> 33) * 0xc4ceb9fe1a85ec53;
        return k ^ k >> 33;
    }
}
