using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines.Trino.Columns;

/// <summary>Which column takes the values of a type.</summary>
static class TrinoColumns
{
    /// <summary>
    /// Types that Arrow has none for (intervals, addresses, times with a zone, more than nine places) are texts, as Trino writes them.
    /// </summary>
    public static TrinoColumn Of(TrinoType type) => type switch
    {
        { Name: "unknown" } => new NothingColumn(),
        { Name: "boolean" } => new TruthColumn(),
        { Name: "tinyint" } => new FixedColumn<sbyte>(Int8Type.Default, NumberText.Int8),
        { Name: "smallint" } => new FixedColumn<short>(Int16Type.Default, NumberText.Int16),
        { Name: "integer" } => new FixedColumn<int>(Int32Type.Default, NumberText.Int32),
        { Name: "bigint" } => new FixedColumn<long>(Int64Type.Default, NumberText.Int64),
        { Name: "real" } => new FixedColumn<float>(FloatType.Default, NumberText.Single),
        { Name: "double" } => new FixedColumn<double>(DoubleType.Default, NumberText.Real),
        { Name: "decimal", Numbers: [>= 1 and <= 38 and var digits, >= 0 and var places] } when places <= digits =>
            new FixedColumn<Int128>(new Decimal128Type(digits, places), NumberText.Decimal(places)),
        { Name: "decimal" } => throw LakeException.Unavailable("Trino describes a column as a decimal that it does not have"),
        { Name: "date" } => new FixedColumn<int>(Date32Type.Default, TimeText.Date),
        { Name: "time", Places: <= 9 } =>
            new FixedColumn<long>(new Time64Type(Unit(type.Places)), TimeText.TimeOfDay(TimeText.PerSecond(type.Places))),
        { Name: "timestamp", Places: <= 9 } => new FixedColumn<long>(
            new TimestampType(Unit(type.Places), (string?)null), TimeText.Local(TimeText.PerSecond(type.Places))),
        { Name: "timestamp with time zone", Places: <= 9 } => new FixedColumn<long>(
            new TimestampType(Unit(type.Places), "UTC"), TimeText.Instant(TimeText.PerSecond(type.Places))),
        { Name: "varbinary" } => new BytesColumn(BinaryType.Default),
        { Name: "array", Parts: [var (_, item)] } => new ListColumn(Of(item)),
        { Name: "map", Parts: [var (_, key), var (_, value)] } => new MapColumn(Of(key), Of(value)),
        { Name: "row" } => new RowColumn([.. type.Parts.Select(part => (part.Name, Of(part.Type)))]),
        _ => new BytesColumn(StringType.Default),
    };

    static TimeUnit Unit(int places) => places <= 6 ? TimeUnit.Microsecond : TimeUnit.Nanosecond;
}
