using Dart.Lake.Analytics.Calendars;
using NodaTime;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>The trade date that files belong to: their times count from midnight in New York.</summary>
sealed record LeanDay(DateOnly Date, VenueSession Session, long MidnightMicros, long FirstSequence)
{
    public static LeanDay Of(DateOnly date)
    {
        var midnight = DateTimeZoneProviders.Tzdb["America/New_York"].AtStartOfDay(LocalDate.FromDateOnly(date)).ToInstant();
        return new(
            date,
            VenueCalendar.Of("XNYS").SessionOf(date),
            midnight.ToUnixTimeTicks() / 10,
            (date.DayNumber - new DateOnly(1970, 1, 1).DayNumber) * 1_000_000_000L);
    }

    /// <summary>Most lines of a file, so that sequences of days do not meet.</summary>
    public const long MostLines = 999_999_999;

    /// <summary>Sequence of a line: rising from day to day, and the line number within the day.</summary>
    public long Sequence(LeanLines lines) => lines.Number <= MostLines ? FirstSequence + lines.Number : throw lines.Wrong($"more than {MostLines} lines");
}
