using System.Buffers.Binary;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>The Confluent wire format: a zero byte, the schema id (4 bytes, big-endian), the payload.</summary>
internal static class Frame
{
    public const int Length = 5;

    public static bool TryRead(ReadOnlySpan<byte> value, out int schemaId, out ReadOnlySpan<byte> payload)
    {
        if (value.Length < Length || value[0] != 0)
        {
            schemaId = 0;
            payload = default;
            return false;
        }
        schemaId = BinaryPrimitives.ReadInt32BigEndian(value[1..]);
        payload = value[Length..];
        return true;
    }
}
