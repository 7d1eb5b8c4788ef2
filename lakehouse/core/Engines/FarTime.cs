using System.Globalization;
using Apache.Arrow.Types;

namespace Dart.Lake.Lakehouse.Engines;

/// <summary>
/// A timestamp that C#'s types do not hold: before the year 1, after 9999, or finer than they are. As text it is ISO 8601, with a
/// sign before years that have not four digits.
/// </summary>
/// <param name="Days">Days since 1970-01-01.</param>
/// <param name="Nanos">Nanoseconds of that day.</param>
/// <param name="IsZoned">Whether it is an instant in UTC.</param>
readonly record struct FarTime(long Days, long Nanos, bool IsZoned)
{
    const long NanosPerSecond = 1_000_000_000, SecondsPerDay = 86_400;

    internal static FarTime Of(long value, TimeUnit unit, bool isZoned)
    {
        var perSecond = unit switch
        {
            TimeUnit.Second => 1,
            TimeUnit.Millisecond => 1_000,
            TimeUnit.Microsecond => 1_000_000,
            _ => NanosPerSecond,
        };
        var (days, rest) = FloorDiv(value, SecondsPerDay * perSecond);
        return new(days, rest * (NanosPerSecond / perSecond), isZoned);
    }

    /// <summary>The same moment as a C# value, or null when there is none.</summary>
    internal object? ToClr()
    {
        if (!IsClrDay(Days) || Nanos % 1_000 != 0)
            return null;
        var time = DateTime.UnixEpoch.AddDays(Days).AddTicks(Nanos / 100);
        return IsZoned ? (object)new DateTimeOffset(time, TimeSpan.Zero) : DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
    }

    /// <summary>Whether a C# date can be that many days after 1970-01-01.</summary>
    internal static bool IsClrDay(long days) => days is >= -719_162 and <= 2_932_896;

    public override string ToString() =>
        $"{Date(Days)}T{TimeOfDay(Nanos)}{(IsZoned ? "Z" : "")}";

    /// <summary>The date that many days after 1970-01-01, in the proleptic Gregorian calendar (H. Hinnant, civil_from_days).</summary>
    internal static string Date(long days)
    {
        var (era, dayOfEra) = FloorDiv(days + 719_468, 146_097);
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var fromMarch = (5 * dayOfYear + 2) / 153;
        var day = dayOfYear - (153 * fromMarch + 2) / 5 + 1;
        var month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        var year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        var text = year is >= 0 and <= 9999
            ? year.ToString("D4", CultureInfo.InvariantCulture)
            : year.ToString("+000000;-000000", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{text}-{month:D2}-{day:D2}");
    }

    /// <summary>Six places, or nine where they are needed.</summary>
    internal static string TimeOfDay(long nanos)
    {
        var (seconds, fraction) = (nanos / NanosPerSecond, nanos % NanosPerSecond);
        var places = fraction % 1_000 == 0
            ? (fraction / 1_000).ToString("D6", CultureInfo.InvariantCulture)
            : fraction.ToString("D9", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:D2}:{seconds / 60 % 60:D2}:{seconds % 60:D2}.{places}");
    }

    static (long Whole, long Left) FloorDiv(long value, long divisor)
    {
        var quotient = value / divisor - (value % divisor < 0 ? 1 : 0);
        return (quotient, value - quotient * divisor);
    }
}
