using System.Globalization;
using Apache.Arrow;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace Dart.Lake.Lakehouse.Parquet;

/// <summary>
/// Writes batches as Parquet files of an Iceberg table: zstd, field ids, REQUIRED kept, times in microseconds, decimals of up to 18 digits
/// as integers, encodings by contract. A file that this returns is durable, name and bytes.
/// </summary>
/// <param name="store">Takes the files.</param>
/// <param name="ids">Draws the random part of file names.</param>
public sealed class ParquetFileWriter(IObjectStore store, IdSource ids)
{
    // The form that parquet-mr parses; readers choose workarounds by it.
    internal static readonly string CreatedBy =
        $"Dart.Lake version {typeof(ParquetFileWriter).Assembly.GetName().Version!.ToString(3)} (build 1)";

    /// <summary>
    /// One file per partition that the batch has rows of; none for an empty batch. The batch is free again when the task ends.
    /// </summary>
    /// <param name="batch">Complete rows.</param>
    /// <param name="tableLocation">The table's location, <c>file:///abs/path</c> or a path; files go below its <c>data</c>.</param>
    /// <param name="cancel">Ends the writing between files.</param>
    /// <exception cref="LakeException">Unavailable: the disk refuses. No file is left.</exception>
    public async Task<IReadOnlyList<DataFile>> WriteAsync(ColumnBatch batch, string tableLocation, CancellationToken cancel)
    {
        var (contract, schema) = (batch.Contract, batch.Contract.ToIceberg());
        var groups = PartitionRows.Group(batch);
        var files = new List<DataFile>(groups.Count);
        var written = new List<string>(groups.Count);
        try
        {
            foreach (var (key, rows) in groups)
            {
                cancel.ThrowIfCancellationRequested();
                var location = DataPath.New(tableLocation, contract, key, ids);
                var part = groups.Count == 1 ? batch : batch.Select(rows);
                written.Add(location);
                await store.WriteStreamAsync(location, file => Task.Run(() => Write(part, file, location), cancel), cancel);
                files.Add(await FooterMetrics.ReadAsync(store, location, schema, key, cancel) with { NanValueCounts = NanCounts(part) });
            }
            return files;
        }
        catch
        {
            await UnreferencedFiles.DeleteAsync(store, written);
            throw;
        }
    }

    /// <summary>Footers do not count NaN. Without the count no file can be skipped for "greater than": NaN is greater than all.</summary>
    static Dictionary<int, long> NanCounts(ColumnBatch batch)
    {
        var counts = new Dictionary<int, long>();
        for (var i = 0; i < batch.ColumnCount; i++)
            if (batch[i] is DoubleColumn column)
            {
                var count = 0L;
                foreach (var value in column.Values)
                    count += double.IsNaN(value) ? 1 : 0;
                counts[column.Definition.Id] = count;
            }
        return counts;
    }

    static void Write(ColumnBatch batch, Stream file, string location)
    {
        try
        {
            using var rows = batch.ToRecordBatch();
            using var properties = Properties(batch.Contract);
            using var arrow = new ArrowWriterPropertiesBuilder();
            using var arrowProperties = arrow.Build();
            using var counted = new CountedStream(file);
            using var writer = new FileWriter(counted, rows.Schema, properties, arrowProperties, leaveOpen: true);
            writer.WriteRecordBatch(rows, Math.Max(rows.Length, 1));
            writer.Close();
        }
        catch (ParquetException e)
        {
            throw LakeException.Unavailable($"{FileLocation.Shown(location)} cannot be written: {Reason(e)}; check the disk's space and rights", e);
        }
    }

    /// <summary>The native library's text begins with the mangled name of its type; the cause stands last.</summary>
    internal static string Reason(Exception e) => e.Message.LastIndexOf("Detail: ", StringComparison.Ordinal) is >= 0 and var at
        ? e.Message[(at + "Detail: ".Length)..].TrimEnd('\'', ')')
        : e.Message;

    static WriterProperties Properties(TableContract contract)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.CreatedBy(CreatedBy).Compression(Compression.Zstd).CompressionLevel(3).EnableStoreDecimalAsInteger();
        foreach (var column in contract.Columns)
            switch (column.Encoding)
            {
                case ColumnEncoding.Delta:
                    builder.DisableDictionary(column.Name).Encoding(column.Name, ParquetSharp.Encoding.DeltaBinaryPacked);
                    break;
                case ColumnEncoding.Default when column.Type is { Kind: ColumnKind.Decimal, Precision: <= 18 }:
                    // Prices of a busy stream are too many for a dictionary, which is then built and thrown away.
                    builder.DisableDictionary(column.Name).Encoding(column.Name, ParquetSharp.Encoding.DeltaBinaryPacked);
                    break;
                case ColumnEncoding.Plain:
                    builder.DisableDictionary(column.Name);
                    break;
            }
        return builder.Build();
    }
}
