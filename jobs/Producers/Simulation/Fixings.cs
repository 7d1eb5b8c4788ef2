namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>
/// Official fixings of the day and of the day before between all pairs of currencies, unscaled with 6 places.
/// Crosses are published like the others: each is rounded by itself, and none can be divided out of another.
/// </summary>
sealed class Fixings
{
    static readonly string[] Currencies = ["USD", "EUR", "GBP"];

    public Fixings(CloseHistory history, SimulatedUniverse universe)
    {
        Yesterday = Of(history, universe, history.Days.Count - 2);
        Today = Of(history, universe, history.Days.Count - 1);
    }

    public IReadOnlyList<((string From, string To) Pair, long Rate)> Today { get; }

    public IReadOnlyList<((string From, string To) Pair, long Rate)> Yesterday { get; }

    /// <summary>Today's fixing; 1 between a currency and itself.</summary>
    public decimal Rate(string from, string to) =>
        string.Equals(from, to, StringComparison.Ordinal) ? 1 : Today.First(fixing => fixing.Pair == (from, to)).Rate / 1_000_000m;

    static List<((string, string), long)> Of(CloseHistory history, SimulatedUniverse universe, int day)
    {
        // The fixing is struck in the morning: near the last close, not at the next one.
        var euro = history.Level(universe.Pair, Math.Max(0, day - 1));
        double[] dollars = [1, euro, 1.17 * Math.Sqrt(euro / 1.08)];
        var fixings = new List<((string, string), long)>();
        for (var from = 0; from < Currencies.Length; from++)
            for (var to = 0; to < Currencies.Length; to++)
                if (from != to)
                    fixings.Add(((Currencies[from], Currencies[to]), (long)Math.Round(dollars[from] / dollars[to] * 1e6)));
        return fixings;
    }
}
