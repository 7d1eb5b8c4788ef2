using System.IO.Compression;

namespace Dart.Lake.Lakehouse.Iceberg.Avro;

/// <summary>Collects objects and makes an Avro object container file of them (Avro 1.12 specification), deflated.</summary>
sealed class AvroFileWriter(string schema, IReadOnlyList<KeyValuePair<string, string>> header, Guid marker)
{
    /// <summary>Java's default block size is 16 kB; larger ones deflate better and readers take a file whole.</summary>
    const int BlockSize = 64 << 10;

    readonly AvroBuffer blocks = new();
    readonly byte[] sync = marker.ToByteArray();
    AvroBuffer objects = new();
    int count;

    /// <summary>Where the next object is encoded; call <see cref="EndObject"/> after it.</summary>
    public AvroBuffer Next => objects;

    public void EndObject()
    {
        count++;
        if (objects.Written.Length >= BlockSize)
            EndBlock();
    }

    /// <summary>The whole file.</summary>
    public byte[] Finish()
    {
        EndBlock();
        var file = new AvroBuffer();
        file.Raw("Obj\u0001"u8);
        file.Integer(header.Count + 2);
        foreach (var (key, value) in header.Append(new("avro.schema", schema)).Append(new("avro.codec", "deflate")))
        {
            file.Text(key);
            file.Text(value);
        }
        file.Integer(0);
        file.Raw(sync);
        file.Raw(blocks.Written);
        return file.Written.ToArray();
    }

    void EndBlock()
    {
        if (count == 0)
            return;
        using var deflated = new MemoryStream(objects.Written.Length / 2);
        using (var deflater = new DeflateStream(deflated, CompressionLevel.Fastest, leaveOpen: true))
            deflater.Write(objects.Written);
        blocks.Integer(count);
        blocks.Bytes(deflated.GetBuffer().AsSpan(0, (int)deflated.Length));
        blocks.Raw(sync);
        objects = new AvroBuffer();
        count = 0;
    }
}
