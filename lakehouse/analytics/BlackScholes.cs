namespace Dart.Lake.Analytics;

/// <summary>
/// European options on an asset with a continuous dividend yield (F. Black and M. Scholes, 1973; R. Merton, 1973; formulas as in J. Hull,
/// "Options, Futures and Other Derivatives", chapters 17 and 19). Rates, yields and volatilities are per year and continuously compounded,
/// as fractions (0.2 is 20 %); time is in years. What has no answer (a price or strike that is not positive, a negative time or volatility,
/// anything not finite) is NaN, never an exception: a column of quotes holds such rows.
/// </summary>
public static class BlackScholes
{
    const int MaximumSteps = 100;

    /// <summary>Four units in the last place, as a fraction.</summary>
    const double Noise = 4 * 2.220446049250313e-16;

    /// <summary>Value of one unit, in the currency of spot and strike.</summary>
    public static double Price(bool call, double spot, double strike, double years, double rate, double dividend, double volatility)
    {
        var (forward, payment) = Legs(spot, strike, years, rate, dividend, volatility);
        if (double.IsNaN(forward))
            return double.NaN;
        return Value(call, forward, payment, volatility * Math.Sqrt(years));
    }

    /// <summary>Change of the price for one unit of spot.</summary>
    public static double Delta(bool call, double spot, double strike, double years, double rate, double dividend, double volatility)
    {
        var (forward, payment) = Legs(spot, strike, years, rate, dividend, volatility);
        var probability = NormalDistribution.Cumulative(D1(forward, payment, volatility * Math.Sqrt(years)));
        return Math.Exp(-dividend * years) * (call ? probability : probability - 1);
    }

    /// <summary>Change of delta for one unit of spot; the same for calls and puts.</summary>
    public static double Gamma(bool call, double spot, double strike, double years, double rate, double dividend, double volatility)
    {
        _ = call;
        var (forward, payment) = Legs(spot, strike, years, rate, dividend, volatility);
        var deviation = volatility * Math.Sqrt(years);
        var density = NormalDistribution.Density(D1(forward, payment, deviation));
        return density == 0 ? 0 : forward * density / (spot * spot * deviation);
    }

    /// <summary>Change of the price for a volatility higher by 1 (100 percentage points); the same for calls and puts.</summary>
    public static double Vega(bool call, double spot, double strike, double years, double rate, double dividend, double volatility)
    {
        _ = call;
        var (forward, payment) = Legs(spot, strike, years, rate, dividend, volatility);
        return forward * NormalDistribution.Density(D1(forward, payment, volatility * Math.Sqrt(years))) * Math.Sqrt(years);
    }

    /// <summary>Change of the price for one year that passes (negative where time costs).</summary>
    public static double Theta(bool call, double spot, double strike, double years, double rate, double dividend, double volatility)
    {
        var (forward, payment) = Legs(spot, strike, years, rate, dividend, volatility);
        var deviation = volatility * Math.Sqrt(years);
        var d1 = D1(forward, payment, deviation);
        var density = NormalDistribution.Density(d1);
        var decay = density == 0 ? 0 : forward * density * volatility / (2 * Math.Sqrt(years));
        var sign = call ? 1 : -1;
        return -decay - sign * rate * payment * NormalDistribution.Cumulative(sign * (d1 - deviation))
            + sign * dividend * forward * NormalDistribution.Cumulative(sign * d1);
    }

    /// <summary>
    /// The volatility at which <see cref="Price"/> gives <paramref name="price"/>; 0 at the lower bound of arbitrage, or within what
    /// doubles know of it, NaN below it, at or above the upper bound, and at expiry. Newton steps that start at the inflection point
    /// (S. Manaster and G. Koehler, 1982) within a bracket that every step narrows; where a step leaves it, it is halved.
    /// </summary>
    public static double ImpliedVolatility(bool call, double price, double spot, double strike, double years, double rate, double dividend)
    {
        var (forward, payment) = Legs(spot, strike, years, rate, dividend, 0);
        if (double.IsNaN(forward) || years == 0 || !double.IsFinite(price))
            return double.NaN;
        // The out-of-the-money side of the same strike has the same volatility and no intrinsic value to lose digits in.
        var intrinsic = Math.Max(0, call ? forward - payment : payment - forward);
        var target = price - intrinsic;
        var otmCall = forward <= payment;
        // a difference of two values near the spot is known to some of their last places only
        if (target == 0 || intrinsic > 0 && Math.Abs(target) <= Noise * Math.Max(forward, payment))
            return 0;
        if (target < 0)
            return double.NaN;
        if (target >= (otmCall ? forward : payment))
            return double.NaN;
        return Deviation(otmCall, target, forward, payment) / Math.Sqrt(years);
    }

    /// <summary>Standard deviation of the logarithm at expiry that gives the price.</summary>
    static double Deviation(bool call, double target, double forward, double payment)
    {
        var (low, high) = (0.0, 1.0);
        while (Value(call, forward, payment, high) < target)
        {
            (low, high) = (high, 2 * high);
            if (high > 1e3)
                return double.NaN;
        }
        var deviation = Math.Clamp(Math.Sqrt(2 * Math.Abs(Math.Log(forward / payment))), low + 0.1 * (high - low), high);
        for (var step = 0; step < MaximumSteps; step++)
        {
            var excess = Value(call, forward, payment, deviation) - target;
            if (excess == 0)
                return deviation;
            (low, high) = excess > 0 ? (low, deviation) : (deviation, high);
            var slope = forward * NormalDistribution.Density(D1(forward, payment, deviation));
            var next = deviation - excess / slope;
            if (!(next > low && next < high))
                next = 0.5 * (low + high);
            if (Math.Abs(next - deviation) <= 1e-15 * deviation)
                return next;
            deviation = next;
        }
        return deviation;
    }

    static double Value(bool call, double forward, double payment, double deviation)
    {
        var sign = call ? 1 : -1;
        var d1 = D1(forward, payment, deviation);
        var value =
            sign * (forward * NormalDistribution.Cumulative(sign * d1) - payment * NormalDistribution.Cumulative(sign * (d1 - deviation)));
        return Math.Max(0, value);
    }

    /// <summary>Present values of the asset and of the strike at expiry; NaN when any input is out of its domain.</summary>
    static (double Forward, double Payment) Legs(double spot, double strike, double years, double rate, double dividend, double volatility)
    {
        var valid = spot > 0 && strike > 0 && years >= 0 && volatility >= 0
            && double.IsFinite(spot + strike + years + rate + dividend + volatility);
        return valid ? (spot * Math.Exp(-dividend * years), strike * Math.Exp(-rate * years)) : (double.NaN, double.NaN);
    }

    /// <summary>With no deviation left the outcome is certain: infinite, and 0 exactly at the money.</summary>
    static double D1(double forward, double payment, double deviation)
    {
        var moneyness = Math.Log(forward / payment);
        return deviation == 0 && moneyness == 0 ? 0 : moneyness / deviation + 0.5 * deviation;
    }
}
