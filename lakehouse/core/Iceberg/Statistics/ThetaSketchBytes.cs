using System.Buffers.Binary;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Statistics;

/// <summary>
/// The bytes of a compact theta sketch: serial version 3 of Apache DataSketches (PreambleUtil and CompactOperations of its Java library).
/// A preamble of one to three longs, then the hashes; all little-endian. We write ordered ones.
/// </summary>
static class ThetaSketchBytes
{
    const byte SerialVersion = 3, Family = 3;
    const byte BigEndian = 1, ReadOnly = 2, IsEmpty = 4, Compact = 8, Ordered = 16, SingleItem = 32;

    /// <summary>Two bytes by which sketches of different seeds are told apart.</summary>
    static readonly ushort seedHash = (ushort)Murmur3X64.HashShort(ThetaSketchBuilder.Seed, 8, 0);

    public static byte[] Write(ThetaSketch sketch)
    {
        var (hashes, isWhole) = (sketch.Hashes, sketch.Theta == ThetaSketch.Whole);
        // nothing but the first long says that it is empty, or has one hash
        var longs = !isWhole ? 3 : hashes.Length > 1 ? 2 : 1;
        var bytes = new byte[8 * (longs + hashes.Length)];
        (bytes[0], bytes[1], bytes[2]) = ((byte)longs, SerialVersion, Family);
        bytes[5] = (byte)(ReadOnly | Compact | Ordered | (longs > 1 ? 0 : hashes.Length == 0 ? IsEmpty : SingleItem));
        if (longs > 1 || hashes.Length > 0)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), seedHash);
        if (longs > 1)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), hashes.Length);
        if (longs > 2)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), sketch.Theta);
        for (var i = 0; i < hashes.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * (longs + i)), hashes[i]);
        return bytes;
    }

    /// <exception cref="LakeException">Corrupt: not such a sketch, or one of another version, seed or byte order.</exception>
    public static ThetaSketch Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8)
            throw Wrong("is shorter than its first word");
        var (longs, flags) = (bytes[0] & 0x3F, bytes[5]);
        if (bytes[1] != SerialVersion || bytes[2] != Family || (flags & Compact) == 0 || (flags & BigEndian) != 0)
            throw Wrong($"is of version {bytes[1]}, family {bytes[2]} with flags {flags}");
        if ((flags & IsEmpty) != 0)
            return ThetaSketch.Empty;
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) != seedHash)
            throw Wrong("has another seed");
        if (longs is < 1 or > 3 || bytes.Length < 8 * longs)
            throw Wrong($"has a preamble of {longs} longs in {bytes.Length} bytes");
        long count = longs == 1 ? 1 : BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (count < 0 || 8 * (longs + count) > bytes.Length)
            throw Wrong($"says that it has {count} hashes, in {bytes.Length} bytes");
        var theta = longs == 3 ? BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]) : ThetaSketch.Whole;
        var hashes = new long[count];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * (longs + i))..]);
        if ((flags & (Ordered | SingleItem)) == 0)
            Array.Sort(hashes);
        Check(theta, hashes);
        return new(theta, hashes);
    }

    static void Check(long theta, long[] hashes)
    {
        if (theta <= 0)
            throw Wrong($"has the threshold {theta}");
        var last = 0L;
        foreach (var hash in hashes)
        {
            if (hash <= last || hash >= theta)
                throw Wrong("has hashes out of order, or beyond its threshold");
            last = hash;
        }
    }

    static LakeException Wrong(string what) => LakeException.Corrupt($"a theta sketch {what}");
}
