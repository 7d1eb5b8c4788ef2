using Dart.Lake.Analytics;
using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>
/// The closing prices of every instrument on every trading day since 1998, as a function of the seed and the date alone: so two
/// days that are produced apart fit together. Logarithms of prices wander and are drawn back to their level; one share splits on
/// every trading day, in turn, 2:1 and the next time 1:2, so that levels stay. Prices are as published: not adjusted for splits.
/// </summary>
sealed class CloseHistory
{
    const double Pull = 0.004;
    const double MicrosPerYear = 365.0 * 86_400 * 1e6;

    readonly SimulatedUniverse universe;
    readonly VenueSession[] days;
    readonly double[,] levels; // by day kept and by instrument, without splits
    readonly int first; // number of the first day kept

    /// <summary>Keeps the days up to <paramref name="date"/>.</summary>
    public CloseHistory(int seed, SimulatedUniverse universe, DateOnly date, int kept)
    {
        this.universe = universe;
        var all = SimulatedUniverse.Calendar.SessionsBetween(new DateOnly(1998, 1, 1), date).ToArray();
        if (all.Length <= kept || all[^1].TradeDate != date)
            throw LakeException.Invalid($"{date:yyyy-MM-dd} cannot be simulated: give a trading day of {SimulatedUniverse.Calendar.Venue} from 2001 to 2035");
        days = all[^kept..];
        first = all.Length - kept;
        var simulated = universe.Walks;
        levels = new double[kept, simulated.Count];
        var market = SeededRandom.For(seed, "closes of the market");
        var own = simulated.Select(walk => SeededRandom.For(seed, "closes", 0, walk.Instrument.Index)).ToArray();
        var logs = new double[simulated.Count];
        for (var day = 0; day < all.Length; day++)
        {
            var common = market.NextNormal();
            for (var i = 0; i < logs.Length; i++)
            {
                var walk = simulated[i];
                logs[i] +=
                    -Pull * logs[i] + walk.DailyVolatility * (walk.Common * common + Math.Sqrt(1 - walk.Common * walk.Common) * own[i].NextNormal());
                if (day >= first)
                    levels[day - first, i] = walk.Level * Math.Exp(logs[i]);
            }
        }
    }

    public IReadOnlyList<VenueSession> Days => days;

    /// <summary>The close of a kept day, unscaled with 6 places, on the instrument's tick.</summary>
    public long Close(Instrument instrument, int day) => instrument.Option is { } terms
        ? SimulatedUniverse.OnTick(Math.Max(0.01, OptionPrice(terms, IndexLevel(day), days[day].ClosesAtMicros)), 10_000)
        : SimulatedUniverse.OnTick(Level(instrument, day), universe.Walk(instrument).Tick);

    /// <summary>The close as a number, in the units of a day; for anything but options.</summary>
    public double Level(Instrument instrument, int day) => levels[day, universe.WalkIndex(instrument)] * Units(instrument, day);

    /// <summary>The share that splits on a day, and how.</summary>
    public (Instrument Instrument, int Numerator, int Denominator) SplitOf(int day)
    {
        var number = first + day;
        var shares = universe.Shares;
        return number / shares.Count % 2 == 0 ? (shares[number % shares.Count], 2, 1) : (shares[number % shares.Count], 1, 2);
    }

    /// <summary>Value of an option by Black and Scholes at a level of the index, with a smile: strikes below cost more.</summary>
    public static double OptionPrice(OptionTerms terms, double index, long atMicros)
    {
        var strike = terms.Strike / 1e6;
        var expiry = SimulatedUniverse.Calendar.SessionOf(terms.Expiry).ClosesAtMicros;
        return OptionPrice(terms.Right, strike, expiry, index, atMicros);
    }

    /// <summary>The same with the expiry's close known.</summary>
    public static double OptionPrice(OptionRight right, double strike, long expiresAtMicros, double index, long atMicros)
    {
        var years = Math.Max(1e-6, (expiresAtMicros - atMicros) / MicrosPerYear);
        var moneyness = strike / index - 1;
        var volatility = Math.Clamp(0.17 - 0.35 * moneyness + 1.2 * moneyness * moneyness, 0.08, 0.6);
        return BlackScholes.Price(right == OptionRight.Call, index, strike, years, SimulatedUniverse.UsdRate, 0, volatility);
    }

    double IndexLevel(int day) => Level(universe.Index, day);

    /// <summary>A half after an odd number of splits, else 1.</summary>
    double Units(Instrument instrument, int day)
    {
        if (instrument.Kind != InstrumentKind.Equity)
            return 1;
        var count = universe.Shares.Count;
        var splits = (first + day - instrument.Index + count) / count;
        return splits % 2 == 1 ? 0.5 : 1;
    }
}
