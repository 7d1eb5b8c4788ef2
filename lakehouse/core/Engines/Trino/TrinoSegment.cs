using System.Text.Json;
using K4os.Compression.LZ4;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>A part of an answer's rows, in the answer itself or in a store (Trino's spooling protocol).</summary>
/// <param name="Encoding">What was agreed on; a small segment is plain whatever it says.</param>
/// <param name="Inline">Its bytes; null: they are at <paramref name="At"/>.</param>
/// <param name="At">Where it is fetched from, and where that is acknowledged.</param>
/// <param name="Headers">That the store wants with the request.</param>
/// <param name="Bytes">As it comes.</param>
/// <param name="Inflated">As it is when it is inflated; null: it is not compressed.</param>
/// <param name="Rows">In it.</param>
sealed record TrinoSegment(
    string Encoding, byte[]? Inline, (Uri Fetch, Uri Acknowledge)? At, IReadOnlyList<(string Name, string Value)> Headers,
    int Bytes, int? Inflated, long Rows)
{
    /// <summary>Of a segment, compressed and not: servers make some of 16 MB.</summary>
    public const int MostBytes = 256 << 20;

    /// <exception cref="LakeException">Unavailable: the server describes none.</exception>
    public static IReadOnlyList<TrinoSegment> Read(JsonElement data)
    {
        var encoding = data.GetProperty("encoding").GetString()!;
        return [.. data.GetProperty("segments").EnumerateArray().Select(segment => Read(segment, encoding))];
    }

    static TrinoSegment Read(JsonElement segment, string encoding)
    {
        var about = segment.GetProperty("metadata");
        var bytes = SizeOf(about, "segmentSize") ?? throw LakeException.Unavailable("Trino does not say how large a segment is");
        var (inflated, rows) = (SizeOf(about, "uncompressedSize"), about.GetProperty("rowsCount").GetInt64());
        return segment.GetProperty("type").GetString() switch
        {
            "inline" => new(encoding, segment.GetProperty("data").GetBytesFromBase64(), null, [], bytes, inflated, rows),
            "spooled" => new(
                encoding, null, (Web(segment, "uri"), Web(segment, "ackUri")), HeadersOf(segment), bytes, inflated, rows),
            var other => throw LakeException.Unavailable($"Trino sends a segment of the kind '{other}', which this program does not know"),
        };
    }

    /// <summary>The JSON of its rows.</summary>
    /// <exception cref="LakeException">Unavailable: its bytes are not what the server said.</exception>
    public ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length != Bytes)
            throw LakeException.Unavailable($"a segment of Trino's answer has {bytes.Length} bytes where {Bytes} were announced");
        if (Inflated is not { } size)
            return bytes;
        var plain = new byte[size];
        var written = Encoding switch
        {
            "json+zstd" => Unwrap(bytes.Span, plain),
            "json+lz4" => LZ4Codec.Decode(bytes.Span, plain),
            _ => throw LakeException.Unavailable($"Trino has encoded a segment as {Encoding}, which it was not asked for"),
        };
        return written == size ? plain
            : throw LakeException.Unavailable($"a segment of Trino's answer does not inflate to the {size} bytes that were announced");
    }

    static int Unwrap(ReadOnlySpan<byte> bytes, byte[] plain)
    {
        using var zstd = new ZstdSharp.Decompressor();
        try
        {
            return zstd.Unwrap(bytes, plain);
        }
        catch (ZstdSharp.ZstdException e)
        {
            throw LakeException.Unavailable($"a segment of Trino's answer cannot be inflated ({e.Message})", e);
        }
    }

    static int? SizeOf(JsonElement about, string name) => !about.TryGetProperty(name, out var size) ? null
        : size.TryGetInt32(out var value) && value is >= 0 and <= MostBytes ? value
        : throw LakeException.Unavailable($"Trino announces a segment of {size} bytes, and at most {MostBytes >> 20} MiB are taken");

    static Uri Web(JsonElement segment, string name) =>
        Uri.TryCreate(segment.GetProperty(name).GetString(), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
            : throw LakeException.Unavailable("Trino names a segment by what is no address of the web");

    /// <summary>Each may have several values.</summary>
    static IReadOnlyList<(string, string)> HeadersOf(JsonElement segment) => segment.TryGetProperty("headers", out var headers)
        ? [.. headers.EnumerateObject().SelectMany(h => h.Value.EnumerateArray().Select(value => (h.Name, value.GetString()!)))]
        : [];
}
