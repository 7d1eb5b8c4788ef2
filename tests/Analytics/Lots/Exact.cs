using System.Numerics;

namespace Dart.Lake.Analytics.Tests.Lots;

/// <summary>Whole numbers without a limit, against which those of a limit are judged.</summary>
static class Exact
{
    /// <summary>value ÷ unit, half away from zero.</summary>
    public static BigInteger Round(BigInteger value, BigInteger unit)
    {
        var twice = 2 * BigInteger.Abs(value) + BigInteger.Abs(unit);
        return value.Sign * unit.Sign * (twice / (2 * BigInteger.Abs(unit)));
    }

    public static bool Fits(BigInteger value) => value >= (BigInteger)Int128.MinValue && value <= (BigInteger)Int128.MaxValue;

    public static bool FitsLong(BigInteger value) => value >= long.MinValue && value <= long.MaxValue;
}
