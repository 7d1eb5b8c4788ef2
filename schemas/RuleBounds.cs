using System.Globalization;

namespace Dart.Lake.Schemas;

/// <summary>Bounds of a range at a column's scale, so that no comparison needs more digits than the column has.</summary>
public static class RuleBounds
{
    /// <summary>The least unscaled value that keeps the rule; null: any does.</summary>
    public static Int128? Min(RangeRule rule, ColumnType type) => Scaled(rule.Min, type.Scale, up: true);

    /// <summary>The greatest unscaled value that keeps the rule; null: any does.</summary>
    public static Int128? Max(RangeRule rule, ColumnType type) => Scaled(rule.Max, type.Scale, up: false);

    /// <summary>The least (up) or greatest whole number of units of 10^-scale on the bound's inner side.</summary>
    static Int128? Scaled(decimal? bound, int scale, bool up)
    {
        if (bound is not { } value)
            return null;
        var (whole, digits) = (
            Int128.Parse(value.ToString(CultureInfo.InvariantCulture).Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture),
            value.Scale);
        for (; digits < scale; digits++)
            whole = checked(whole * 10);
        for (; digits > scale; digits--)
        {
            var (quotient, rest) = Int128.DivRem(whole, 10);
            whole = rest == 0 ? quotient : up ? rest > 0 ? quotient + 1 : quotient : rest < 0 ? quotient - 1 : quotient;
        }
        return whole;
    }
}
