namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>The U of a trading day: much happens after the open and before the close, little at noon.</summary>
static class DayShape
{
    const int Steps = 4_096;

    static readonly double[] Times = InverseOfVolume();

    /// <summary>Share of the session that has passed when a share of its volume has: density 0.5 + 1.5 (2x - 1)².</summary>
    public static double TimeOfVolume(double volume)
    {
        var at = volume * Steps;
        var step = Math.Min(Steps - 1, (int)at);
        return Times[step] + (at - step) * (Times[step + 1] - Times[step]);
    }

    /// <summary>Volatility at a share of the session, relative to the day's.</summary>
    public static double Volatility(double time)
    {
        var fromNoon = 2 * time - 1;
        return 0.6 + 0.9 * fromNoon * fromNoon;
    }

    static double[] InverseOfVolume()
    {
        var times = new double[Steps + 1];
        for (var step = 0; step <= Steps; step++)
        {
            var (low, high) = (0.0, 1.0);
            for (var i = 0; i < 50; i++)
            {
                var middle = (low + high) / 2;
                if (VolumeUntil(middle) < (double)step / Steps)
                    low = middle;
                else
                    high = middle;
            }
            times[step] = (low + high) / 2;
        }
        return times;
    }

    static double VolumeUntil(double time)
    {
        var fromNoon = 2 * time - 1;
        return 0.5 * time + 0.25 * (fromNoon * fromNoon * fromNoon + 1);
    }
}
