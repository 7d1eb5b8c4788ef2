using Dart.Lake.Analytics.Calendars;

namespace Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;

/// <summary>
/// Trade dates as days since 1970. Remembers each venue's last interval, since events of one day come together. Not thread-safe.
/// </summary>
sealed class HotCalendar
{
    /// <summary>US equities and currencies: between them they have every kind of close.</summary>
    static readonly string[] home = ["XNYS", VenueCalendar.ForeignExchangeVenue];

    /// <summary>No venue of home is closed for so many days.</summary>
    const int LongestPause = 14;

    static readonly int epoch = new DateOnly(1970, 1, 1).DayNumber;
    readonly Dictionary<string, VenueSession> last = new(StringComparer.Ordinal);
    readonly Dictionary<(string?, int), long> closes = [];
    readonly Dictionary<int, bool> tradingDays = [];

    public static int Days(DateOnly date) => date.DayNumber - epoch;

    public static DateOnly Date(int days) => DateOnly.FromDayNumber(days + epoch);

    /// <summary>The venue, or the home venue for one that no calendar knows.</summary>
    public static string KnownOrHome(string venue) => VenueCalendar.Find(venue) is null ? home[0] : venue;

    /// <summary>
    /// The trade date that owns the time at the venue; null when the venue has no calendar or the calendar does not reach so far.
    /// </summary>
    public int? TradeDate(string venue, long time)
    {
        if (last.TryGetValue(venue, out var session) && session.StartsAtMicros <= time && time < session.EndsAtMicros)
            return Days(session.TradeDate);
        if (VenueCalendar.Find(venue) is not { } calendar)
            return null;
        try
        {
            session = calendar.SessionAt(time);
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Invalid)
        {
            return null;
        }
        last[venue] = session;
        return Days(session.TradeDate);
    }

    /// <summary>
    /// When a reference must hold to hold for the day, UTC microseconds: the venue's
    /// close; without a venue, or on a day that is none of its, the last close of the day, or of the trading day after it. Beyond what
    /// calendars know it is the end of the day.
    /// </summary>
    public long CloseOf(string? venue, int days)
    {
        if (!closes.TryGetValue((venue, days), out var close))
            closes[(venue, days)] = close = FindClose(venue, Date(days));
        return close;
    }

    /// <summary>The day, or the first one after it on which any venue of home trades; the day itself where none is in sight.</summary>
    public int TradingDayFrom(int day)
    {
        for (var next = day; next <= day + LongestPause && next <= Days(DateOnly.MaxValue); next++)
            if (IsTradingDay(next))
                return next;
        return day;
    }

    bool IsTradingDay(int day)
    {
        if (!tradingDays.TryGetValue(day, out var trades))
            tradingDays[day] = trades = home.Any(v => VenueCalendar.Of(v).FindSession(Date(day)) is not null);
        return trades;
    }

    static long FindClose(string? venue, DateOnly date)
    {
        if (venue is not null && VenueCalendar.Find(venue)?.FindSession(date) is { } own)
            return own.ClosesAtMicros;
        var sessions = home.Select(v => VenueCalendar.Of(v).FindSession(date)).OfType<VenueSession>().ToList();
        if (sessions.Count > 0)
            return sessions.Max(s => s.ClosesAtMicros);
        var until = date.AddDays(Math.Min(LongestPause, DateOnly.MaxValue.DayNumber - date.DayNumber));
        return VenueCalendar.Of(home[0]).SessionsBetween(date, until).FirstOrDefault() is { } next
            ? next.ClosesAtMicros
            : (Days(date) + 1) * 86_400_000_000L;
    }
}
