using NodaTime;

namespace Dart.Lake.Analytics.Calendars;

/// <summary>
/// Days on which the US equity and option markets are closed, or close at 13:00, by rule. Source: NYSE Rule 7.2
/// (holidays and their observance), NYSE's yearly announcements of early closings, and its list of unscheduled closings.
/// </summary>
static class UsHolidays
{
    /// <summary>Closings that no rule foretells: September 2001, days of mourning, the hurricane of October 2012.</summary>
    static readonly HashSet<LocalDate> Unscheduled =
    [
        new(2001, 9, 11), new(2001, 9, 12), new(2001, 9, 13), new(2001, 9, 14),
        new(2004, 6, 11), new(2007, 1, 2), new(2012, 10, 29), new(2012, 10, 30), new(2018, 12, 5), new(2025, 1, 9),
    ];

    /// <summary>Early closings that no rule foretells: days after Christmas, the last day of 1999.</summary>
    static readonly HashSet<LocalDate> UnscheduledEarly = [new(1999, 12, 31), new(2003, 12, 26)];

    public static bool IsClosed(LocalDate day) =>
        day.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday || Unscheduled.Contains(day) || IsHoliday(day);

    /// <summary>Closes at 13:00 New York. Only meaningful for a day that is not closed.</summary>
    public static bool ClosesEarly(LocalDate day) =>
        UnscheduledEarly.Contains(day) || (day.Month, day.Day) switch
        {
            (11, _) => day == Nth(day.Year, 11, IsoDayOfWeek.Thursday, 4).PlusDays(1),
            (12, 24) => true,
            (7, 3) => day.DayOfWeek != IsoDayOfWeek.Wednesday || day.Year >= 2013,
            (7, 5) => day.DayOfWeek == IsoDayOfWeek.Friday && day.Year < 2013,
            _ => false,
        };

    static bool IsHoliday(LocalDate day)
    {
        var year = day.Year;
        return day.Month switch
        {
            1 => day == NewYear(year) || day == Nth(year, 1, IsoDayOfWeek.Monday, 3),
            2 => day == Nth(year, 2, IsoDayOfWeek.Monday, 3),
            3 or 4 => day == Easter(year).PlusDays(-2),
            5 => day == Last(year, 5, IsoDayOfWeek.Monday),
            6 => year >= 2022 && day == Observed(new(year, 6, 19)),
            7 => day == Observed(new(year, 7, 4)),
            9 => day == Nth(year, 9, IsoDayOfWeek.Monday, 1),
            11 => day == Nth(year, 11, IsoDayOfWeek.Thursday, 4),
            12 => day == Observed(new(year, 12, 25)),
            _ => false,
        };
    }

    /// <summary>A New Year's Day that is a Saturday is not observed on the Friday: that ends an accounting year.</summary>
    static LocalDate NewYear(int year)
    {
        var day = new LocalDate(year, 1, 1);
        return day.DayOfWeek == IsoDayOfWeek.Sunday ? day.PlusDays(1) : day;
    }

    static LocalDate Observed(LocalDate day) => day.DayOfWeek switch
    {
        IsoDayOfWeek.Saturday => day.PlusDays(-1),
        IsoDayOfWeek.Sunday => day.PlusDays(1),
        _ => day,
    };

    static LocalDate Nth(int year, int month, IsoDayOfWeek weekday, int n) =>
        LocalDate.FromYearMonthWeekAndDay(year, month, n, weekday);

    static LocalDate Last(int year, int month, IsoDayOfWeek weekday) =>
        LocalDate.FromYearMonthWeekAndDay(year, month, 5, weekday);

    /// <summary>Easter Sunday by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8).</summary>
    static LocalDate Easter(int year)
    {
        int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
        var h = (19 * a + b - d - g + 15) % 30;
        int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
        var sum = h + l - 7 * m + 114;
        return new(year, sum / 31, sum % 31 + 1);
    }
}
