using Dart.Lake.Lakehouse.Storage;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace Dart.Lake.Lakehouse.Parquet;

/// <summary>
/// Joins Parquet files of the same columns into one: rows in the order of the files and of each file, columns with the ids, types,
/// nullability and encodings that they have. One batch is in memory at a time, and the row group that is being written.
/// </summary>
static class ParquetFileJoiner
{
    /// <summary>Rows of a row group, Arrow's own default.</summary>
    const long RowGroupLength = 1 << 20;

    /// <summary>
    /// What columns a file has, as text: files with the same can be joined. Null: it has times of 96 bits, which would come out as others.
    /// </summary>
    /// <exception cref="LakeException">Corrupt or Unavailable: the file.</exception>
    public static async Task<string?> ShapeAsync(IObjectStore store, string location, CancellationToken cancel)
    {
        await using var file = await OpenAsync(store, location, cancel);
        return Guarded(location, () =>
        {
            using var reader = new ParquetFileReader(file, leaveOpen: true);
            var schema = reader.FileMetaData.Schema;
            var columns = Enumerable.Range(0, schema.NumColumns).Select(schema.Column).ToList();
            return columns.Exists(c => c.PhysicalType == PhysicalType.Int96) ? null : string.Join('\n', columns.Select(c =>
                $"{c.Path.ToDotString()} {c.SchemaNode.FieldId} {c.PhysicalType} {c.LogicalType} "
                + $"{c.MaxDefinitionLevel} {c.MaxRepetitionLevel}"));
        });
    }

    /// <summary>Writes the rows of all files to one that is not there yet; it is durable when this returns.</summary>
    /// <exception cref="LakeException">Corrupt or Unavailable: a file, or no room for the new one.</exception>
    public static Task JoinAsync(IObjectStore store, IReadOnlyList<string> files, string location, CancellationToken cancel) =>
        store.WriteStreamAsync(location, target => Task.Run(() => JoinAsync(store, files, target, cancel), cancel), cancel);

    static async Task JoinAsync(IObjectStore store, IReadOnlyList<string> files, Stream target, CancellationToken cancel)
    {
        await using var first = await OpenAsync(store, files[0], cancel);
        using var properties = Guarded(files[0], () => PropertiesOf(first));
        first.Position = 0;
        using var arrow = new ArrowWriterPropertiesBuilder();
        using var arrowProperties = arrow.Build();
        using var reading = Reading();
        using var counted = new CountedStream(target);
        FileWriter? writer = null;
        try
        {
            foreach (var file in files)
            {
                await using var stream = await OpenAsync(store, file, cancel);
                using var reader = Guarded(file, () => new FileReader(stream, arrowProperties: reading, leaveOpen: true));
                writer ??= Guarded(file, () => new FileWriter(counted, reader.Schema, properties, arrowProperties, leaveOpen: true));
                await CopyAsync(reader, writer, file, cancel);
            }
            Guarded(files[0], () =>
            {
                writer!.Close();
                return 0;
            });
        }
        finally
        {
            writer?.Dispose();
        }
    }

    /// <summary>
    /// One thread, and nothing read ahead: else Arrow's own threads hold a file longer than its reader here lives, and close it by a call
    /// into what has been collected, which ends the process (ParquetSharp 25.0.1).
    /// </summary>
    static ArrowReaderProperties Reading()
    {
        var properties = ArrowReaderProperties.GetDefault();
        properties.UseThreads = false;
        properties.PreBuffer = false;
        return properties;
    }

    static async Task CopyAsync(FileReader reader, FileWriter writer, string file, CancellationToken cancel)
    {
        using var batches = Guarded(file, () => reader.GetRecordBatchReader());
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            using var batch = await GuardedAsync(file, () => batches.ReadNextRecordBatchAsync(cancel).AsTask());
            if (batch is null)
                return;
            Guarded(file, () =>
            {
                writer.WriteBufferedRecordBatch(batch);
                return 0;
            });
        }
    }

    /// <summary>Columns keep their encoding: one that the first file has no dictionary of gets none, and delta stays delta.</summary>
    static WriterProperties PropertiesOf(Stream file)
    {
        using var reader = new ParquetFileReader(file, leaveOpen: true);
        using var builder = new WriterPropertiesBuilder();
        builder.CreatedBy(ParquetFileWriter.CreatedBy).Compression(Compression.Zstd).CompressionLevel(3).MaxRowGroupLength(RowGroupLength)
            .EnableStoreDecimalAsInteger();
        if (reader.FileMetaData.NumRowGroups == 0)
            return builder.Build();
        using var group = reader.RowGroup(0);
        for (var i = 0; i < reader.FileMetaData.Schema.NumColumns; i++)
        {
            var name = reader.FileMetaData.Schema.Column(i).Path.ToDotString();
            var encodings = group.MetaData.GetColumnChunkMetaData(i).Encodings;
            if (encodings.Contains(Encoding.RleDictionary) || encodings.Contains(Encoding.PlainDictionary))
                continue;
            builder.DisableDictionary(name);
            if (encodings.Contains(Encoding.DeltaBinaryPacked))
                builder.Encoding(name, Encoding.DeltaBinaryPacked);
        }
        return builder.Build();
    }

    static async Task<Stream> OpenAsync(IObjectStore store, string location, CancellationToken cancel) =>
        await store.TryOpenAsync(location, cancel)
            ?? throw LakeException.Unavailable($"{FileLocation.Shown(location)} is not there; restore it, or roll the table back");

    static T Guarded<T>(string file, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is ParquetException or IOException)
        {
            throw Failed(file, e);
        }
    }

    static async Task<T> GuardedAsync<T>(string file, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is ParquetException or IOException)
        {
            throw Failed(file, e);
        }
    }

    static LakeException Failed(string file, Exception e) => e is IOException
        ? LakeException.Unavailable($"the rows of {FileLocation.Shown(file)} cannot be written anew: {e.Message}; check the disk's space and rights", e)
        : LakeException.Corrupt($"the rows of {FileLocation.Shown(file)} cannot be written anew ({ParquetFileWriter.Reason(e)}); see 'dartlake verify'", e);
}
