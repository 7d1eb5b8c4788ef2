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

    /// <summary>Reads all files of the date, and leaves out those that are bad.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="day">The date.</param>
    /// <param name="faults">Takes what is wrong with them.</param>
    /// <param name="cancel">Ends the reading.</param>
    public LeanUniverse(LeanFolder folder, LeanDay day, LeanFaults faults, CancellationToken cancel)
    {
        var maps = new LeanMaps(folder.Maps, folder.Symbols().ToHashSet(StringComparer.Ordinal), faults);
        var check = new LeanCheck(day, faults, cancel);
        Equities = [.. folder.Equities(maps, faults).Select(check.Good).Where(equity => equity.HasData)];
        foreach (var equity in Equities)
            AddShare(equity, folder, maps, day, faults);
        OptionZips = [.. folder.Options().Where(check.IsGood)];
        foreach (var zip in OptionZips)
            AddOptions(zip);
    }

    public IReadOnlyList<Instrument> Instruments => instruments;
    public IReadOnlyList<LeanEquity> Equities { get; }
    public IReadOnlyList<string> OptionZips { get; }
    public Dictionary<Instrument, LeanCloses> Closes { get; } = [];
    public Dictionary<Instrument, IReadOnlyList<LeanSplit>> Splits { get; } = [];

    public Instrument Option(LeanOptionName name) => options[name.Id];

    void AddShare(LeanEquity equity, LeanFolder folder, LeanMaps maps, LeanDay day, LeanFaults faults)
    {
        var share = new Instrument(
            instruments.Count,
            new(equity.Symbol.ToUpperInvariant()),
            InstrumentKind.Equity,
            equity.Symbol.ToUpperInvariant(),
            new("USD"),
            LeanTexts.Primary((equity.Map?.On(day.Date) ?? equity.Map?.Rows[^1])?.Exchange),
            1,
            100)
        { TradedAt = TradingVenue.Equities };
        instruments.Add(share);
        var closes = LeanHistory.Closes(folder, equity, maps, day.Date, faults);
        Closes.Add(share, closes);
        if (closes.Before.Count > 0 && folder.Factors(equity.FileNames) is { } factors)
            Splits.Add(share, faults.Read(() => LeanFactors.Splits(
                factors, closes.Before[0].Date, day.Date, VenueCalendar.Of(day.Session.Venue).NextTradingDay, faults.Remark), []));
    }

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
