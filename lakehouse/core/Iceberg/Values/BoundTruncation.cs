using System.Text;

namespace Dart.Lake.Lakehouse.Iceberg.Values;

/// <summary>
/// Shortens bounds of strings (by Unicode code points) and binaries (by bytes) so that they stay bounds: a lower one is a
/// prefix, an upper one a prefix that is incremented. Other types keep theirs. (Spec, "Column metrics"; Java's UnicodeUtil.)
/// </summary>
static class BoundTruncation
{
    /// <summary>Java's default: <c>write.metadata.metrics.default = truncate(16)</c>.</summary>
    public const int DefaultWidth = 16;

    public static byte[] Lower(IcebergType type, byte[] bound, int width = DefaultWidth) => type.Name switch
    {
        "string" => bound[..PrefixLength(bound, width)],
        "binary" => bound.Length <= width ? bound : bound[..width],
        _ => bound,
    };

    /// <summary>Null when there is no value of that width above the bound: then the bound is left out.</summary>
    public static byte[]? Upper(IcebergType type, byte[] bound, int width = DefaultWidth) => type.Name switch
    {
        "string" => PrefixLength(bound, width) is var length && length == bound.Length ? bound : IncrementText(bound.AsSpan(0, length)),
        "binary" => bound.Length <= width ? bound : IncrementBytes(bound.AsSpan(0, width)),
        _ => bound,
    };

    /// <summary>Bytes of the first <paramref name="width"/> code points; all when there are no more. Never inside a code point.</summary>
    internal static int PrefixLength(ReadOnlySpan<byte> utf8, int width)
    {
        var length = 0;
        for (; width > 0 && length < utf8.Length; width--)
        {
            Rune.DecodeFromUtf8(utf8[length..], out _, out var consumed);
            length += consumed;
        }
        return length;
    }

    static byte[]? IncrementText(ReadOnlySpan<byte> prefix)
    {
        while (!prefix.IsEmpty)
        {
            if (Rune.DecodeLastFromUtf8(prefix, out var last, out var consumed) != System.Buffers.OperationStatus.Done)
                return null;
            prefix = prefix[..^consumed];
            if (last.Value == 0x10FFFF)
                continue;
            var next = new Rune(last.Value == 0xD7FF ? 0xE000 : last.Value + 1);
            var result = new byte[prefix.Length + next.Utf8SequenceLength];
            prefix.CopyTo(result);
            next.EncodeToUtf8(result.AsSpan(prefix.Length));
            return result;
        }
        return null;
    }

    static byte[]? IncrementBytes(ReadOnlySpan<byte> prefix)
    {
        while (!prefix.IsEmpty && prefix[^1] == 0xFF)
            prefix = prefix[..^1];
        if (prefix.IsEmpty)
            return null;
        var result = prefix.ToArray();
        result[^1]++;
        return result;
    }
}
