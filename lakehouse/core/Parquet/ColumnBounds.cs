using System.Buffers.Binary;
using System.Text.Unicode;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Parquet.Meta;
using Physical = Parquet.Meta.Type;

namespace Dart.Lake.Lakehouse.Parquet;

/// <summary>
/// Folds a column's footer statistics over row groups into Iceberg bounds. A statistic that
/// cannot be trusted (odd length, NaN, minimum above maximum, another type than the table's)
/// makes the column one without bounds: that costs pruning, a wrong bound costs rows.
/// </summary>
internal sealed class ColumnBounds(IcebergType type, SchemaElement element)
{
    bool trusted = Fits(type, element);
    Literal? min, max;

    public void Add(Statistics? statistics, long values)
    {
        if (!trusted || statistics?.NullCount == values)
            return;
        if (Decode(statistics?.MinValue) is not { } low || Decode(statistics?.MaxValue) is not { } high || low > high)
        {
            trusted = false;
            return;
        }
        min = min is { } lowest && lowest <= low ? min : low;
        max = max is { } highest && highest >= high ? max : high;
    }

    /// <summary>The lower bound as a manifest holds it, or null.</summary>
    public byte[]? Lower => !trusted || min is not { } bound ? null
        // Writers may leave either zero; the bound must be below both.
        : BoundTruncation.Lower(
            type, SingleValue.Serialize(type, bound is { Kind: LiteralKind.Real, RealValue: 0 } ? Literal.Of(-0.0) : bound));

    /// <summary>The upper bound as a manifest holds it, or null.</summary>
    public byte[]? Upper => !trusted || max is not { } bound ? null
        : BoundTruncation.Upper(
            type, SingleValue.Serialize(type, bound is { Kind: LiteralKind.Real, RealValue: 0 } ? Literal.Of(0.0) : bound));

    Literal? Decode(byte[]? raw)
    {
        if (raw is null)
            return null;
        return (element.Type, type.Name, raw.Length) switch
        {
            (_, "binary", _) => Literal.Of(raw),
            // A writer may have cut inside a code point, but then far behind the part that is kept.
            (_, "string", _) => Utf8.IsValid(raw.AsSpan(0, BoundTruncation.PrefixLength(raw, BoundTruncation.DefaultWidth)))
                ? Literal.Of(raw)
                : null,
            (Physical.BOOLEAN, _, 1) when raw[0] <= 1 => Literal.Of((long)raw[0]),
            (Physical.INT32, _, 4) => Whole(BinaryPrimitives.ReadInt32LittleEndian(raw)),
            (Physical.INT64, _, 8) => Whole(BinaryPrimitives.ReadInt64LittleEndian(raw)),
            (Physical.FLOAT, _, 4) when BinaryPrimitives.ReadSingleLittleEndian(raw) is var real
                && !float.IsNaN(real) => Literal.Of((double)real),
            (Physical.DOUBLE, _, 8) when BinaryPrimitives.ReadDoubleLittleEndian(raw) is var real
                && !double.IsNaN(real) => Literal.Of(real),
            (Physical.FIXED_LEN_BYTE_ARRAY or Physical.BYTE_ARRAY, "decimal", >= 1 and <= 16) => Whole(DecimalBytes.Read(raw)),
            _ => null,
        };

        Literal Whole(Int128 value) => Literal.Decimal(value, type.Name == "decimal" ? type.Scale : 0);
    }

    /// <summary>Whether the file's column holds the table's type in a form that <see cref="Decode"/> reads.</summary>
    static bool Fits(IcebergType type, SchemaElement element) => (type.Name, element.Type) switch
    {
        ("boolean", Physical.BOOLEAN)
            or ("long", Physical.INT64)
            or ("double", Physical.DOUBLE or Physical.FLOAT)
            or ("float", Physical.FLOAT)
            or ("string" or "binary", Physical.BYTE_ARRAY) => true,
        ("int" or "long", Physical.INT32) => element.LogicalType?.INTEGER is null or { IsSigned: true },
        ("date", Physical.INT32) => element.LogicalType?.DATE is not null || element.ConvertedType == ConvertedType.DATE,
        ("timestamp" or "timestamptz", Physical.INT64) => element.LogicalType?.TIMESTAMP is { } timestamp
            ? timestamp.Unit?.MICROS is not null : element.ConvertedType == ConvertedType.TIMESTAMP_MICROS,
        ("decimal", Physical.INT32 or Physical.INT64 or Physical.FIXED_LEN_BYTE_ARRAY or Physical.BYTE_ARRAY) =>
            (element.LogicalType?.DECIMAL?.Scale ?? element.Scale) == type.Scale,
        _ => false,
    };
}
