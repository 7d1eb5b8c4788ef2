using System.Text;

namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>Writes the answer of a query; streams, so that its size does not matter.</summary>
public static class ResultWriter
{
    /// <summary>Writes all rows, as UTF-8 where the format is text.</summary>
    /// <returns>How many rows there were.</returns>
    public static async Task<long> WriteAsync(QueryResult result, ResultFormat format, Stream output, CancellationToken cancel)
    {
        if (format == ResultFormat.Parquet)
            return await AnswerFile.WriteAsync(result.Schema, result.ReadBatchesAsync(cancel), output, cancel);
        await using var text = new StreamWriter(output, new UTF8Encoding(false), 64 << 10, leaveOpen: true);
        return await WriteAsync(result, format, text, cancel);
    }

    /// <summary>Writes all rows as text.</summary>
    /// <exception cref="LakeException">Invalid: Parquet is no text.</exception>
    public static Task<long> WriteAsync(
        QueryResult result, ResultFormat format, TextWriter output, CancellationToken cancel) => format switch
        {
            ResultFormat.Table => TableText.WriteAsync(result, output, cancel),
            ResultFormat.Csv => CsvText.WriteAsync(result, output, cancel),
            ResultFormat.Json => JsonText.WriteAsync(result, output, cancel),
            _ => throw LakeException.Invalid("Parquet cannot be written as text; name an output file"),
        };
}
