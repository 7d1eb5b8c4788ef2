using System.Globalization;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Audits;

/// <summary>Row rules as SQL; the predicate of the same rules is <see cref="RowRulePredicate"/>, and both agree on every row.</summary>
internal static class RowRuleSql
{
    /// <summary>An expression: the name of the first rule that the row breaks, else null.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="alias">Alias of the rows.</param>
    /// <param name="relation">SQL of the table that a reference rule names.</param>
    /// <param name="dialect">Of the engine that is asked; null: DuckDB.</param>
    public static string Broken(TableContract contract, string alias, Func<string, string> relation, SqlDialect? dialect = null)
    {
        dialect ??= SqlDialect.DuckDb;
        if (contract.RowRules.Count == 0)
            return $"cast(null as {dialect.TextType})";
        var cases = contract.RowRules.Select(
            rule => $"when {Breaks(contract, rule, Quoted.Name(alias), relation, dialect)} then {dialect.Text(rule.Name)}");
        return $"case {string.Join(' ', cases)} end";
    }

    /// <summary>An expression: what is wrong with a row that breaks the rule in column <paramref name="rule"/>.</summary>
    public static string Reason(TableContract contract, string rule, SqlDialect? dialect = null)
    {
        dialect ??= SqlDialect.DuckDb;
        if (contract.RowRules.Count == 0)
            return $"cast(null as {dialect.TextType})";
        return $"case {rule} {string.Join(' ', contract.RowRules.Select(r => $"when {dialect.Text(r.Name)} then {dialect.Text(Words(r))}"))} end";
    }

    static string Words(RowRule rule) => rule switch
    {
        NotNullRule r => $"{r.Column} is missing",
        RangeRule r => $"{r.Column} is not between {Bound(r.Min)} and {Bound(r.Max)}",
        InRule r => $"{r.Column} is none of {string.Join(", ", r.Values)}",
        WithinRule r => $"{r.A} and {r.B} are more than {r.Seconds} s apart",
        ReferenceRule { Same: { } same } r => $"{same.Column} is not the {same.Key} of {r.Column} in {r.Table}",
        ReferenceRule r => $"{r.Column} is not known in {r.Table}",
        _ => rule.Name,
    };

    static string Bound(decimal? bound) => bound?.ToString(CultureInfo.InvariantCulture) ?? "any";

    static string Breaks(TableContract contract, RowRule rule, string alias, Func<string, string> relation, SqlDialect dialect)
    {
        return rule switch
        {
            NotNullRule r => $"{Column(r.Column)} is null",
            RangeRule r => Range(contract.Column(r.Column).Type, r, Column(r.Column), dialect),
            InRule { Values.Count: 0 } r => $"{Column(r.Column)} is not null",
            InRule r =>
                $"{Column(r.Column)} not in ({string.Join(", ", r.Values.Select(v => contract.Column(r.Column).Type.Kind == ColumnKind.String ? dialect.Text(v) : Whole(v)))})",
            WithinRule r => dialect.Apart(Column(r.A), Column(r.B), r.Seconds),
            ReferenceRule r => Reference(
                r,
                Column(r.Column),
                r.AsOf is null ? null : Column(r.AsOf),
                r.Same is { } same ? (Column(same.Column), $"known.{Quoted.Name(same.Key)}") : null,
                relation(r.Table)),
            _ => throw LakeException.Bug($"{rule.GetType().Name} is no row rule"),
        };

        string Column(string name) => $"{alias}.{Quoted.Name(name)}";
    }

    static string Range(ColumnType type, RangeRule rule, string column, SqlDialect dialect)
    {
        var outside = new List<string>();
        if (type.Kind == ColumnKind.Double)
        {
            if (rule.Min is { } least)
                outside.Add($"{column} < cast({Bound(least)} as double)");
            if (rule.Max is { } most)
                outside.Add($"{column} > cast({Bound(most)} as double)");
        }
        else
        {
            if (RuleBounds.Min(rule, type) is { } min)
                outside.Add(Beyond(type, column, "<", min, dialect));
            if (RuleBounds.Max(rule, type) is { } max)
                outside.Add(Beyond(type, column, ">", max, dialect));
        }
        return outside.Count == 0 ? "false" : $"({string.Join(" or ", outside)})";
    }

    // a bound that the type cannot hold lies beyond all of its values, on the one side or on the other
    static string Beyond(ColumnType type, string column, string sign, Int128 bound, SqlDialect dialect)
    {
        if (type.Kind != ColumnKind.Decimal)
            return $"{column} {sign} {bound}";
        var digits = Int128.Abs(bound).ToString(CultureInfo.InvariantCulture).PadLeft(type.Scale + 1, '0');
        if (digits.Length > type.Precision + (type.Scale == type.Precision ? 1 : 0))
            return bound < 0 == (sign == "<") ? "false" : $"{column} is not null";
        var text = $"{(bound < 0 ? "-" : "")}{digits[..^type.Scale]}{(type.Scale == 0 ? "" : ".")}{digits[^type.Scale..]}";
        return $"{column} {sign} cast('{text}' as {dialect.Type(type)})";
    }

    static string Whole(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        ? value.ToString(CultureInfo.InvariantCulture) : throw LakeException.Invalid($"'{text}' is not a whole number");

    static string Reference(ReferenceRule rule, string column, string? asOf, (string Column, string Key)? same, string relation)
    {
        var key = $"known.{Quoted.Name(rule.Key)}";
        if (asOf is null && same is null)
            return $"({column} is not null and {column} not in (select {key} from {relation} known where {key} is not null))";
        var (given, known) = (new List<string> { $"{column} is not null" }, new List<string> { $"{key} = {column}" });
        if (same is var (beside, besideKey))
        {
            given.Add($"{beside} is not null");
            known.Add($"{besideKey} = {beside}");
        }
        if (asOf is not null)
        {
            if (TableContracts.Get(rule.Table) is var table && (table.IndexOf("valid_from") < 0 || table.IndexOf("valid_to") < 0))
                throw LakeException.Invalid($"the rule {rule.Name} asks as of a time, but {rule.Table} has no valid_from and valid_to");
            given.Add($"{asOf} is not null");
            known.Add($"known.valid_from <= {asOf} and (known.valid_to is null or {asOf} < known.valid_to)");
        }
        return $"({string.Join(" and ", given)} and not exists (select 1 from {relation} known where {string.Join(" and ", known)}))";
    }
}
