namespace Dart.Lake.Schemas;

/// <summary>
/// The times that a timestamp may have, both included, in UTC microseconds since 1970; of a date the days that begin within.
/// </summary>
public readonly record struct TimeBounds(long Least, long Most)
{
    const int LastYear = 9999;
    const long MicrosPerDay = 86_400_000_000;

    /// <summary>The years 1900 to 9999: what every engine can show.</summary>
    public static TimeBounds Common { get; } = Of(1900, LastYear);

    /// <summary>From the first moment of a year to the last of another; null: without a bound.</summary>
    public static TimeBounds Of(int? from, int? to) => new(
        from is { } first ? Micros(first) : long.MinValue,
        to is { } last ? (last == LastYear ? EndOfLastYear : Micros(last + 1)) - 1 : long.MaxValue);

    /// <summary>Whether a time is within.</summary>
    public bool Allow(long micros) => micros >= Least && micros <= Most;

    /// <summary>Whether a day (since 1970) is within.</summary>
    public bool AllowDay(int days) => (Int128)days * MicrosPerDay is var micros && micros >= Least && micros <= Most;

    public override string ToString() => this == Common ? "in the years 1900 to 9999"
        : Most == long.MaxValue ? $"in the year {Year(Least)} or later"
        : $"in the years {Year(Least)} to {Year(Most)}";

    static int Year(long micros) => DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).Year;

    static long EndOfLastYear => Micros(LastYear) + 365 * MicrosPerDay;

    static long Micros(int year) =>
         (new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
