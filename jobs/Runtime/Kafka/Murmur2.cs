using System.Buffers.Binary;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>
/// The partition that Java's clients choose for a key (org.apache.kafka.common.utils.Utils.murmur2,
/// seed 0x9747b28c), so that a partition is known before a record is sent.
/// </summary>
internal static class Murmur2
{
    public static int Partition(ReadOnlySpan<byte> key, int partitions) => (int)((Hash(key) & 0x7fff_ffff) % (uint)partitions);

    public static uint Hash(ReadOnlySpan<byte> data)
    {
        const uint m = 0x5bd1e995;
        var hash = 0x9747b28c ^ (uint)data.Length;
        var rest = data;
        for (; rest.Length >= 4; rest = rest[4..])
        {
            var k = BinaryPrimitives.ReadUInt32LittleEndian(rest) * m;
            k = (k ^ (k >> 24)) * m;
            hash = (hash * m) ^ k;
        }
        if (rest.Length > 2)
            hash ^= (uint)rest[2] << 16;
        if (rest.Length > 1)
            hash ^= (uint)rest[1] << 8;
        if (rest.Length > 0)
            hash = (hash ^ rest[0]) * m;
        hash = (hash ^ (hash >> 13)) * m;
        return hash ^ (hash >> 15);
    }
}
