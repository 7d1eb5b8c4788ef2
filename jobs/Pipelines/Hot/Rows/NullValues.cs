using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>Nulls of rows that are structs.</summary>
static class NullValues
{
    /// <summary>The row's value, or <see cref="TradeRow.None"/> for a null.</summary>
    public static long OrNone(this Int64Column column, int row) => column.IsNull(row) ? TradeRow.None : column.Values[row];

    /// <summary>The answer's value, or <see cref="TradeRow.None"/> for a null.</summary>
    public static long OrNone(this ArrowRow row, int column) => row.MayBeLong(column) ?? TradeRow.None;

    /// <summary>The code of the answer's text, or -1 for a null.</summary>
    public static int Code(this ArrowRow row, int column, Codes codes) => row.Text(column) is { } text ? codes.Of(text) : -1;
}
