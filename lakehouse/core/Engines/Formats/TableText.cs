using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>An answer as a table for people.</summary>
internal static class TableText
{
    public static async Task<long> WriteAsync(QueryResult result, TextWriter output, int? width, CancellationToken cancel)
    {
        var columns = result.Schema.FieldsList.Select(f => new TextColumn(Printable.Of(f.Name), KindOf(f.DataType)));
        var table = new TextTable([.. columns], output, width);
        var rows = 0L;
        await foreach (var batch in result.ReadBatchesAsync(cancel))
            for (var row = 0; row < batch.Length; row++, rows++)
                table.Add(Cells(batch, row));
        table.End();
        await output.FlushAsync(cancel);
        return rows;
    }

    static TextKind KindOf(IArrowType type) => type switch
    {
        NumberType or Decimal32Type or Decimal64Type or Decimal128Type or Decimal256Type => TextKind.Number,
        StringType or LargeStringType or StringViewType or BinaryType or NestedType => TextKind.Prose,
        _ => TextKind.Word,
    };

    static string[] Cells(RecordBatch batch, int row) =>
        [.. Enumerable.Range(0, batch.ColumnCount).Select(c => Printable.Of(ArrowValue.TextAt(batch.Column(c), row) ?? "NULL"))];
}
