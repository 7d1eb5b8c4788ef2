using System.Buffers;

namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>CSV by RFC 4180: CRLF, quotes only where needed; a null is nothing, an empty string is <c>""</c>.</summary>
internal static class CsvText
{
    static readonly SearchValues<char> special = SearchValues.Create(",\"\r\n");

    public static async Task<long> WriteAsync(QueryResult result, TextWriter output, CancellationToken cancel)
    {
        Line(output, result.Schema.FieldsList.Select(f => f.Name));
        var rows = 0L;
        await foreach (var batch in result.ReadBatchesAsync(cancel))
        {
            for (var row = 0; row < batch.Length; row++)
            {
                var at = row;
                Line(output, Enumerable.Range(0, batch.ColumnCount).Select(c => ArrowValue.TextAt(batch.Column(c), at)));
            }
            rows += batch.Length;
            await output.FlushAsync(cancel);
        }
        return rows;
    }

    static void Line(TextWriter output, IEnumerable<string?> cells)
    {
        var first = true;
        foreach (var cell in cells)
        {
            if (!first)
                output.Write(',');
            first = false;
            output.Write(cell is null ? ""
                : cell.Length == 0 || cell.AsSpan().ContainsAny(special) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
                : cell);
        }
        output.Write("\r\n");
    }
}
