using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Scan;

/// <summary>A test of a field's values: an operator with one literal, several (In, NotIn) or none.</summary>
sealed record FieldTest(FieldOperator Operator, IReadOnlyList<Literal> Values)
{
    Literal Value => Values[0];

    /// <summary>False only when no value of that range passes. NaN counts as greater than all numbers, as in DuckDB.</summary>
    public bool MayMatch(ValueRange range) => Operator switch
    {
        FieldOperator.IsNull => range.MayBeNull,
        FieldOperator.NotNull => range.MayBeValue,
        _ when !range.MayBeValue => false,
        FieldOperator.Eq => MayEqual(range, Value),
        FieldOperator.In => Values.Any(v => MayEqual(range, v)),
        FieldOperator.Ne or FieldOperator.NotIn => !(range.Single is { } only && Values.Contains(only)),
        _ when IsNan(Value) => true,
        FieldOperator.Lt => range.Lower is not { } low || low < Value,
        FieldOperator.Le => range.Lower is not { } low || low <= Value,
        FieldOperator.Gt => range.MayBeNan || range.Upper is not { } high || high > Value,
        _ => range.MayBeNan || range.Upper is not { } high || high >= Value,
    };

    /// <summary>
    /// The test that transformed values pass when source values pass this one ("inclusive projection"; Java's ProjectionUtil);
    /// null when nothing can be said.
    /// </summary>
    public FieldTest? Project(Transform transform, IcebergType source)
    {
        if (transform.Kind is TransformKind.Void or TransformKind.Unknown)
            return null;
        if (transform.Kind == TransformKind.Identity || Operator is FieldOperator.IsNull or FieldOperator.NotNull)
            return this;
        if (Values.Any(v => v.Kind == LiteralKind.Integer && v.Scale != source.Scale))
            return null;
        if (Operator is FieldOperator.Eq or FieldOperator.In)
            return WithEarlyTimes(transform, [.. Values.Select(v => transform.Apply(source, v)!.Value).Distinct()]);
        if (transform.Kind == TransformKind.Bucket)
            return null;
        // a whole number below 5 is at most 4, so its day is at most that of 4
        return Operator switch
        {
            FieldOperator.Lt =>
                AtMost(transform, transform.Apply(source, Value.Kind == LiteralKind.Integer ? Step(Value, -1) : Value)!.Value),
            FieldOperator.Le => AtMost(transform, transform.Apply(source, Value)!.Value),
            FieldOperator.Gt =>
                new(FieldOperator.Ge, [transform.Apply(source, Value.Kind == LiteralKind.Integer ? Step(Value, 1) : Value)!.Value]),
            FieldOperator.Ge => new(FieldOperator.Ge, [transform.Apply(source, Value)!.Value]),
            _ => null,
        };
    }

    static bool MayEqual(ValueRange range, Literal value) =>
        IsNan(value) ? range.MayBeNan : !(range.Lower is { } low && value < low) && !(range.Upper is { } high && value > high);

    static bool IsNan(Literal value) => value.Kind == LiteralKind.Real && double.IsNaN(value.RealValue);

    static Literal Step(Literal value, int by) => Literal.Decimal(value.Integer + by, value.Scale);

    /// <summary>Old Java writers rounded times before 1970 towards zero, so their values may be one too high.</summary>
    static bool IsEarlyTime(Transform transform, Literal value) =>
        transform.Kind is TransformKind.Year or TransformKind.Month or TransformKind.Day or TransformKind.Hour && value.Integer < 0;

    static FieldTest AtMost(Transform transform, Literal value) =>
        new(FieldOperator.Le, [IsEarlyTime(transform, value) ? Step(value, 1) : value]);

    static FieldTest WithEarlyTimes(Transform transform, List<Literal> values) =>
        new(FieldOperator.In, [.. values, .. values.Where(v => IsEarlyTime(transform, v)).Select(v => Step(v, 1))]);
}

/// <summary>
/// What is known of a set of values. Bounds hold for all values but null and NaN; a null bound is not known.
/// </summary>
readonly record struct ValueRange(bool MayBeNull, bool MayBeValue, bool MayBeNan, Literal? Lower, Literal? Upper)
{
    /// <summary>The only value there can be beside null, if the bounds say so.</summary>
    public Literal? Single => !MayBeNan && Lower is { } low && Upper is { } high && low == high ? low : null;

    /// <summary>Bounds that contradict themselves, are NaN, or whose order is disputed (uuid) count as not known.</summary>
    public static ValueRange Of(IcebergType type, bool mayBeNull, bool mayBeValue, bool mayBeNan, byte[]? lower, byte[]? upper)
    {
        Literal? low = null, high = null;
        if (type.Name != "uuid")
        {
            low = lower is null ? null : SingleValue.Deserialize(type, lower);
            high = upper is null ? null : SingleValue.Deserialize(type, upper);
            if ((low is { } l && IsNan(l)) || (high is { } h && IsNan(h)) || (low is { } a && high is { } b && a > b))
                (low, high) = (null, null);
        }
        return new(mayBeNull, mayBeValue, mayBeNan, low, high);
    }

    static bool IsNan(Literal value) => value.Kind == LiteralKind.Real && double.IsNaN(value.RealValue);
}
