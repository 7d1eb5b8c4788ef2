using Apache.Arrow.Types;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Staging;

/// <summary>A column of an answer, by the type that a table would keep it with.</summary>
/// <param name="Name">As the engine calls it.</param>
/// <param name="Type">Of its values; null: no table has it, <paramref name="Shown"/> says what it is.</param>
/// <param name="Shown">The type as SQL has it; of one that no table has in the answer's own words.</param>
public sealed record AnswerColumn(string Name, IcebergType? Type, string Shown)
{
    /// <summary>The columns of an answer, in its order.</summary>
    public static IReadOnlyList<AnswerColumn> Of(Apache.Arrow.Schema schema) =>
        [.. schema.FieldsList.Select(f => new AnswerColumn(f.Name, TypeOf(f.DataType), Show(f.DataType)))];

    static string Show(IArrowType type) => TypeOf(type) is { } kept ? SqlText.ShownType(kept) : type.Name;

    /// <summary>Whether a contract's column takes it without a cast by the author.</summary>
    public bool FitsInto(ColumnType target) => Type is { IsPrimitive: true } && CastTarget.Takes(target, SqlText.ShownType(Type));

    static IcebergType? TypeOf(IArrowType type) => type switch
    {
        BooleanType => IcebergType.Boolean,
        Int8Type or Int16Type or Int32Type or UInt8Type or UInt16Type => IcebergType.Int,
        Int64Type or UInt32Type => IcebergType.Long,
        FloatType => IcebergType.Float,
        DoubleType => IcebergType.Double,
        StringType or LargeStringType or StringViewType => IcebergType.String,
        BinaryType or LargeBinaryType => IcebergType.Binary,
        Date32Type => IcebergType.Date,
        TimestampType { Timezone: null or "" } => IcebergType.Timestamp,
        TimestampType => IcebergType.Timestamptz,
        Decimal128Type d => IcebergType.Decimal(d.Precision, d.Scale),
        DictionaryType d => TypeOf(d.ValueType),
        _ => null,
    };
}
