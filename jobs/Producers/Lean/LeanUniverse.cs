using System.IO.Compression;
using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>The instruments of a date, with what is known of them beside the day's events.</summary>
sealed class LeanUniverse
{
    readonly Dictionary<string, Instrument> options = new(StringComparer.Ordinal);
    readonly List<Instrument> instruments = [];

    public LeanUniverse(LeanFolder folder, LeanDay day)
    {
        Equities = folder.Equities();
        var calendar = VenueCalendar.Of(day.Session.Venue);
        foreach (var equity in Equities)
        {
            var letter = folder.Map(equity.Symbol) is { } map ? LeanHistory.PrimaryExchange(map) : null;
            var share = new Instrument(
                instruments.Count,
                new(equity.Symbol.ToUpperInvariant()),
                InstrumentKind.Equity,
                equity.Symbol.ToUpperInvariant(),
                new("USD"),
                LeanTexts.Primary(letter),
                1,
                100)
            { TradedAt = TradingVenue.Equities };
            instruments.Add(share);
            var closes = folder.Daily(equity.Symbol) is { } daily ? LeanHistory.Closes(daily, day.Date) : new LeanCloses([], null);
            Closes.Add(share, closes);
            if (closes.Before.Count > 0 && folder.Factors(equity.Symbol) is { } factors)
                Splits.Add(share, LeanHistory.Splits(factors, closes.Before[0].Date, day.Date, calendar.NextTradingDay));
        }
        OptionZips = folder.Options();
        foreach (var zip in OptionZips)
            AddOptions(zip);
    }

    public IReadOnlyList<Instrument> Instruments => instruments;
    public IReadOnlyList<LeanFolder.Equity> Equities { get; }
    public IReadOnlyList<string> OptionZips { get; }
    public Dictionary<Instrument, LeanCloses> Closes { get; } = [];
    public Dictionary<Instrument, IReadOnlyList<LeanSplit>> Splits { get; } = [];

    public Instrument Option(LeanOptionName name) => options[name.Id];

    void AddOptions(string path)
    {
        using var zip = LeanLines.Open(path);
        foreach (var entry in zip.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            var name = LeanOptionName.Parse(path, entry.FullName);
            if (options.ContainsKey(name.Id))
                continue;
            var option = new Instrument(
                instruments.Count,
                new(name.Id),
                InstrumentKind.Option,
                name.Id,
                new("USD"),
                new("XCBO"),
                100,
                1)
            { TradedAt = TradingVenue.Options, Option = name.Terms };
            options.Add(name.Id, option);
            instruments.Add(option);
        }
    }
}
