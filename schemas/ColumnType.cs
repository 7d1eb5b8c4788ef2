using System.Globalization;

namespace Dart.Lake.Schemas;

/// <summary>What a column of a contract can hold.</summary>
public enum ColumnKind
{
    String,
    Int,
    Long,
    Double,
    Boolean,
    /// <summary>Days since 1970-01-01.</summary>
    Date,
    /// <summary>Microseconds since 1970-01-01, UTC.</summary>
    Timestamptz,
    Binary,
    /// <summary>
    /// Unscaled integer of <see cref="ColumnType.Precision"/> digits, <see cref="ColumnType.Scale"/> of them after the point.
    /// </summary>
    Decimal,
}

/// <summary>A column's type; precision (1 to 38) and scale are those of a decimal, else 0.</summary>
public readonly record struct ColumnType(ColumnKind Kind, int Precision = 0, int Scale = 0)
{
    /// <summary>Parses the contract's spelling: <c>string int long double boolean date timestamptz binary decimal(P, S)</c>.</summary>
    /// <exception cref="LakeException">Invalid: none of these.</exception>
    public static ColumnType Parse(string text) => TryParse(text)
        ?? throw LakeException.Invalid($"'{text}' is not a column type; write string, int, long, double, boolean, date, timestamptz, binary or decimal(P, S) with P up to 38");

    /// <summary>The same, or null: none of these.</summary>
    public static ColumnType? TryParse(string text)
    {
        if (text.StartsWith("decimal(", StringComparison.Ordinal) && text.EndsWith(')')
            && text[8..^1].Split(',') is [var p, var s]
            && int.TryParse(p.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var precision)
            && int.TryParse(s.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var scale)
            && precision is >= 1 and <= 38 && scale <= precision)
            return new(ColumnKind.Decimal, precision, scale);
        return text switch
        {
            "string" => new(ColumnKind.String),
            "int" => new(ColumnKind.Int),
            "long" => new(ColumnKind.Long),
            "double" => new(ColumnKind.Double),
            "boolean" => new(ColumnKind.Boolean),
            "date" => new(ColumnKind.Date),
            "timestamptz" => new(ColumnKind.Timestamptz),
            "binary" => new(ColumnKind.Binary),
            _ => null,
        };
    }

    public override string ToString() => Kind switch
    {
        ColumnKind.Decimal => $"decimal({Precision}, {Scale})",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
