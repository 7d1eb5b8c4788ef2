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
            ResultFormat.Table => WriteTableAsync(result, output, width: null, cancel),
            ResultFormat.Csv => CsvText.WriteAsync(result, output, cancel),
            ResultFormat.Json => JsonText.WriteAsync(result, output, cancel),
            _ => throw LakeException.Invalid("Parquet cannot be written as text; name an output file"),
        };

    /// <summary>Writes all rows as a table for people.</summary>
    /// <param name="result">Is read to its end.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="width">Places of a line of the terminal; null: it is none, and nothing is left out.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>How many rows there were.</returns>
    public static Task<long> WriteTableAsync(QueryResult result, TextWriter output, int? width, CancellationToken cancel) =>
        TableText.WriteAsync(result, output, width, cancel);

    /// <summary>Writes all rows as a table for people, as UTF-8.</summary>
    /// <param name="result">Is read to its end.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="width">Places of a line of the terminal; null: it is none, and nothing is left out.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>How many rows there were.</returns>
    public static async Task<long> WriteTableAsync(QueryResult result, Stream output, int? width, CancellationToken cancel)
    {
        await using var text = new StreamWriter(output, new UTF8Encoding(false), 64 << 10, leaveOpen: true);
        return await WriteTableAsync(result, text, width, cancel);
    }
}
