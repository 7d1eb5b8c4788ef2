using Apache.Arrow;
using Dart.Lake.Lakehouse.Parquet;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>Batches of any schema as a Parquet file for others to read; not one of a table.</summary>
internal static class AnswerFile
{
    /// <returns>How many rows there were.</returns>
    /// <exception cref="LakeException">Invalid: a column's type has no form in Parquet.</exception>
    public static async Task<long> WriteAsync(
        Apache.Arrow.Schema schema, IAsyncEnumerable<RecordBatch> batches, Stream output, CancellationToken cancel)
    {
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Compression(Compression.Zstd).EnableStoreDecimalAsInteger().Build();
        using var counted = new CountedStream(output);
        try
        {
            using var writer = new FileWriter(counted, schema, properties, null, leaveOpen: true);
            var rows = 0L;
            await foreach (var batch in batches.WithCancellation(cancel))
            {
                writer.WriteBufferedRecordBatch(batch);
                rows += batch.Length;
            }
            writer.Close();
            return rows;
        }
        catch (ParquetException e) when (e.Message.Contains("NotImplemented", StringComparison.Ordinal))
        {
            throw LakeException.Invalid("the answer has a column of a type that Parquet does not have; cast it to varchar, or take another --format", e);
        }
        catch (ParquetException e)
        {
            throw LakeException.Invalid($"the answer has a value that Parquet cannot hold ({e.Message.ReplaceLineEndings(" ")}); cast its column to varchar, or take another --format", e);
        }
    }
}
