using NodaTime;

namespace Dart.Lake.Analytics.Calendars;

/// <summary>What makes a venue's days: which are trading days and, in the venue's local time, when they open, close and end.</summary>
/// <param name="OpensOnDayBefore">The regular session opens on the calendar day before the trade date, as currencies do.</param>
sealed record CalendarRules(
    string TimeZone, Func<LocalDate, bool> IsClosed, Func<LocalDate, bool> ClosesEarly,
    LocalTime Opens, bool OpensOnDayBefore, LocalTime Closes, LocalTime EarlyClose, LocalTime Ends)
{
    /// <summary>
    /// US equities and options: 9:30 to 16:00, 13:00 on early closings; the date turns at 20:00, when extended hours end.
    /// </summary>
    public static CalendarRules UsEquities { get; } = new(
        "America/New_York", UsHolidays.IsClosed, UsHolidays.ClosesEarly,
        new(9, 30), OpensOnDayBefore: false, new(16, 0), new(13, 0), new(20, 0));

    /// <summary>Currencies: the date turns at 17:00 New York; closed at weekends, on 1 January and 25 December.</summary>
    public static CalendarRules ForeignExchange { get; } = new(
        "America/New_York", IsFxClosed, static _ => false,
        new(17, 0), OpensOnDayBefore: true, new(17, 0), new(17, 0), new(17, 0));

    static bool IsFxClosed(LocalDate day) =>
        day.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday || (day.Month, day.Day) is (1, 1) or (12, 25);
}
