using System.IO.Compression;
using CsCheck;
using Dart.Lake.Analytics.Calendars;
using NodaTime;

namespace Dart.Lake.Analytics.Tests.Calendars;

public sealed class VenueCalendarTests
{
    static readonly VenueCalendar Nyse = VenueCalendar.Of("XNYS");

    static readonly Gen<VenueCalendar> AnyCalendar = Gen.OneOf("XNYS", "XCBO", VenueCalendar.ForeignExchangeVenue).Select(VenueCalendar.Of);

    [Theory]
    [InlineData("2001-09-11")]
    [InlineData("2002-03-29")] // Good Friday
    [InlineData("2004-12-24")] // Christmas on a Saturday
    [InlineData("2012-10-29")]
    [InlineData("2013-07-04")]
    [InlineData("2017-01-02")] // New Year's Day on a Sunday
    [InlineData("2020-07-03")] // 4 July on a Saturday
    [InlineData("2022-06-20")] // Juneteenth on a Sunday
    [InlineData("2024-03-29")]
    [InlineData("2025-01-09")]
    [InlineData("2026-11-26")]
    public void A_holiday_is_no_trading_day(string date) => Assert.False(Nyse.IsTradingDay(DateOnly.Parse(date)));

    [Theory]
    [InlineData("2010-12-31")] // New Year's Day on a Saturday is not moved
    [InlineData("2021-06-18")] // before Juneteenth was a holiday of the exchange
    [InlineData("2013-10-14")] // Columbus Day
    [InlineData("2021-12-31")]
    public void A_day_that_others_take_off_is_a_trading_day(string date) => Assert.True(Nyse.IsTradingDay(DateOnly.Parse(date)));

    [Theory]
    [InlineData("2002-07-05", true)]
    [InlineData("2002-07-03", false)]
    [InlineData("2013-07-03", true)]
    [InlineData("2013-11-29", true)]
    [InlineData("2013-12-24", true)]
    [InlineData("2019-07-05", false)]
    [InlineData("2013-10-07", false)]
    public void A_half_day_closes_at_one(string date, bool early)
    {
        var session = Nyse.SessionOf(DateOnly.Parse(date));
        Assert.Equal(early, session.IsEarlyClose);
        Assert.Equal(early ? new LocalTime(13, 0) : new LocalTime(16, 0), Local(session.ClosesAt).TimeOfDay);
    }

    [Fact]
    public void A_session_of_equities_runs_from_the_evening_before_to_eight_in_the_evening()
    {
        var session = Nyse.SessionOf(new(2013, 10, 8));
        Assert.Equal(Instant.FromUtc(2013, 10, 8, 0, 0), session.StartsAt);
        Assert.Equal(Instant.FromUtc(2013, 10, 8, 13, 30), session.OpensAt);
        Assert.Equal(Instant.FromUtc(2013, 10, 8, 20, 0), session.ClosesAt);
        Assert.Equal(Instant.FromUtc(2013, 10, 9, 0, 0), session.EndsAt);
        Assert.Equal(1_381_190_400_000_000L, session.StartsAtMicros);
    }

    [Fact]
    public void A_currency_date_turns_at_five_and_opens_on_Sunday()
    {
        var session = VenueCalendar.Of(VenueCalendar.ForeignExchangeVenue).SessionOf(new(2013, 10, 7));
        Assert.Equal(Instant.FromUtc(2013, 10, 4, 21, 0), session.StartsAt);
        Assert.Equal(Instant.FromUtc(2013, 10, 6, 21, 0), session.OpensAt);
        Assert.Equal(Instant.FromUtc(2013, 10, 7, 21, 0), session.EndsAt);
    }

    [Fact]
    public void A_weekend_belongs_to_the_session_that_follows() =>
        Assert.Equal(new DateOnly(2013, 10, 7), Nyse.SessionAt(Instant.FromUtc(2013, 10, 5, 12, 0).ToUnixTimeTicks() / 10).TradeDate);

    [Fact]
    public void Every_instant_lies_in_the_interval_of_its_trade_date_only() =>
        Gen.Select(AnyCalendar, Gen.Long[883_612_800_000_000L, 2_082_000_000_000_000L]).Sample((calendar, micros) =>
        {
            var session = calendar.SessionOf(calendar.SessionAt(micros).TradeDate);
            return session.StartsAtMicros <= micros && micros < session.EndsAtMicros
                && calendar.SessionAt(session.EndsAtMicros).TradeDate == calendar.NextTradingDay(session.TradeDate)
                && calendar.SessionAt(session.EndsAtMicros - 1).TradeDate == session.TradeDate
                && calendar.SessionAt(micros) == session;
        });

    [Fact]
    public void Intervals_tile_and_hold_their_sessions()
    {
        foreach (var venue in VenueCalendar.Venues)
        {
            VenueSession? before = null;
            foreach (var session in VenueCalendar.Of(venue).SessionsBetween(new(1998, 1, 1), new(2035, 12, 31)))
            {
                Assert.True(before is null || before.EndsAt == session.StartsAt, $"{venue} {session.TradeDate}");
                Assert.True(session.StartsAt <= session.OpensAt
                    && session.OpensAt < session.ClosesAt
                    && session.ClosesAt <= session.EndsAt);
                before = session;
            }
            Assert.Equal(2035, before!.TradeDate.Year);
        }
    }

    [Fact]
    public void The_next_day_of_the_previous_day_is_the_day() =>
        Gen.Select(AnyCalendar, Gen.Int[0, 13_000]).Sample((calendar, offset) =>
        {
            var day = calendar.NextTradingDay(new DateOnly(1999, 1, 1).AddDays(offset));
            return calendar.NextTradingDay(calendar.PreviousTradingDay(day)) == day;
        });

    [Fact]
    public void What_lies_outside_is_refused_with_what_to_do()
    {
        Assert.Contains("2013-10-07", Assert.Throws<LakeException>(() => Nyse.SessionOf(new(2013, 10, 5))).Message, StringComparison.Ordinal);
        Assert.Contains("XNYS", Assert.Throws<LakeException>(() => VenueCalendar.Of("NOWHERE")).Message, StringComparison.Ordinal);
        Assert.Equal(LakeErrorKind.Invalid, Assert.Throws<LakeException>(() => Nyse.SessionAt(0)).Kind);
        Assert.Throws<LakeException>(() => Nyse.NextTradingDay(new(2035, 12, 31)));
    }

    [Theory]
    [InlineData("spy")]
    [InlineData("ibm")]
    public void The_days_with_real_bars_are_the_trading_days(string symbol)
    {
        using var zip = ZipFile.OpenRead(Shared.Path("data", "lean", "equity", "usa", "daily", $"{symbol}.zip"));
        using var reader = new StreamReader(zip.Entries[0].Open());
        var real = new List<DateOnly>();
        while (reader.ReadLine() is { } line)
            real.Add(DateOnly.ParseExact(line.AsSpan(0, 8), "yyyyMMdd"));
        Assert.True(real.Count > 3_000);
        Assert.Equal(Nyse.SessionsBetween(real[0], real[^1]).Select(session => session.TradeDate), real);
    }

    static LocalDateTime Local(Instant instant) => instant.InZone(DateTimeZoneProviders.Tzdb["America/New_York"]).LocalDateTime;
}
