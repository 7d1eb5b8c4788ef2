using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Scan;

/// <summary>Comparisons between a field and a literal.</summary>
enum ComparisonOperator
{
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// <summary>
/// A filter over top-level fields with SQL's meaning of null: a comparison with null matches no row. It only decides which
/// files cannot match; the reader filters the rows.
/// </summary>
public abstract record Predicate
{
    public static Predicate Eq(string field, Literal value) => new ComparisonPredicate(field, ComparisonOperator.Eq, value);
    public static Predicate Ne(string field, Literal value) => new ComparisonPredicate(field, ComparisonOperator.Ne, value);
    public static Predicate Lt(string field, Literal value) => new ComparisonPredicate(field, ComparisonOperator.Lt, value);
    public static Predicate Le(string field, Literal value) => new ComparisonPredicate(field, ComparisonOperator.Le, value);
    public static Predicate Gt(string field, Literal value) => new ComparisonPredicate(field, ComparisonOperator.Gt, value);
    public static Predicate Ge(string field, Literal value) => new ComparisonPredicate(field, ComparisonOperator.Ge, value);
    public static Predicate In(string field, params IReadOnlyList<Literal> values) => new InPredicate(field, values, Negated: false);
    public static Predicate IsNull(string field) => new NullPredicate(field, Negated: false);
    public static Predicate NotNull(string field) => new NullPredicate(field, Negated: true);
    public static Predicate And(params IReadOnlyList<Predicate> parts) => new AndPredicate(parts);
    public static Predicate Or(params IReadOnlyList<Predicate> parts) => new OrPredicate(parts);
    public static Predicate Not(Predicate inner) => new NotPredicate(inner);
}

sealed record AndPredicate(IReadOnlyList<Predicate> Parts) : Predicate;

sealed record OrPredicate(IReadOnlyList<Predicate> Parts) : Predicate;

sealed record NotPredicate(Predicate Inner) : Predicate;

sealed record ComparisonPredicate(string Field, ComparisonOperator Comparison, Literal Value) : Predicate;

sealed record InPredicate(string Field, IReadOnlyList<Literal> Values, bool Negated) : Predicate;

sealed record NullPredicate(string Field, bool Negated) : Predicate;
