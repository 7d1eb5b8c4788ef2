using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>How a field is read into its column.</summary>
internal enum AvroOp : byte
{
    Boolean,
    Int,
    Long,
    IntToLong,
    Millis,
    Nanos,
    Float,
    Double,
    IntToDouble,
    LongToDouble,
    Text,
    Symbol,
    Bytes,
    Fixed,
    Decimal64,
    Decimal128,
    Null,
    Union,
    Nested,
}

/// <summary>What types of Avro mean in columns: promotion and logical types after the specification ("Schema Resolution").</summary>
internal static class AvroColumns
{
    /// <summary>
    /// How values of a type are read into a column; null: they cannot be. What is no value of the writer's type is none of a wider column.
    /// </summary>
    public static AvroOp? Op(ColumnType to, AvroType from) => (to.Kind, from.Kind, from.Logical) switch
    {
        (_, AvroKind.Null, _) => AvroOp.Null,
        (ColumnKind.Binary, AvroKind.Union, _) => AvroOp.Nested,
        (_, AvroKind.Union, _) => from.Children.Any(b => b.Kind != AvroKind.Null && Op(to, b) is not null) ? AvroOp.Union : null,
        (ColumnKind.String, AvroKind.String, _) => AvroOp.Text,
        (ColumnKind.String, AvroKind.Bytes, AvroLogical.None) => AvroOp.Text,
        (ColumnKind.String, AvroKind.Enum, _) => AvroOp.Symbol,
        (ColumnKind.Int, AvroKind.Int, AvroLogical.None or AvroLogical.Other) => AvroOp.Int,
        (ColumnKind.Date, AvroKind.Int, AvroLogical.None or AvroLogical.Date) => AvroOp.Int,
        (ColumnKind.Long, AvroKind.Int, AvroLogical.None or AvroLogical.Other) => AvroOp.IntToLong,
        (ColumnKind.Long, AvroKind.Long, AvroLogical.None or AvroLogical.Other or AvroLogical.TimestampNanos) => AvroOp.Long,
        (ColumnKind.Timestamptz, AvroKind.Int, AvroLogical.None) => AvroOp.IntToLong,
        (ColumnKind.Timestamptz, AvroKind.Long, AvroLogical.None or AvroLogical.TimestampMicros) => AvroOp.Long,
        (ColumnKind.Timestamptz, AvroKind.Long, AvroLogical.TimestampMillis) => AvroOp.Millis,
        (ColumnKind.Timestamptz, AvroKind.Long, AvroLogical.TimestampNanos) => AvroOp.Nanos,
        (ColumnKind.Boolean, AvroKind.Boolean, _) => AvroOp.Boolean,
        (ColumnKind.Double, AvroKind.Double, _) => AvroOp.Double,
        (ColumnKind.Double, AvroKind.Float, _) => AvroOp.Float,
        (ColumnKind.Double, AvroKind.Int, AvroLogical.None or AvroLogical.Other) => AvroOp.IntToDouble,
        (ColumnKind.Double, AvroKind.Long, AvroLogical.None) => AvroOp.LongToDouble,
        (ColumnKind.Binary, AvroKind.Bytes or AvroKind.String, _) => AvroOp.Bytes,
        (ColumnKind.Binary, AvroKind.Fixed, _) => AvroOp.Fixed,
        (ColumnKind.Binary, AvroKind.Array or AvroKind.Map or AvroKind.Record, _) => AvroOp.Nested,
        (ColumnKind.Decimal, AvroKind.Bytes or AvroKind.Fixed, AvroLogical.Decimal)
            when to.Scale - from.Scale <= 18 && from.Scale - to.Scale <= 38 => to.Precision <= 18 ? AvroOp.Decimal64 : AvroOp.Decimal128,
        _ => null,
    };

    /// <summary>
    /// The column that holds all values of an additional field; what no column of ours has, such as a list, is kept as its bytes.
    /// Null: the type takes no bytes, so that there is nothing to keep.
    /// </summary>
    public static ColumnType? TypeOf(AvroType type) => (type.Kind, type.Logical) switch
    {
        (AvroKind.Null, _) => null,
        (AvroKind.Boolean, _) => new(ColumnKind.Boolean),
        (AvroKind.Int, AvroLogical.Date) => new(ColumnKind.Date),
        (AvroKind.Int, _) => new(ColumnKind.Int),
        (AvroKind.Long, AvroLogical.TimestampMicros or AvroLogical.TimestampMillis) => new(ColumnKind.Timestamptz),
        (AvroKind.Long, _) => new(ColumnKind.Long),
        (AvroKind.Float or AvroKind.Double, _) => new(ColumnKind.Double),
        (AvroKind.String or AvroKind.Enum, _) => new(ColumnKind.String),
        (AvroKind.Bytes or AvroKind.Fixed, AvroLogical.Decimal) when type.Precision <= 38 =>
             new(ColumnKind.Decimal, type.Precision, type.Scale),
        (AvroKind.Union, _) => OfBranches([.. type.Children.Select(TypeOf).OfType<ColumnType>().Distinct()]),
        _ => new(ColumnKind.Binary),
    };

    static ColumnType OfBranches(IReadOnlyList<ColumnType> types) => types switch
    {
        [var one] => one,
        _ when types.All(t => t.Kind is ColumnKind.Int or ColumnKind.Long) => new(ColumnKind.Long),
        _ => new(ColumnKind.Binary),
    };
}
