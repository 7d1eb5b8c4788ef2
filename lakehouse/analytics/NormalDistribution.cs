namespace Dart.Lake.Analytics;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    static readonly double rootTwoPi = Math.Sqrt(2 * Math.PI);

    /// <summary>Density at <paramref name="x"/>.</summary>
    public static double Density(double x) => Math.Exp(-0.5 * x * x) / rootTwoPi;

    /// <summary>
    /// P(X ≤ x), absolute error below 1e-15; exactly <c>Cumulative(x) + Cumulative(-x) = 1</c>.
    /// Hart's rational approximation in the form of G. West, "Better approximations to cumulative normal functions", Wilmott, May 2005.
    /// </summary>
    public static double Cumulative(double x)
    {
        if (double.IsNaN(x))
            return double.NaN;
        var tail = Tail(Math.Abs(x));
        return x > 0 ? 1 - tail : tail;
    }

    /// <summary>P(X &gt; z) for z ≥ 0.</summary>
    static double Tail(double z)
    {
        if (z > 37)
            return 0;
        var exponential = Math.Exp(-0.5 * z * z);
        if (z >= 7.07106781186547)
            return exponential / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / rootTwoPi;
        var numerator = (((((3.52624965998911e-2 * z + 0.700383064443688) * z + 6.37396220353165) * z + 33.912866078383) * z
            + 112.079291497871) * z + 221.213596169931) * z + 220.206867912376;
        var denominator = ((((((8.83883476483184e-2 * z + 1.75566716318264) * z + 16.064177579207) * z + 86.7807322029461) * z
            + 296.564248779674) * z + 637.333633378831) * z + 793.826512519948) * z + 440.413735824752;
        return exponential * numerator / denominator;
    }
}
