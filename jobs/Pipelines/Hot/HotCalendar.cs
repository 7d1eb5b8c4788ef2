using Dart.Lake.Analytics.Calendars;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>Trade dates as days since 1970. Remembers each venue's last interval, since events of one day come together. Not thread-safe.</summary>
sealed class HotCalendar
{
    /// <summary>The venue whose close is the close of the day for what has no venue: accounts and fixings.</summary>
    const string CloseVenue = "XNYS";

    static readonly int epoch = new DateOnly(1970, 1, 1).DayNumber;
    readonly Dictionary<string, VenueSession> last = new(StringComparer.Ordinal);
    readonly Dictionary<int, long> closes = [];

    public static int Days(DateOnly date) => date.DayNumber - epoch;

    public static DateOnly Date(int days) => DateOnly.FromDayNumber(days + epoch);

    /// <summary>The trade date that owns the time at the venue; null when the venue has no calendar or the calendar does not reach so far.</summary>
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

    /// <summary>When references must hold to hold for the day, UTC microseconds.</summary>
    public long CloseOf(int days)
    {
        if (!closes.TryGetValue(days, out var close))
        {
            var calendar = VenueCalendar.Of(CloseVenue);
            var date = Date(days);
            close = (calendar.FindSession(date) ?? calendar.SessionOf(calendar.NextTradingDay(date))).ClosesAtMicros;
            closes[days] = close;
        }
        return close;
    }
}
