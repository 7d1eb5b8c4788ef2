using System.Collections.Frozen;
using NodaTime;

namespace Dart.Lake.Analytics.Calendars;

/// <summary>
/// The trade dates of a venue (docs/data.md, "The trade date"). Every instant from 1998 to 2035
/// belongs to exactly one trade date of a venue: a night, a weekend or a holiday belongs to the
/// session that follows. Thread-safe; the same rules give the same dates as long as the version stays.
/// </summary>
public sealed class VenueCalendar
{
    /// <summary>Raised when a rule changes, since published days keep the dates of the version they were built with.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The venue of currencies (FXall).</summary>
    public const string ForeignExchangeVenue = "FXAL";

    static readonly Lazy<TradingDays> UsEquities = new(static () => new TradingDays(CalendarRules.UsEquities));
    static readonly Lazy<TradingDays> ForeignExchange = new(static () => new TradingDays(CalendarRules.ForeignExchange));

    static readonly FrozenDictionary<string, VenueCalendar> ByVenue = UsVenues()
        .Select(venue => new VenueCalendar(venue, UsEquities))
        .Append(new VenueCalendar(ForeignExchangeVenue, ForeignExchange))
        .ToFrozenDictionary(calendar => calendar.Venue, StringComparer.Ordinal);

    readonly Lazy<TradingDays> days;

    VenueCalendar(string venue, Lazy<TradingDays> days)
    {
        Venue = venue;
        this.days = days;
    }

    /// <summary>All venues with a calendar, by MIC (ISO 10383), in order.</summary>
    public static IReadOnlyList<string> Venues { get; } = [.. ByVenue.Keys.Order(StringComparer.Ordinal)];

    /// <summary>MIC.</summary>
    public string Venue { get; }

    public int Version => CurrentVersion;

    /// <summary>The calendar of a venue; Invalid when there is none.</summary>
    public static VenueCalendar Of(string venue) => Find(venue)
        ?? throw LakeException.Invalid($"venue '{venue}' has no calendar; known are {string.Join(", ", Venues)}");

    /// <summary>The calendar of a venue, or null.</summary>
    public static VenueCalendar? Find(string venue) => ByVenue.GetValueOrDefault(venue);

    /// <summary>The session of the trade date that owns the instant (UTC microseconds since 1970); Invalid outside 1998 to 2035.</summary>
    public VenueSession SessionAt(long micros) => days.Value.Session(Venue, Version, IndexOf(micros));

    /// <summary>The session of a trade date; Invalid when it is no trading day.</summary>
    public VenueSession SessionOf(DateOnly tradeDate) => FindSession(tradeDate)
        ?? throw LakeException.Invalid($"{tradeDate:yyyy-MM-dd} is no trading day of {Venue}; the next one is {NextTradingDay(tradeDate):yyyy-MM-dd}");

    /// <summary>The session of a trade date, or null when it is no trading day.</summary>
    public VenueSession? FindSession(DateOnly tradeDate)
    {
        var day = LocalDate.FromDateOnly(tradeDate);
        var index = days.Value.IndexAtOrAfter(day);
        return index < days.Value.Count && days.Value[index] == day ? days.Value.Session(Venue, Version, index) : null;
    }

    public bool IsTradingDay(DateOnly date) => FindSession(date) is not null;

    /// <summary>The first trading day after the date.</summary>
    public DateOnly NextTradingDay(DateOnly date)
    {
        var day = LocalDate.FromDateOnly(date);
        var index = days.Value.IndexAtOrAfter(day);
        return At(index < days.Value.Count && days.Value[index] == day ? index + 1 : index, date);
    }

    /// <summary>The last trading day before the date.</summary>
    public DateOnly PreviousTradingDay(DateOnly date) => At(days.Value.IndexAtOrAfter(LocalDate.FromDateOnly(date)) - 1, date);

    /// <summary>The sessions of the trade dates from <paramref name="from"/> to <paramref name="to"/>, both included, in order.</summary>
    public IEnumerable<VenueSession> SessionsBetween(DateOnly from, DateOnly to)
    {
        for (var index = days.Value.IndexAtOrAfter(LocalDate.FromDateOnly(from)); index < days.Value.Count
            && days.Value[index].ToDateOnly() <= to; index++)
            yield return days.Value.Session(Venue, Version, index);
    }

    int IndexOf(long micros)
    {
        var index = days.Value.IndexOf(micros);
        return index >= 0 && index < days.Value.Count ? index : throw OutOfRange($"{micros} microseconds since 1970");
    }

    DateOnly At(int index, DateOnly asked) =>
        index >= 0 && index < days.Value.Count ? days.Value[index].ToDateOnly() : throw OutOfRange($"{asked:yyyy-MM-dd}");

    static LakeException OutOfRange(string what) =>
        LakeException.Invalid($"{what} is outside the calendars, which know {TradingDays.FirstYear} to {TradingDays.LastYear}");

    /// <summary>US equity and option exchanges and FINRA's reporting facility: one set of holidays and hours.</summary>
    static string[] UsVenues() =>
    [
        "AMXO", "ARCO", "ARCX", "BATO", "BATS", "BATY", "C2OX", "CBSX", "EDGA", "EDGX", "EDGO", "EMLD", "EPRL", "FINN", "GMNI", "IEXG", "LTSE", "MCRY", "MEMX",
        "MPRL", "XADF", "XASE", "XBOS", "XBOX", "XBXO", "XCBO", "XCHI", "XCIS", "XISX", "XMIO", "XNAS", "XNDQ", "XNYS", "XPHL", "XPSX",
    ];
}
