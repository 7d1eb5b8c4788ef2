using System.Globalization;
using System.Numerics;

namespace Dart.Lake.Lakehouse.Engines;

/// <summary>A decimal of more digits than C#'s holds: <paramref name="Unscaled"/> × 10^-<paramref name="Scale"/>.</summary>
public readonly record struct BigDecimal(BigInteger Unscaled, int Scale)
{
    public override string ToString()
    {
        var digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        return $"{(Unscaled.Sign < 0 ? "-" : "")}{digits[..^Scale]}{(Scale == 0 ? "" : ".")}{digits[^Scale..]}";
    }
}
