using System.Globalization;

namespace Dart.Lake.Schemas;

/// <summary>Reads one column of a row.</summary>
public delegate RuleValue RuleColumn<TRow>(in TRow row) where TRow : struct;

/// <summary>Name of the first rule that the row breaks, or null.</summary>
public delegate string? RowPredicate<TRow>(in TRow row) where TRow : struct;

/// <summary>
/// Whether the value is a key of the table, valid at the time (microseconds; null: at any time), and has the other value beside it
/// (null: whatever it has).
/// </summary>
public delegate bool ReferenceLookup(ReferenceRule rule, string value, long? asOf, string? same);

/// <summary>Row rules as a predicate in C#; the SQL of the same rules is <c>RowRuleSql</c>, and both agree on every row.</summary>
public static class RowRulePredicate
{
    /// <summary>Compiles the rules of a contract, in their order.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="column">Gives the reader of a column by name.</param>
    /// <param name="reference">Answers reference rules; null: they are left out.</param>
    public static RowPredicate<TRow> Compile<TRow>(
        TableContract contract, Func<string, RuleColumn<TRow>> column, ReferenceLookup? reference)
        where TRow : struct
    {
        var checks = contract.RowRules.Where(r => reference is not null || r is not ReferenceRule)
            .Select(rule => (rule.Name, Breaks: Check(contract, rule, column, reference))).ToArray();
        return (in row) =>
        {
            foreach (var (name, breaks) in checks)
                if (breaks(in row))
                    return name;
            return null;
        };
    }

    delegate bool Breaks<TRow>(in TRow row) where TRow : struct;

    static Breaks<TRow> Check<TRow>(TableContract contract, RowRule rule, Func<string, RuleColumn<TRow>> column, ReferenceLookup? reference)
        where TRow : struct => rule switch
        {
            NotNullRule r => NotNull(column(r.Column)),
            RangeRule r => Range(contract.Column(r.Column).Type, r, column(r.Column)),
            InRule r => In(contract.Column(r.Column).Type, r, column(r.Column)),
            WithinRule r => Within(r, column(r.A), column(r.B)),
            ReferenceRule r => Reference(
                r, column(r.Column), r.AsOf is null ? null : column(r.AsOf), r.Same is { } same ? column(same.Column) : null, reference!),
            _ => throw LakeException.Bug($"{rule.GetType().Name} is no row rule"),
        };

    static Breaks<TRow> NotNull<TRow>(RuleColumn<TRow> read) where TRow : struct => (in row) => read(in row).IsNull;

    static Breaks<TRow> Range<TRow>(ColumnType type, RangeRule rule, RuleColumn<TRow> read) where TRow : struct
    {
        if (type.Kind == ColumnKind.Double)
            return Real((double?)rule.Min, (double?)rule.Max, read);
        var (min, max) = (RuleBounds.Min(rule, type) ?? Int128.MinValue, RuleBounds.Max(rule, type) ?? Int128.MaxValue);
        return (in row) => read(in row) is { IsNull: false, Whole: var value } && (value < min || value > max);
    }

    // SQL engines put NaN above every number
    static Breaks<TRow> Real<TRow>(double? min, double? max, RuleColumn<TRow> read) where TRow : struct =>
        (in row) => read(in row) is { IsNull: false, Real: var value } && (value < min || max is not null && !(value <= max));

    static Breaks<TRow> In<TRow>(ColumnType type, InRule rule, RuleColumn<TRow> read) where TRow : struct
    {
        if (type.Kind == ColumnKind.String)
        {
            var texts = rule.Values.ToHashSet(StringComparer.Ordinal);
            return (in row) => read(in row) is { IsNull: false, Text: var value } && !texts.Contains(value);
        }
        if (type.Kind is not (ColumnKind.Int or ColumnKind.Long))
            throw LakeException.Invalid($"the rule {rule.Name} names values of {rule.Column}, which is neither a string nor a whole number");
        var numbers = rule.Values.Select(v => Int128.Parse(v, CultureInfo.InvariantCulture)).ToHashSet();
        return (in row) => read(in row) is { IsNull: false, Whole: var value } && !numbers.Contains(value);
    }

    static Breaks<TRow> Within<TRow>(WithinRule rule, RuleColumn<TRow> a, RuleColumn<TRow> b) where TRow : struct
    {
        var limit = (Int128)rule.Seconds * 1_000_000;
        return (in row) => a(in row) is { IsNull: false, Whole: var from }
            && b(in row) is { IsNull: false, Whole: var to }
            && Int128.Abs(to - from) > limit;
    }

    static Breaks<TRow> Reference<TRow>(
        ReferenceRule rule, RuleColumn<TRow> read, RuleColumn<TRow>? asOf, RuleColumn<TRow>? same, ReferenceLookup reference)
        where TRow : struct =>
        (in row) =>
        {
            if (read(in row) is not { IsNull: false, Text: var value })
                return false;
            string? beside = null;
            if (same is not null && (beside = same(in row) is { IsNull: false, Text: var text } ? text : null) is null)
                return false;
            if (asOf is null)
                return !reference(rule, value, null, beside);
            return asOf(in row) is { IsNull: false, Whole: var time } && !reference(rule, value, (long)time, beside);
        };
}
