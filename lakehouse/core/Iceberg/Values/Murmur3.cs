using System.Buffers.Binary;
using System.Numerics;

namespace Dart.Lake.Lakehouse.Iceberg.Values;

/// <summary>MurmurHash3 x86 32-bit, seed 0 (Austin Appleby, public domain), as the bucket transform needs it (spec, Appendix B).</summary>
static class Murmur3
{
    const uint C1 = 0xcc9e2d51, C2 = 0x1b873593;

    public static int Hash(ReadOnlySpan<byte> data)
    {
        var length = data.Length;
        uint hash = 0;
        for (; data.Length >= 4; data = data[4..])
        {
            hash ^= Scramble(BinaryPrimitives.ReadUInt32LittleEndian(data));
            hash = BitOperations.RotateLeft(hash, 13) * 5 + 0xe6546b64;
        }
        uint tail = 0;
        for (var i = data.Length - 1; i >= 0; i--)
            tail = (tail << 8) | data[i];
        hash ^= Scramble(tail);
        hash ^= (uint)length;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return (int)(hash ^ (hash >> 16));
    }

    static uint Scramble(uint k) => BitOperations.RotateLeft(k * C1, 15) * C2;
}
