using NodaTime;

namespace Dart.Lake.Analytics.Calendars;

/// <summary>
/// The trading days of <see cref="CalendarRules"/> in order, with their boundaries
/// as UTC microseconds; the intervals tile the time between the first and the last.
/// </summary>
sealed class TradingDays
{
    public const int FirstYear = 1998, LastYear = 2035;

    readonly CalendarRules rules;
    readonly DateTimeZone zone;
    readonly List<LocalDate> dates = [];
    readonly List<long> ends = [];

    public TradingDays(CalendarRules rules)
    {
        this.rules = rules;
        zone = DateTimeZoneProviders.Tzdb[rules.TimeZone];
        for (var day = new LocalDate(FirstYear, 1, 1); day.Year <= LastYear; day = day.PlusDays(1))
            if (!rules.IsClosed(day))
            {
                dates.Add(day);
                ends.Add(At(day, rules.Ends).ToUnixTimeTicks() / 10);
            }
        FirstStart = At(new LocalDate(FirstYear - 1, 12, 31), rules.Ends);
    }

    /// <summary>Where the first trade date starts.</summary>
    public Instant FirstStart { get; }

    public int Count => dates.Count;

    public LocalDate this[int index] => dates[index];

    /// <summary>Index of the trade date that owns the instant; -1 before the first, <see cref="Count"/> after the last.</summary>
    public int IndexOf(long micros)
    {
        if (micros < FirstStart.ToUnixTimeTicks() / 10)
            return -1;
        var index = ends.BinarySearch(micros);
        return index >= 0 ? index + 1 : ~index;
    }

    /// <summary>Index of the first trading day that is not before the date; <see cref="Count"/> when there is none.</summary>
    public int IndexAtOrAfter(LocalDate day)
    {
        var index = dates.BinarySearch(day);
        return index >= 0 ? index : ~index;
    }

    public VenueSession Session(string venue, int version, int index)
    {
        var day = dates[index];
        var early = rules.ClosesEarly(day);
        return new VenueSession(venue, version, day.ToDateOnly(),
            index == 0 ? FirstStart : At(dates[index - 1], rules.Ends),
            At(rules.OpensOnDayBefore ? day.PlusDays(-1) : day, rules.Opens),
            At(day, early ? rules.EarlyClose : rules.Closes),
            At(day, rules.Ends),
            early);
    }

    Instant At(LocalDate day, LocalTime time) => zone.AtLeniently(day + time).ToInstant();
}
