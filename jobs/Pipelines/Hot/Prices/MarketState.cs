using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Prices;

/// <summary>
/// The prices of all instruments. Rows without a venue whose instrument
/// is not known yet wait for it, up to <see cref="MaxWaiting"/> of them.
/// </summary>
/// <param name="rules">Which rows and prints count.</param>
/// <param name="names">Names of the codes.</param>
/// <param name="calendar">Trade dates.</param>
/// <param name="references">Primary venues and prior marks.</param>
sealed class MarketState(HotRules rules, HotNames names, HotCalendar calendar, References references)
{
    public const int MaxWaiting = 1_000_000;

    readonly List<Price?> prices = [];
    readonly List<SeenSequences> seen = [];
    readonly List<bool> eligible = [];
    readonly Dictionary<int, List<MarketRow>> waiting = [];
    // Options by their underlying, with their expiries.
    readonly Dictionary<int, HashSet<(int Option, int Expiry)>> options = [];
    int waitingCount;

    /// <summary>Codes of sale conditions.</summary>
    public Codes Conditions { get; } = new();

    /// <summary>Codes of instruments whose prices have changed.</summary>
    public DirtySet Dirty { get; } = new();

    /// <summary>Rows that broke a rule.</summary>
    public long LeftOut { get; private set; }

    public Price? Find(int instrument) => instrument < prices.Count ? prices[instrument] : null;

    /// <summary>The mark of a day: what an option that has expired pays, else by the prices.</summary>
    public Mark MarkOf(int instrument, int day) =>
        references.Instrument(
            names.Instruments[instrument], day) is { Expiry: { } expiry, Underlying: { } underlying, Strike: { } strike } option
            && expiry <= day
            && ClosingMark(underlying, expiry, day) is { } spot
            ? new(Math.Max(0, option.IsCall ? spot - strike : strike - spot), MarkSource.Expiry)
            : ByPrices(instrument, day);

    /// <summary>What a published day says that an instrument was worth: a restart reads no rows of long ago.</summary>
    public void Remember(int instrument, int day, long price) => PriceOf(instrument).RememberPublished(day, price);

    /// <inheritdoc cref="Price.Keep"/>
    public void Keep(int instrument, int day) => Find(instrument)?.Keep(day);

    /// <summary>
    /// The trade date of a row that counts. Null: it breaks a rule, its
    /// day has no calendar, or it waits for the venue of its instrument.
    /// </summary>
    public int? DayOf(in MarketRow row)
    {
        if (rules.Market(row) is not null)
        {
            LeftOut++;
            return null;
        }
        // An instrument's day is that of its primary venue, wherever it trades; by a venue that no calendar knows it is dated as at home.
        if ((references.PrimaryVenue(names.Instruments[row.Instrument]) ?? (row.Venue >= 0 ? names.Venues[row.Venue] : null)) is { } venue)
            return calendar.TradeDate(HotCalendar.KnownOrHome(venue), row.EventTime);
        Wait(row);
        return null;
    }

    /// <summary>Takes a row into the prices of its day, which is <see cref="DayOf"/> it.</summary>
    public void Apply(in MarketRow row, int day)
    {
        var isPrint = row.Kind == MarketDataKind.Print;
        var isNew = isPrint && !row.IsCopy && SeenOf(row.Source).Add(row.Sequence);
        PriceOf(row.Instrument).Apply(row, day, isPrint && !row.IsSuspicious && IsEligible(row.Condition), isNew);
        Dirty.Add(row.Instrument);
        if (options.TryGetValue(row.Instrument, out var written))
            foreach (var (option, expiry) in written)
                if (expiry <= day)
                    Dirty.Add(option);
    }

    /// <summary>An instrument's reference has come.</summary>
    /// <returns>The rows that waited for its venue, in their order: they can be applied now.</returns>
    public IReadOnlyList<MarketRow> ReferenceCame(int instrument, ReferenceRow reference)
    {
        Dirty.Add(instrument);
        if (reference is { Underlying: { } underlying, Expiry: { } expiry })
        {
            var of = names.Instruments.Of(underlying);
            if (!options.TryGetValue(of, out var written))
                options.Add(of, written = []);
            written.Add((instrument, expiry));
        }
        if (!waiting.Remove(instrument, out var rows))
            return [];
        waitingCount -= rows.Count;
        return rows;
    }

    public void Touch(int instrument) => Dirty.Add(instrument);

    public void TouchAll()
    {
        for (var instrument = 0; instrument < prices.Count; instrument++)
            if (prices[instrument] is not null)
                Dirty.Add(instrument);
    }

    Mark ByPrices(int instrument, int day) =>
        (Find(instrument) ?? new Price(instrument, names)).MarkOf(day, references);

    /// <summary>The mark of an underlying on the day its options expired; later the newest of that day or one before.</summary>
    long? ClosingMark(string underlying, int expiry, int day)
    {
        var code = names.Instruments.Of(underlying);
        var mark = expiry == day
            ? ByPrices(code, expiry)
            : (Find(code) ?? new Price(code, names)).Carried(expiry + 1, expiry, references);
        return mark.Source == MarkSource.None ? null : mark.Price;
    }

    void Wait(in MarketRow row)
    {
        if (waitingCount == MaxWaiting)
            throw LakeException.Unavailable($"{MaxWaiting} rows of market data name no venue and wait for the reference of their instruments, the first is {names.Instruments[waiting.Keys.First()]}; send reference_raw first");
        if (!waiting.TryGetValue(row.Instrument, out var rows))
            waiting.Add(row.Instrument, rows = []);
        rows.Add(row);
        waitingCount++;
    }

    Price PriceOf(int instrument)
    {
        while (prices.Count <= instrument)
            prices.Add(null);
        return prices[instrument] ??= new(instrument, names);
    }

    SeenSequences SeenOf(int source)
    {
        while (seen.Count <= source)
            seen.Add(new());
        return seen[source];
    }

    bool IsEligible(int condition)
    {
        if (condition < 0)
            return true;
        while (eligible.Count <= condition)
            eligible.Add(rules.IsEligible(Conditions[eligible.Count]));
        return eligible[condition];
    }
}
