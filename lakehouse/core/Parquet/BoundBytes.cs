using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Dart.Lake.Lakehouse.Parquet;

/// <summary>
/// Column bounds as manifests hold them: Iceberg's single-value serialization (spec, appendix D, "Binary single-value serialization")
/// and the truncation of long ones (default metrics mode <c>truncate(16)</c>), a lower bound down, an upper bound up.
/// </summary>
internal static class BoundBytes
{
    const int MaxLength = 16;

    public static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Long(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>The first 16 code points; null when they are not UTF-8.</summary>
    public static byte[]? LowerText(ReadOnlySpan<byte> utf8) => PrefixLength(utf8) is { } length ? utf8[..length].ToArray() : null;

    /// <summary>The least string of at most 16 code points that is not below the value; null when there is none.</summary>
    public static byte[]? UpperText(ReadOnlySpan<byte> utf8)
    {
        if (PrefixLength(utf8) is not { } length)
            return null;
        if (length == utf8.Length)
            return utf8.ToArray();
        for (var prefix = utf8[..length]; prefix.Length > 0;)
        {
            Rune.DecodeLastFromUtf8(prefix, out var last, out var size);
            prefix = prefix[..^size];
            // The code points between D7FF and E000 are surrogates, which no string holds.
            var next = last.Value == 0xD7FF ? 0xE000 : last.Value + 1;
            if (!Rune.IsValid(next))
                continue;
            var bound = new byte[prefix.Length + 4];
            prefix.CopyTo(bound);
            return bound[..(prefix.Length + new Rune(next).EncodeToUtf8(bound.AsSpan(prefix.Length)))];
        }
        return null;
    }

    public static byte[] LowerBinary(ReadOnlySpan<byte> value) => value[..Math.Min(value.Length, MaxLength)].ToArray();

    /// <summary>As <see cref="UpperText"/>, by bytes.</summary>
    public static byte[]? UpperBinary(ReadOnlySpan<byte> value)
    {
        if (value.Length <= MaxLength)
            return value.ToArray();
        var length = value[..MaxLength].LastIndexOfAnyExcept((byte)0xFF) + 1;
        if (length == 0)
            return null;
        var bound = value[..length].ToArray();
        bound[^1]++;
        return bound;
    }

    static int? PrefixLength(ReadOnlySpan<byte> utf8)
    {
        var length = 0;
        for (var points = 0; points < MaxLength && length < utf8.Length; points++)
        {
            if (Rune.DecodeFromUtf8(utf8[length..], out _, out var size) != OperationStatus.Done)
                return null;
            length += size;
        }
        return length;
    }
}
