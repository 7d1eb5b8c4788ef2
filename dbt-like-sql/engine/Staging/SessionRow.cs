namespace Dart.Lake.Sql.Staging;

/// <summary>A row of <c>silver.venue_sessions</c>; times are UTC microseconds since 1970, ends exclusive.</summary>
public sealed record SessionRow(
    DateOnly TradeDate, string Venue, long StartsAt, long EndsAt, long OpensAt, long ClosesAt, int CalendarVersion)
{
    /// <summary>The venue whose sessions date what has none of its own.</summary>
    public const string Home = "XNYS";
}

/// <summary>The sessions of all venues from one calendar day to another, both included.</summary>
public delegate IReadOnlyList<SessionRow> SessionsOf(DateOnly from, DateOnly to);
