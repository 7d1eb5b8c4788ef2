using System.Numerics;
using CsCheck;
using Dart.Lake.Analytics.Lots;

namespace Dart.Lake.Analytics.Tests.Lots;

public class MoneyTests
{
    /// <summary>The largest decimal of 18 digits, unscaled.</summary>
    const long Most = 999_999_999_999_999_999;

    /// <summary>The decimals of 18 digits, their limits more often than the rest.</summary>
    static readonly Gen<long> decimals = Gen.Frequency(
        (1, OneOf(0L, 1, -1, Most, -Most)),
        (4, Gen.Long[-Most, Most]),
        (4, Gen.Long[-100_000_000, 100_000_000]));

    static readonly Gen<long> multipliers = OneOf(Money.One, 100 * Money.One, 1_000 * Money.One, 1, 5_000, 12_345, Most);

    [Fact]
    public void A_notional_is_right_or_overflows() => Gen.Select(decimals, decimals, multipliers).Sample((price, quantity, multiplier) =>
    {
        var exact = (BigInteger)price * quantity * multiplier;
        // A fraction of a multiplier is rounded after the product, which must fit as well.
        var largest = multiplier % Money.One == 0 ? exact / Money.One : exact;
        AssertRightOrOverflow(Exact.Round(exact, Money.One), Exact.Fits(largest), () => Money.Notional(price, quantity, multiplier));
    });

    [Fact]
    public void A_share_is_rounded_once_half_away_from_zero() => Gen.Select(decimals, decimals, decimals).Sample((total, part, whole) =>
    {
        var positive = Math.Max(1, Math.Abs(whole));
        var amount = (Int128)total * Most;
        var exact = Exact.Round((BigInteger)amount * part, positive);
        AssertRightOrOverflow(exact, Exact.Fits(exact), () => Money.Share(amount, part, positive));
    });

    [Fact]
    public void A_conversion_is_exact_or_overflows() => Gen.Select(decimals, decimals, decimals).Sample((a, b, fixing) =>
    {
        var amount = (Int128)a * b;
        var exact = (BigInteger)amount * fixing;
        AssertRightOrOverflow(exact, Exact.Fits(exact), () => Money.Convert(amount, fixing));
    });

    [Fact]
    public void An_account_s_number_is_rounded_once_or_overflows() => Gen.Select(decimals, decimals).Sample((a, b) =>
    {
        var converted = (Int128)a * b;
        var exact = Exact.Round(converted, BigInteger.Pow(10, 14));
        AssertRightOrOverflow(exact, Exact.FitsLong(exact), () => Money.ToAccount(converted));
    });

    [Fact]
    public void A_price_per_unit_is_right_or_overflows() => Gen.Select(decimals, decimals, decimals).Sample((a, b, units) =>
    {
        var (amount, quantity) = ((Int128)a * b, units == 0 ? 1 : units);
        var exact = Exact.Round((BigInteger)amount * Money.One, (BigInteger)quantity * Money.One);
        AssertRightOrOverflow(exact, Exact.FitsLong(exact), () => Money.PerUnit(amount, quantity, Money.One));
    });

    [Theory]
    [InlineData(1_000_001, 1_000_002, 1_000_002)]
    [InlineData(-1_000_001, -1_000_002, -1_000_002)]
    [InlineData(Most, Most, Most)]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue)]
    [InlineData(long.MaxValue, long.MinValue, -1)]
    public void A_mid_rounds_half_away_from_zero(long bid, long ask, long mid) => Assert.Equal(mid, Money.Mid(bid, ask));

    [Fact]
    public void A_text_of_an_amount_is_read_back() => Gen.Select(decimals, decimals).Sample((a, b) =>
    {
        var amount = (Int128)a * b;
        Assert.Equal(amount, Money.Amount(Money.Text(amount, Money.AmountScale)));
    });

    static Gen<long> OneOf(params long[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static void AssertRightOrOverflow(BigInteger exact, bool fits, Func<Int128> actual)
    {
        if (fits)
            Assert.Equal(exact, (BigInteger)actual());
        else
            Assert.Throws<OverflowException>(() => actual());
    }
}
