using Dart.Lake.Lakehouse.Columns;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>Nulls of rows that are structs.</summary>
static class NullValues
{
    /// <summary>The row's value, or <see cref="TradeRow.None"/> for a null.</summary>
    public static long OrNone(this Int64Column column, int row) => column.IsNull(row) ? TradeRow.None : column.Values[row];
}
