using System.IO.Compression;
using System.Text;

namespace Dart.Lake.Lakehouse.Iceberg.Avro;

/// <summary>An Avro object container file, opened: header and blocks (Avro 1.12 specification, "Object Container Files").</summary>
sealed class AvroFile
{
    /// <summary>A block may not grow beyond this when it is inflated, nor all blocks together beyond four times it.</summary>
    const int MaxBlock = 256 << 20;
    const int SyncLength = 16;
    static ReadOnlySpan<byte> Magic => "Obj\u0001"u8;

    readonly ReadOnlyMemory<byte> body;
    readonly byte[] sync;
    readonly string codec;

    AvroFile(Dictionary<string, byte[]> header, byte[] sync, ReadOnlyMemory<byte> body)
    {
        Header = header;
        this.sync = sync;
        this.body = body;
        codec = header.TryGetValue("avro.codec", out var name) ? Encoding.UTF8.GetString(name) : "null";
        if (codec is not ("null" or "deflate" or "zstandard"))
            throw LakeException.Invalid($"its Avro codec is {codec}; write manifests with write.manifest.compression-codec gzip, zstd or uncompressed");
        Schema = AvroFileSchema.Parse(header.TryGetValue("avro.schema", out var schema) ? schema : throw LakeException.Corrupt("the Avro header has no schema"));
    }

    public IReadOnlyDictionary<string, byte[]> Header { get; }
    public AvroFileSchema Schema { get; }

    /// <exception cref="LakeException">Corrupt: not an Avro file; Invalid: a codec that we do not read.</exception>
    public static AvroFile Open(ReadOnlyMemory<byte> file)
    {
        if (!file.Span.StartsWith(Magic))
            throw LakeException.Corrupt("it does not begin as an Avro file");
        var cursor = new AvroCursor(file.Span[Magic.Length..]);
        var header = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var count = cursor.NextBlock(); count > 0; count = cursor.NextBlock())
            for (; count > 0; count--)
            {
                var key = cursor.Text(Text);
                header[key] = cursor.Bytes(Bytes).ToArray();
            }
        var marker = cursor.Take(SyncLength).ToArray();
        return new AvroFile(header, marker, file[(file.Length - cursor.Remaining)..]);
    }

    /// <summary>The blocks in order, inflated, each with its number of objects.</summary>
    public IEnumerable<(long Count, ReadOnlyMemory<byte> Data)> Blocks()
    {
        var rest = body;
        long total = 0;
        while (!rest.IsEmpty)
        {
            var (count, data, used) = NextBlock(rest);
            rest = rest[used..];
            var inflated = Inflate(data);
            total += inflated.Length;
            if (total > 4L * MaxBlock)
                throw LakeException.Corrupt($"its blocks inflate to more than {4L * MaxBlock >> 20} MB");
            if (count > inflated.Length)
                throw LakeException.Corrupt($"a block claims {count} objects in {inflated.Length} bytes");
            yield return (count, inflated);
        }
    }

    (long Count, ReadOnlyMemory<byte> Data, int Used) NextBlock(ReadOnlyMemory<byte> rest)
    {
        var cursor = new AvroCursor(rest.Span);
        var count = cursor.ReadVarint();
        var size = cursor.ReadVarint();
        if (count < 0 || size < 0 || size > cursor.Remaining - SyncLength)
            throw LakeException.Corrupt("the file is damaged: it ends within a block");
        var start = rest.Length - cursor.Remaining;
        cursor.Take((int)size);
        if (!cursor.Take(SyncLength).SequenceEqual(sync))
            throw LakeException.Corrupt("the file is damaged: a block does not end with the file's marker");
        return (count, rest.Slice(start, (int)size), rest.Length - cursor.Remaining);
    }

    ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> data)
    {
        if (codec == "null")
            return data;
        try
        {
            using var source = new MemoryStream(data.ToArray(), writable: false);
            using Stream inflater = codec == "deflate"
                ? new DeflateStream(source, CompressionMode.Decompress)
                : new ZstdSharp.DecompressionStream(source);
            using var target = new MemoryStream(data.Length * 4);
            var buffer = new byte[64 << 10];
            for (var read = inflater.Read(buffer); read > 0; read = inflater.Read(buffer))
            {
                target.Write(buffer, 0, read);
                if (target.Length > MaxBlock)
                    throw LakeException.Corrupt($"a block inflates to more than {MaxBlock >> 20} MB");
            }
            return target.GetBuffer().AsMemory(0, (int)target.Length);
        }
        catch (Exception e) when (e is InvalidDataException or ZstdSharp.ZstdException or EndOfStreamException)
        {
            throw LakeException.Corrupt($"the file is damaged: a block cannot be inflated ({e.Message})", e);
        }
    }

    static readonly AvroFileSchema Text = new() { Kind = AvroFileKind.String }, Bytes = new() { Kind = AvroFileKind.Bytes };
}
