using NodaTime;

namespace Dart.Lake.Analytics.Calendars;

/// <summary>
/// One trade date at one venue. It owns the instants in [<see cref="StartsAt"/>,
/// <see cref="EndsAt"/>); the regular session is [<see cref="OpensAt"/>, <see cref="ClosesAt"/>).
/// </summary>
/// <param name="Venue">MIC (ISO 10383).</param>
/// <param name="CalendarVersion">Version of the rules that made it.</param>
/// <param name="IsEarlyClose">The venue closes before its usual hour.</param>
public sealed record VenueSession(
    string Venue, int CalendarVersion, DateOnly TradeDate,
    Instant StartsAt, Instant OpensAt, Instant ClosesAt, Instant EndsAt, bool IsEarlyClose)
{
    /// <summary>UTC microseconds since 1970, inclusive.</summary>
    public long StartsAtMicros { get; } = Micros(StartsAt);

    /// <summary>UTC microseconds since 1970, inclusive.</summary>
    public long OpensAtMicros { get; } = Micros(OpensAt);

    /// <summary>UTC microseconds since 1970, exclusive.</summary>
    public long ClosesAtMicros { get; } = Micros(ClosesAt);

    /// <summary>UTC microseconds since 1970, exclusive.</summary>
    public long EndsAtMicros { get; } = Micros(EndsAt);

    static long Micros(Instant instant) => instant.ToUnixTimeTicks() / 10;
}
