using System.Globalization;
using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>How the price of an instrument moves by itself. The tick is unscaled with 6 places.</summary>
/// <param name="Common">Correlation with the market.</param>
/// <param name="Activity">Share of events, relative to the others'.</param>
/// <param name="SpreadTicks">Usual distance between bid and ask.</param>
sealed record Walk(Instrument Instrument, double Level, double DailyVolatility, double Common, long Tick, double Activity, int SpreadTicks);

/// <summary>
/// The simulated instruments and accounts: 42 shares, an index, 56 options on it, a currency pair; 20 accounts in four desks.
/// </summary>
sealed class SimulatedUniverse
{
    public const int UsdRateUnscaled = 42_500;
    public const double UsdRate = UsdRateUnscaled / 1e6;

    static readonly string[] Tickers =
    [
        "ALDR", "ARBN", "BIRC", "BRSK", "CALD", "CEDR", "CLVR", "COVE", "DALE", "DRFT", "ELMW", "EMBR", "FERN", "FLNT", "FORT", "GLEN", "GROV", "HALE", "HAZL", "HOLM", "IRIS",
        "IVYB", "JUNP", "KELP", "KNOL", "LARK", "LIND", "MAPL", "MERE", "MOSS", "NORD", "OAKS", "ORCH", "PINE", "QUAY", "REED", "ROWN", "SAGE", "THRN", "VALE", "WILO", "YARW",
    ];

    readonly int[] walkIndex;

    public SimulatedUniverse(int seed, DateOnly listing)
    {
        var instruments = new List<Instrument>();
        var walks = new List<Walk>();
        var random = SeededRandom.For(seed, "universe");
        for (var i = 0; i < Tickers.Length; i++)
        {
            var venue = TradingVenue.Equities[i % TradingVenue.Equities.Count];
            var share = new Instrument(
                i,
                new(Tickers[i]),
                InstrumentKind.Equity,
                $"{Tickers[i]} common",
                new(i switch { 40 => "EUR", 41 => "GBP", _ => "USD" }),
                venue.Mic,
                1,
                100)
            { TradedAt = TradingVenue.Equities };
            instruments.Add(share);
            walks.Add(new Walk(
                share,
                20 + 3 * random.Next(80),
                0.010 + 0.012 * random.NextDouble(),
                0.35 + 0.4 * random.NextDouble(),
                10_000,
                0.4 + 2.4 * random.NextDouble(),
                random.Next(1, 4)));
        }
        Shares = [.. instruments];
        Index = new Instrument(instruments.Count, new("DLX"), InstrumentKind.Index, "Dart Lake 500 index", new("USD"), new("XCBO"), 1, 1) { TradedAt = [] };
        instruments.Add(Index);
        walks.Add(new Walk(Index, 5_000, 0.009, 0.95, 10_000, 5, 1));
        ListOptions(instruments, listing);
        var pair = new Instrument(
            instruments.Count,
            new("EURUSD"),
            InstrumentKind.Fx,
            "euro in US dollars",
            new("USD"),
            new(VenueCalendar.ForeignExchangeVenue),
            1,
            100_000)
        { TradedAt = TradingVenue.Currencies };
        instruments.Add(pair);
        walks.Add(new Walk(pair, 1.08, 0.005, 0.15, 10, 6, 6));
        (Instruments, Walks, Accounts) = (instruments, walks, SeededAccounts.Make("USD", "EUR"));
        walkIndex = new int[instruments.Count];
        for (var i = 0; i < walks.Count; i++)
            walkIndex[walks[i].Instrument.Index] = i;
        (Listing, Pair, Options) = (listing, pair, [.. instruments.Where(instrument => instrument.Option is not null)]);
    }

    /// <summary>The calendar of the session; currencies trade in the same hours here.</summary>
    public static VenueCalendar Calendar { get; } = VenueCalendar.Of("XNYS");

    /// <summary>The date that decided which options there are.</summary>
    public DateOnly Listing { get; }

    public IReadOnlyList<Instrument> Instruments { get; }
    public IReadOnlyList<Instrument> Shares { get; }
    public IReadOnlyList<Instrument> Options { get; }
    public Instrument Index { get; }
    public Instrument Pair { get; }
    public IReadOnlyList<Account> Accounts { get; }

    /// <summary>Everything but options, whose prices follow the index.</summary>
    public IReadOnlyList<Walk> Walks { get; }

    public Walk Walk(Instrument instrument) => Walks[walkIndex[instrument.Index]];

    public int WalkIndex(Instrument instrument) => walkIndex[instrument.Index];

    /// <summary>The nearest price on the tick, unscaled with 6 places.</summary>
    public static long OnTick(double price, long tick) => (long)Math.Round(price * 1e6 / tick) * tick;

    /// <summary>Four quarterly expiries from the listing date on, seven strikes around the index's level, calls and puts.</summary>
    void ListOptions(List<Instrument> instruments, DateOnly listing)
    {
        foreach (var expiry in Expiries(listing))
            for (var step = -3; step <= 3; step++)
                foreach (var right in new[] { OptionRight.Call, OptionRight.Put })
                {
                    var strike = 5_000 + step * 125;
                    var id = string.Create(CultureInfo.InvariantCulture, $"DLX{expiry:yyMMdd}{(right == OptionRight.Call ? 'C' : 'P')}{strike:00000}");
                    instruments.Add(new Instrument(
                        instruments.Count, new(id), InstrumentKind.Option, $"DLX {expiry:yyyy-MM-dd} {strike} {right}", new("USD"), new("XCBO"), 100, 1)
                    {
                        TradedAt = TradingVenue.Options,
                        Option = new OptionTerms(Index.Id.Text, strike * 1_000_000L, expiry, right, ExerciseStyle.European),
                    });
                }
    }

    /// <summary>
    /// Third Fridays of March, June, September and December (the trading day before when that is a holiday), at least a week ahead.
    /// </summary>
    static IEnumerable<DateOnly> Expiries(DateOnly listing)
    {
        var found = 0;
        for (var month = new DateOnly(listing.Year, listing.Month, 1); found < 4; month = month.AddMonths(1))
        {
            if (month.Month % 3 != 0)
                continue;
            var friday = month.AddDays((DayOfWeek.Friday - month.DayOfWeek + 7) % 7 + 14);
            var expiry = Calendar.IsTradingDay(friday) ? friday : Calendar.PreviousTradingDay(friday);
            if (expiry < listing.AddDays(7))
                continue;
            found++;
            yield return expiry;
        }
    }
}
