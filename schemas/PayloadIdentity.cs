using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Dart.Lake.Schemas;

/// <summary>Tells records that cannot be decoded apart, in the producer's manifest and among dead letters: by key and value.</summary>
public static class PayloadIdentity
{
    /// <summary>
    /// SHA-256, in hexadecimal, of the key's length (4 bytes, big-endian), the key,
    /// and the value after a byte 1; a record without a value ends with its key.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isNull)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, key.Length);
        hash.AppendData(length);
        hash.AppendData(key);
        if (!isNull)
        {
            hash.AppendData([1]);
            hash.AppendData(value);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
