using System.Buffers.Binary;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Statistics;

/// <summary>
/// A Puffin file (Iceberg's Puffin spec, version 1): magic, blobs, and a footer of magic, JSON, its length, flags, magic. Written
/// without compression, for hashes have none to give; read with zstd, too, as Trino and Spark write it.
/// </summary>
static class PuffinFile
{
    /// <summary>Larger files are no statistics of ours: a column has 32 KiB.</summary>
    public const long MostBytes = 64 << 20;

    /// <summary>Of one blob when it is inflated: a sketch of another engine may be larger than ours.</summary>
    const int MostBlob = 4 << 20;

    /// <summary>Of one footer; a column of a table has one or two.</summary>
    const int MostBlobs = 10_000;

    const int TrailerBytes = 12, MostDepth = 16;

    static ReadOnlySpan<byte> Magic => "PFA1"u8;

    /// <summary>The file's bytes, and how many of them are its footer.</summary>
    public static (byte[] File, int FooterBytes) Write(IReadOnlyList<(StatisticsBlob Blob, byte[] Bytes)> blobs)
    {
        using var file = new MemoryStream();
        file.Write(Magic);
        var offsets = new List<long>();
        foreach (var (_, bytes) in blobs)
        {
            offsets.Add(file.Position);
            file.Write(bytes);
        }
        var footer = file.Position;
        file.Write(Magic);
        var payload = file.Position;
        using (var json = new Utf8JsonWriter(file))
            WriteFooter(json, blobs, offsets);
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        trailer.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(trailer, (int)(file.Position - payload));
        Magic.CopyTo(trailer[8..]);
        file.Write(trailer);
        return (file.ToArray(), (int)(file.Position - footer));
    }

    static void WriteFooter(Utf8JsonWriter json, IReadOnlyList<(StatisticsBlob Blob, byte[] Bytes)> blobs, List<long> offsets)
    {
        json.WriteStartObject();
        json.WriteStartArray("blobs");
        foreach (var (i, (blob, bytes)) in blobs.Index())
        {
            json.WriteStartObject();
            blob.Write(json);
            json.WriteNumber("offset", offsets[i]);
            json.WriteNumber("length", bytes.Length);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("properties");
        json.WriteString("created-by", "Dart.Lake");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Blobs of a file, inflated, in their order: of all at most <see cref="MostBytes"/>.</summary>
    /// <param name="file">All of it; whoever wrote it is not trusted.</param>
    /// <param name="wanted">Which of them; others may be of any size and compression.</param>
    /// <exception cref="LakeException">Corrupt: not a Puffin file, one whose footer contradicts it, or one that is larger than statistics
    /// are; Invalid: compressed as we do not read it.</exception>
    public static IReadOnlyList<(StatisticsBlob Blob, byte[] Bytes)> Read(ReadOnlyMemory<byte> file, Predicate<StatisticsBlob> wanted)
    {
        var span = file.Span;
        if (span.Length < 2 * Magic.Length + TrailerBytes || !span.StartsWith(Magic) || !span.EndsWith(Magic))
            throw LakeException.Corrupt("it does not begin and end as a Puffin file");
        var trailer = span.Length - TrailerBytes;
        long size = BinaryPrimitives.ReadInt32LittleEndian(span[trailer..]);
        var footer = trailer - size - Magic.Length;
        if (size < 0 || footer < Magic.Length || !span[(int)footer..].StartsWith(Magic))
            throw LakeException.Corrupt($"its footer of {size} bytes is not there");
        if (span.Slice(trailer + 4, 4).IndexOfAnyExcept((byte)0) >= 0)
            throw LakeException.Invalid("the footer of the Puffin file is compressed, which this program does not read");
        try
        {
            using var json = JsonDocument.Parse(file.Slice(trailer - (int)size, (int)size), new() { MaxDepth = MostDepth });
            return Read(span, json.RootElement.Items("blobs"), footer, wanted);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // the second one tells of text that is no UTF-8
            throw LakeException.Corrupt($"its footer is not JSON ({e.Message})", e);
        }
    }

    static List<(StatisticsBlob Blob, byte[] Bytes)> Read(
        ReadOnlySpan<byte> file, IReadOnlyList<JsonElement> blobs, long end, Predicate<StatisticsBlob> wanted)
    {
        if (blobs.Count > MostBlobs)
            throw LakeException.Corrupt($"it says that it has {blobs.Count} blobs, where statistics have at most {MostBlobs}");
        var (read, left) = (new List<(StatisticsBlob, byte[])>(), MostBytes);
        foreach (var json in blobs)
        {
            var blob = StatisticsBlob.Read(json);
            if (!wanted(blob))
                continue;
            var bytes = BytesOf(file, json, end, (int)Math.Min(MostBlob, left));
            left -= bytes.Length;
            read.Add((blob, bytes));
        }
        return read;
    }

    /// <param name="file">All of it.</param>
    /// <param name="blob">Its entry in the footer.</param>
    /// <param name="end">Where the footer begins.</param>
    /// <param name="most">So many bytes it may have, inflated.</param>
    static byte[] BytesOf(ReadOnlySpan<byte> file, JsonElement blob, long end, int most)
    {
        var (offset, length) = (blob.Long("offset"), blob.Long("length"));
        if (offset < Magic.Length || length < 0 || offset > end - length)
            throw LakeException.Corrupt($"a blob of {length} bytes at {offset} does not lie before the footer at {end}");
        if (length > most)
            throw TooLarge();
        var bytes = file.Slice((int)offset, (int)length);
        return blob.OptionalText("compression-codec") switch
        {
            null => bytes.ToArray(),
            "zstd" => Inflate(bytes, most),
            var other => throw LakeException.Invalid($"a blob of the Puffin file is compressed with {other}, which this program does not read"),
        };
    }

    static byte[] Inflate(ReadOnlySpan<byte> bytes, int most)
    {
        using var zstd = new ZstdSharp.Decompressor();
        try
        {
            return zstd.Unwrap(bytes, most).ToArray();
        }
        catch (ZstdSharp.ZstdException e)
        {
            throw TooLarge(e);
        }
    }

    static LakeException TooLarge(ZstdSharp.ZstdException? why = null) => LakeException.Corrupt(
        $"a blob cannot be had in at most {MostBlob >> 20} MiB, and all of them in {MostBytes >> 20} MiB{(why is null ? "" : $" ({why.Message})")}", why);
}
