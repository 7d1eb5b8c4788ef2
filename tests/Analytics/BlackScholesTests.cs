using CsCheck;
using QLNet;

namespace Dart.Lake.Analytics.Tests;

public sealed class BlackScholesTests
{
    sealed record Contract(bool Call, double Spot, double Strike, double Years, double Rate, double Dividend, double Volatility);

    static readonly Gen<Contract> contracts =
        from call in Gen.Bool
        from spot in Gen.Double[1, 5000]
        from moneyness in Gen.Double[0.4, 2.5]
        from years in Gen.Double[1.0 / 365, 5]
        from rate in Gen.Double[-0.02, 0.12]
        from dividend in Gen.Double[0, 0.08]
        from volatility in Gen.Double[0.03, 1.5]
        select new Contract(call, spot, spot * moneyness, years, rate, dividend, volatility);

    [Fact]
    public void Price_and_Greeks_equal_those_of_QLNet() => contracts.Sample(c =>
    {
        var forward = c.Spot * Math.Exp((c.Rate - c.Dividend) * c.Years);
        var judge = new BlackCalculator(
            new PlainVanillaPayoff(
                c.Call ? Option.Type.Call : Option.Type.Put,
                c.Strike), forward, c.Volatility * Math.Sqrt(c.Years), Math.Exp(-c.Rate * c.Years));
        Close(judge.value(), BlackScholes.Price(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility), c.Spot);
        Close(judge.delta(c.Spot), BlackScholes.Delta(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility), 1);
        Close(
            judge.gamma(c.Spot),
            BlackScholes.Gamma(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility),
            1 + judge.gamma(c.Spot));
        Close(judge.vega(c.Years), BlackScholes.Vega(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility), c.Spot);
        Close(
            judge.theta(c.Spot, c.Years),
            BlackScholes.Theta(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility),
            c.Spot + Math.Abs(judge.theta(c.Spot, c.Years)));
    }, iter: 20_000);

    [Fact]
    public void Call_less_put_is_forward_less_discounted_strike() => contracts.Sample(c =>
    {
        var call = BlackScholes.Price(true, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility);
        var put = BlackScholes.Price(false, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility);
        Close(c.Spot * Math.Exp(-c.Dividend * c.Years) - c.Strike * Math.Exp(-c.Rate * c.Years), call - put, c.Spot);
    }, iter: 20_000);

    [Fact]
    public void Price_rises_with_volatility_and_stays_within_its_bounds() => contracts.Sample(c =>
    {
        var low = BlackScholes.Price(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility);
        var high = BlackScholes.Price(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility * 1.01);
        var (forward, payment) = (c.Spot * Math.Exp(-c.Dividend * c.Years), c.Strike * Math.Exp(-c.Rate * c.Years));
        Assert.True(high >= low - 1e-12 * c.Spot);
        Assert.InRange(
            low,
            Math.Max(0, c.Call ? forward - payment : payment - forward) - 1e-12 * c.Spot,
            (c.Call ? forward : payment) + 1e-12 * c.Spot);
    }, iter: 20_000);

    [Fact]
    public void Implied_volatility_finds_the_volatility_of_a_price() => contracts.Sample(c =>
    {
        var price = BlackScholes.Price(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility);
        var vega = BlackScholes.Vega(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility);
        if (vega < 1e-4 * c.Spot)
            return;
        var implied = BlackScholes.ImpliedVolatility(c.Call, price, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend);
        // A price has 53 bits: what the volatility can be known to is the price's last digit through vega.
        Assert.InRange(implied, c.Volatility - 1e-10, c.Volatility + 1e-10);
    }, iter: 20_000);

    [Fact]
    public void Implied_volatility_reprices_even_where_vega_is_almost_nothing() => contracts.Sample(c =>
    {
        var price = BlackScholes.Price(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, c.Volatility);
        var implied = BlackScholes.ImpliedVolatility(c.Call, price, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend);
        if (!double.IsNaN(implied))
            Close(price, BlackScholes.Price(c.Call, c.Spot, c.Strike, c.Years, c.Rate, c.Dividend, implied), c.Spot);
    }, iter: 20_000);

    [Theory]
    [InlineData(true, 9.99)]
    [InlineData(true, 110.0)]
    [InlineData(true, -1.0)]
    [InlineData(true, double.NaN)]
    [InlineData(true, double.PositiveInfinity)]
    [InlineData(false, -0.01)]
    [InlineData(false, 100.0)]
    public void A_price_outside_the_bounds_of_arbitrage_has_no_implied_volatility(bool call, double price) =>
        Assert.Equal(double.NaN, BlackScholes.ImpliedVolatility(call, price, spot: 110, strike: 100, years: 1, rate: 0, dividend: 0));

    [Fact]
    public void At_the_lower_bound_the_implied_volatility_is_nought() =>
        Assert.Equal(0, BlackScholes.ImpliedVolatility(true, 10, spot: 110, strike: 100, years: 1, rate: 0, dividend: 0));

    [Theory]
    [InlineData(true, 110.0, 10.0, 1.0)]
    [InlineData(false, 110.0, 0.0, 0.0)]
    [InlineData(true, 90.0, 0.0, 0.0)]
    [InlineData(false, 90.0, 10.0, -1.0)]
    [InlineData(true, 100.0, 0.0, 0.5)]
    public void At_expiry_an_option_is_worth_its_payoff(bool call, double spot, double price, double delta)
    {
        Assert.Equal(price, BlackScholes.Price(call, spot, 100, 0, 0.05, 0, 0.2));
        Assert.Equal(delta, BlackScholes.Delta(call, spot, 100, 0, 0.05, 0, 0.2));
        Assert.Equal(0, BlackScholes.Vega(call, spot, 100, 0, 0.05, 0, 0.2));
    }

    [Theory]
    [InlineData(0, 100, 1, 0.2)]
    [InlineData(100, -1, 1, 0.2)]
    [InlineData(100, 100, -1, 0.2)]
    [InlineData(100, 100, 1, -0.2)]
    [InlineData(double.NaN, 100, 1, 0.2)]
    [InlineData(100, double.PositiveInfinity, 1, 0.2)]
    public void Inputs_without_an_answer_give_NaN(double spot, double strike, double years, double volatility)
    {
        Assert.Equal(double.NaN, BlackScholes.Price(true, spot, strike, years, 0, 0, volatility));
        Assert.Equal(double.NaN, BlackScholes.Delta(true, spot, strike, years, 0, 0, volatility));
        Assert.Equal(double.NaN, BlackScholes.Gamma(true, spot, strike, years, 0, 0, volatility));
        Assert.Equal(double.NaN, BlackScholes.Vega(true, spot, strike, years, 0, 0, volatility));
        Assert.Equal(double.NaN, BlackScholes.Theta(true, spot, strike, years, 0, 0, volatility));
    }

    static void Close(double expected, double actual, double scale) =>
        Assert.InRange(actual, expected - 1e-10 * scale, expected + 1e-10 * scale);
}
