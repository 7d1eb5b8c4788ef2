using System.Globalization;
using System.Numerics;

namespace Dart.Lake.Analytics.Lots;

/// <summary>
/// Exact arithmetic on unscaled integers: prices, fees and fixings have 6 places, quantities and multipliers 4, amounts 10, converted
/// amounts 16, an account's numbers 2 (docs/data.md, "Positions and PnL"). Ties round away from zero. An overflow throws, in the whole
/// project: a decimal that loses digits in silence is worse than none.
/// </summary>
public static class Money
{
    public const int PriceScale = 6, QuantityScale = 4, AmountScale = 10, AccountScale = 2;

    /// <summary>A multiplier of one.</summary>
    public const long One = 10_000;

    static readonly Int128 ten14 = 100_000_000_000_000;

    /// <summary>Powers of ten by their exponents.</summary>
    static readonly Int128[] tens = [.. Enumerable.Range(0, 39).Select(n => (Int128)BigInteger.Pow(10, n))];

    /// <summary>price × quantity × multiplier as an amount; exact when the multiplier is whole.</summary>
    public static Int128 Notional(long price, long quantity, long multiplier)
    {
        checked
        {
            var value = (Int128)price * quantity;
            return multiplier == One ? value : multiplier % One == 0 ? value * (multiplier / One) : Round(value * multiplier, One);
        }
    }

    /// <summary>A fee as an amount.</summary>
    public static Int128 FromPrice(long price) => (Int128)price * 10_000;

    /// <summary>total × part ÷ whole, rounded to the total's own places; whole is positive.</summary>
    public static Int128 Share(Int128 total, long part, long whole)
    {
        var product = (BigInteger)total * part;
        var quotient = BigInteger.DivRem(BigInteger.Abs(product), whole, out var rest);
        if (rest * 2 >= whole)
            quotient += 1;
        return checked((Int128)(product.Sign < 0 ? -quotient : quotient));
    }

    /// <summary>amount × fixing: a converted amount, exact.</summary>
    public static Int128 Convert(Int128 amount, long fixing) => checked(amount * fixing);

    /// <summary>A sum of converted amounts as an account's number, the one place where it is rounded.</summary>
    public static long ToAccount(Int128 converted) => checked((long)Round(converted, ten14));

    /// <summary>(bid + ask) ÷ 2 as a price.</summary>
    public static long Mid(long bid, long ask) => checked((long)Round((Int128)bid + ask, 2));

    /// <summary>amount ÷ (quantity × multiplier) as a price; quantity is not zero.</summary>
    public static long PerUnit(Int128 amount, Int128 quantity, long multiplier) =>
        (long)Round((BigInteger)amount * One, (BigInteger)quantity * multiplier);

    /// <summary>Whether an unscaled number has at most so many digits, as a decimal column asks.</summary>
    /// <param name="unscaled">The number.</param>
    /// <param name="digits">At most 38.</param>
    public static bool Fits(Int128 unscaled, int digits) => unscaled > -tens[digits] && unscaled < tens[digits];

    /// <summary>The amount of a decimal text with all its ten places.</summary>
    public static Int128 Amount(string text) => Int128.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    /// <summary>An unscaled integer as plain decimal text with all its places.</summary>
    public static string Text(Int128 unscaled, int scale)
    {
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled < 0 ? "-" : "")}{digits[..^scale]}.{digits[^scale..]}";
    }

    static Int128 Round(Int128 value, Int128 unit)
    {
        var (quotient, rest) = Int128.DivRem(value, unit);
        return Int128.Abs(rest) * 2 >= unit ? quotient + (value < 0 ? -1 : 1) : quotient;
    }

    static BigInteger Round(BigInteger value, BigInteger unit)
    {
        var quotient = BigInteger.DivRem(BigInteger.Abs(value), BigInteger.Abs(unit), out var rest);
        if (rest * 2 >= BigInteger.Abs(unit))
            quotient += 1;
        return value.Sign * unit.Sign < 0 ? -quotient : quotient;
    }
}
