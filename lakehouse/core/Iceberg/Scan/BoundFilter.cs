using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Scan;

/// <summary>A filter without NOT, its fields found in a schema and its literals checked against their types.</summary>
abstract record BoundFilter
{
    public sealed record All(IReadOnlyList<BoundFilter> Parts) : BoundFilter;

    public sealed record Any(IReadOnlyList<BoundFilter> Parts) : BoundFilter;

    /// <summary>A test of one field.</summary>
    public sealed record Leaf(SchemaField Field, FieldTest Test) : BoundFilter;

    /// <exception cref="LakeException">Invalid: a field that is not there, or a literal of another type.</exception>
    public static BoundFilter Bind(Predicate predicate, IcebergSchema schema) => Bind(predicate, schema, negated: false);

    /// <summary>NOT moves inwards; with SQL's nulls this keeps the meaning of a filter, since NOT of unknown is unknown.</summary>
    static BoundFilter Bind(Predicate predicate, IcebergSchema schema, bool negated)
    {
        switch (predicate)
        {
            case NotPredicate not:
                return Bind(not.Inner, schema, !negated);
            case AndPredicate { Parts: var parts }:
                List<BoundFilter> all = [.. parts.Select(p => Bind(p, schema, negated))];
                return negated ? new Any(all) : new All(all);
            case OrPredicate { Parts: var parts }:
                List<BoundFilter> any = [.. parts.Select(p => Bind(p, schema, negated))];
                return negated ? new All(any) : new Any(any);
            case NullPredicate { Field: var name } test:
                return new Leaf(FieldOf(schema, name), new(test.Negated != negated ? FieldOperator.NotNull : FieldOperator.IsNull, []));
            case InPredicate { Field: var name } test:
                var inField = FieldOf(schema, name);
                return new Leaf(
                    inField,
                    new(test.Negated != negated ? FieldOperator.NotIn : FieldOperator.In, [.. test.Values.Select(v => Check(inField, v))]));
            case ComparisonPredicate { Field: var name } test:
                var field = FieldOf(schema, name);
                return new Leaf(field, new(OperatorOf(test.Comparison, negated), [Check(field, test.Value)]));
            default:
                throw LakeException.Bug($"the predicate {predicate.GetType().Name} is not known");
        }
    }

    static FieldOperator OperatorOf(ComparisonOperator comparison, bool negated) => (comparison, negated) switch
    {
        (ComparisonOperator.Eq, false) or (ComparisonOperator.Ne, true) => FieldOperator.Eq,
        (ComparisonOperator.Ne, _) or (ComparisonOperator.Eq, _) => FieldOperator.Ne,
        (ComparisonOperator.Lt, false) or (ComparisonOperator.Ge, true) => FieldOperator.Lt,
        (ComparisonOperator.Le, false) or (ComparisonOperator.Gt, true) => FieldOperator.Le,
        (ComparisonOperator.Gt, _) or (ComparisonOperator.Le, _) => FieldOperator.Gt,
        _ => FieldOperator.Ge,
    };

    static SchemaField FieldOf(IcebergSchema schema, string name)
    {
        var field = schema.Find(name) ?? throw LakeException.Invalid($"there is no column '{name}'; there are {string.Join(", ", schema.Fields.Select(f => f.Name))}");
        return field.Type.IsPrimitive ? field : throw LakeException.Invalid($"the column '{name}' is a {field.Type.Name}, which a filter cannot compare");
    }

    static Literal Check(SchemaField field, Literal value) => (KindOf(field.Type), value.Kind) switch
    {
        var (wanted, given) when wanted == given => value,
        (LiteralKind.Real, LiteralKind.Integer) => Literal.Of((double)value.Integer / Math.Pow(10, value.Scale)),
        _ => throw LakeException.Invalid($"the value {value} cannot be compared with the column '{field.Name}' of type {field.Type}"),
    };

    static LiteralKind KindOf(IcebergType type) => type.Name switch
    {
        "float" or "double" => LiteralKind.Real,
        "string" or "binary" or "uuid" => LiteralKind.Bytes,
        _ => type.FixedLength is null ? LiteralKind.Integer : LiteralKind.Bytes,
    };
}

enum FieldOperator
{
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    IsNull,
    NotNull,
}
