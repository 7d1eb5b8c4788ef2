using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>Aligned text: numbers to the right, widths by the first rows, long cells cut with …</summary>
internal static class TableText
{
    const int MeasuredRows = 1000;
    const int MaxWidth = 60;

    public static async Task<long> WriteAsync(QueryResult result, TextWriter output, CancellationToken cancel)
    {
        var fields = result.Schema.FieldsList;
        var right = fields
            .Select(f => f.DataType is NumberType or Decimal32Type or Decimal64Type or Decimal128Type or Decimal256Type)
            .ToArray();
        var measured = new List<string[]> { fields.Select(f => Cell(f.Name)).ToArray() };
        int[]? widths = null;
        var rows = 0L;
        await foreach (var batch in result.ReadBatchesAsync(cancel))
            for (var row = 0; row < batch.Length; row++)
            {
                rows++;
                var cells = Cells(batch, row);
                if (widths is null && measured.Count <= MeasuredRows)
                {
                    measured.Add(cells);
                    continue;
                }
                widths ??= Begin(output, measured, right);
                Line(output, cells, widths, right);
            }
        if (widths is null)
            Begin(output, measured, right);
        await output.FlushAsync(cancel);
        return rows;
    }

    static int[] Begin(TextWriter output, List<string[]> measured, bool[] right)
    {
        var widths = Enumerable.Range(0, right.Length).Select(c => measured.Max(r => Width(r[c]))).ToArray();
        Line(output, measured[0], widths, right);
        output.WriteLine(string.Join("  ", widths.Select(w => new string('-', w))));
        foreach (var cells in measured.Skip(1))
            Line(output, cells, widths, right);
        return widths;
    }

    static void Line(TextWriter output, string[] cells, int[] widths, bool[] right)
    {
        var line = new StringBuilder();
        for (var column = 0; column < cells.Length; column++)
        {
            var padding = new string(' ', Math.Max(0, widths[column] - Width(cells[column])));
            line.Append(column == 0 ? "" : "  ").Append(right[column] ? padding : "").Append(cells[column]).Append(right[column] ? "" : padding);
        }
        output.WriteLine(line.ToString().TrimEnd(' '));
    }

    static string[] Cells(RecordBatch batch, int row) =>
        [.. Enumerable.Range(0, batch.ColumnCount).Select(c => Cell(ArrowValue.TextAt(batch.Column(c), row) ?? "NULL"))];

    static string Cell(string text)
    {
        var clean = Printable.Of(text);
        return clean.Length <= MaxWidth ? clean : clean[..(MaxWidth - 1)] + "…";
    }

    static int Width(string text) => text.EnumerateRunes().Count();
}
