using System.Buffers.Binary;
using Dart.Lake.Lakehouse.Iceberg;
using Parquet.Meta;
using Physical = Parquet.Meta.Type;

namespace Dart.Lake.Lakehouse.Parquet;

/// <summary>
/// Folds a column's footer statistics over row groups into Iceberg bounds. A statistic that cannot be trusted (odd length, NaN, minimum above maximum,
/// another type than the table's) makes the column one without bounds: that costs pruning, a wrong bound costs rows.
/// </summary>
internal sealed class ColumnBounds(IcebergType type, SchemaElement element)
{
    readonly bool text = type.Name is "string" or "binary";
    bool trusted = Fits(type, element);
    (Int128 Number, double Real, byte[]? Bytes)? min, max;

    public void Add(Statistics? statistics, long values)
    {
        if (!trusted || statistics?.NullCount == values)
            return;
        var (low, high) = (Decode(statistics?.MinValue), Decode(statistics?.MaxValue));
        if (low is null || high is null || Compare(low.Value, high.Value) > 0)
        {
            trusted = false;
            return;
        }
        min = min is null || Compare(low.Value, min.Value) < 0 ? low : min;
        max = max is null || Compare(high.Value, max.Value) > 0 ? high : max;
    }

    public byte[]? Lower => !trusted || min is not { } bound ? null : type.Name switch
    {
        "string" => BoundBytes.LowerText(bound.Bytes),
        "binary" => BoundBytes.LowerBinary(bound.Bytes),
        // Writers may leave either zero; the bound must be below both.
        "double" => Real(bound.Real == 0 ? -0.0 : bound.Real),
        "float" => RealSingle(bound.Real == 0 ? -0.0 : bound.Real),
        _ => Whole(bound.Number),
    };

    public byte[]? Upper => !trusted || max is not { } bound ? null : type.Name switch
    {
        "string" => BoundBytes.UpperText(bound.Bytes),
        "binary" => BoundBytes.UpperBinary(bound.Bytes),
        "double" => Real(bound.Real == 0 ? 0.0 : bound.Real),
        "float" => RealSingle(bound.Real == 0 ? 0.0 : bound.Real),
        _ => Whole(bound.Number),
    };

    byte[] Whole(Int128 number) => type.Name switch
    {
        "boolean" => [(byte)number],
        "int" or "date" => BoundBytes.Int((int)number),
        "decimal" => DecimalBytes.Minimal(number),
        _ => BoundBytes.Long((long)number),
    };

    static byte[] Real(double value) => BoundBytes.Long(BitConverter.DoubleToInt64Bits(value));

    static byte[] RealSingle(double value) => BoundBytes.Int(BitConverter.SingleToInt32Bits((float)value));

    int Compare((Int128 Number, double Real, byte[]? Bytes) a, (Int128 Number, double Real, byte[]? Bytes) b) =>
        text ? a.Bytes.AsSpan().SequenceCompareTo(b.Bytes)
        : type.Name is "double" or "float" ? a.Real.CompareTo(b.Real)
        : a.Number.CompareTo(b.Number);

    (Int128 Number, double Real, byte[]? Bytes)? Decode(byte[]? raw)
    {
        if (raw is null)
            return null;
        return (element.Type, type.Name, raw.Length) switch
        {
            (_, "string" or "binary", _) => (0, 0, raw),
            (Physical.BOOLEAN, _, 1) when raw[0] <= 1 => (raw[0], 0, null),
            (Physical.INT32, _, 4) => (BinaryPrimitives.ReadInt32LittleEndian(raw), 0, null),
            (Physical.INT64, _, 8) => (BinaryPrimitives.ReadInt64LittleEndian(raw), 0, null),
            (Physical.FLOAT, _, 4) when BinaryPrimitives.ReadSingleLittleEndian(raw) is var real && !float.IsNaN(real) => (0, real, null),
            (Physical.DOUBLE, _, 8) when BinaryPrimitives.ReadDoubleLittleEndian(raw) is var real && !double.IsNaN(real) => (0, real, null),
            (Physical.FIXED_LEN_BYTE_ARRAY or Physical.BYTE_ARRAY, "decimal", >= 1 and <= 16) => (DecimalBytes.Read(raw), 0, null),
            _ => null,
        };
    }

    /// <summary>Whether the file's column holds the table's type in a form that <see cref="Decode"/> reads.</summary>
    static bool Fits(IcebergType type, SchemaElement element) => (type.Name, element.Type) switch
    {
        ("boolean", Physical.BOOLEAN) or ("long", Physical.INT64) or ("double", Physical.DOUBLE or Physical.FLOAT) or ("float", Physical.FLOAT) or ("string" or "binary", Physical.BYTE_ARRAY) => true,
        ("int" or "long", Physical.INT32) => element.LogicalType?.INTEGER is null or { IsSigned: true },
        ("date", Physical.INT32) => element.LogicalType?.DATE is not null || element.ConvertedType == ConvertedType.DATE,
        ("timestamp" or "timestamptz", Physical.INT64) => element.LogicalType?.TIMESTAMP is { } timestamp
            ? timestamp.Unit?.MICROS is not null : element.ConvertedType == ConvertedType.TIMESTAMP_MICROS,
        ("decimal", Physical.INT32 or Physical.INT64 or Physical.FIXED_LEN_BYTE_ARRAY or Physical.BYTE_ARRAY) =>
            (element.LogicalType?.DECIMAL?.Scale ?? element.Scale) == type.Scale,
        _ => false,
    };
}
