using System.Text;
using NodaTime;
using NodaTime.TimeZones;

namespace Dart.Lake.Lakehouse.Engines.Trino.Columns;

/// <summary>
/// Dates and times as the protocol writes them: <c>2026-01-02 03:04:05.123456 Europe/Berlin</c>, with as many places as the type has.
/// </summary>
static class TimeText
{
    const long MicrosPerSecond = 1_000_000, NanosPerSecond = 1_000_000_000, SecondsPerDay = 86_400;

    /// <summary>Days since 1970-01-01, in the proleptic Gregorian calendar.</summary>
    public static bool Date(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (!TryDays(text, out var found) || found is < int.MinValue or > int.MaxValue)
            return false;
        days = (int)found;
        return true;
    }

    /// <summary>A time of day.</summary>
    /// <param name="perSecond">Units.</param>
    public static ParseText<long> TimeOfDay(long perSecond) => (ReadOnlySpan<byte> text, out long value) =>
        TryTime(text, perSecond, out value);

    /// <summary>A timestamp without a zone, since 1970-01-01.</summary>
    /// <param name="perSecond">Units.</param>
    public static ParseText<long> Local(long perSecond) => (ReadOnlySpan<byte> text, out long value) =>
    {
        value = 0;
        var space = text.IndexOf((byte)' ');
        return space > 0
            && TryDays(text[..space], out var days)
            && TryTime(text[(space + 1)..], perSecond, out var time)
            && TryJoin(days, time, perSecond, out value);
    };

    /// <summary>An instant, since 1970-01-01 UTC; its zone is told in the text.</summary>
    /// <param name="perSecond">Units.</param>
    public static ParseText<long> Instant(long perSecond) => (ReadOnlySpan<byte> text, out long value) =>
    {
        value = 0;
        var space = text.LastIndexOf((byte)' ');
        if (space <= 0 || !Local(perSecond)(text[..space], out var local))
            return false;
        var zone = text[(space + 1)..];
        if (zone.SequenceEqual("UTC"u8))
        {
            value = local;
            return true;
        }
        var offset = TryOffset(zone, out var told) ? told : OffsetOf(Encoding.UTF8.GetString(zone), local, perSecond);
        if (offset is not { } seconds)
            return false;
        value = local - seconds * perSecond;
        return true;
    };

    /// <summary>The time of a zone as seconds east of UTC; null: there is no such zone.</summary>
    /// <exception cref="LakeException">Invalid: the zone has that time twice, and the text does not say which is meant.</exception>
    static long? OffsetOf(string name, long local, long perSecond)
    {
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is not { } zone)
            return null;
        var seconds = local / perSecond - (local % perSecond < 0 ? 1 : 0);
        var there = new LocalDateTime(1970, 1, 1, 0, 0).PlusSeconds(seconds);
        var found = zone.MapLocal(there);
        return found.Count switch
        {
            1 => found.Single().Offset.Seconds,
            // a time that a zone leaves out: Trino has gone on by the offset before
            0 => found.EarlyInterval.WallOffset.Seconds,
            _ => throw LakeException.Invalid($"the answer has the time {there} of {name}, which that zone has twice; select it AT TIME ZONE 'UTC'"),
        };
    }

    static bool TryOffset(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        if (text is not [(byte)'+' or (byte)'-', _, _, (byte)':', _, _]
            || !TryDigits(text[1..3], out var hours) || !TryDigits(text[4..6], out var minutes))
            return false;
        seconds = (hours * 60 + minutes) * 60 * (text[0] == (byte)'-' ? -1 : 1);
        return true;
    }

    /// <summary>A year may have a sign and more than four digits (H. Hinnant, days_from_civil).</summary>
    static bool TryDays(ReadOnlySpan<byte> text, out long days)
    {
        days = 0;
        var isBefore = text is [(byte)'-', ..];
        if (text is [(byte)'-' or (byte)'+', ..])
            text = text[1..];
        if (text.Length is < 10 or > 17 || text[^3] != (byte)'-' || text[^6] != (byte)'-'
            || !TryDigits(text[..^6], out var year) || !TryDigits(text[^5..^3], out var month) || !TryDigits(text[^2..], out var day)
            || month is < 1 or > 12 || day is < 1 or > 31)
            return false;
        year = (isBefore ? -year : year) - (month <= 2 ? 1 : 0);
        var era = (year >= 0 ? year : year - 399) / 400;
        var yearOfEra = year - era * 400;
        var dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
        return true;
    }

    static bool TryTime(ReadOnlySpan<byte> text, long perSecond, out long value)
    {
        value = 0;
        if (text.Length < 8 || text[2] != (byte)':' || text[5] != (byte)':'
            || !TryDigits(text[..2], out var hours) || !TryDigits(text[3..5], out var minutes) || !TryDigits(text[6..8], out var seconds))
            return false;
        var fraction = 0L;
        if (text.Length > 8)
        {
            if (text[8] != (byte)'.' || text.Length == 9 || !TryDigits(text[9..], out fraction))
                return false;
            for (var unit = Power(text.Length - 9); unit < perSecond; unit *= 10)
                fraction *= 10;
            for (var unit = Power(text.Length - 9); unit > perSecond; unit /= 10)
                if (fraction % 10 != 0)
                    return false;
                else
                    fraction /= 10;
        }
        value = ((hours * 60 + minutes) * 60 + seconds) * perSecond + fraction;
        return true;
    }

    static long Power(int digits)
    {
        var power = 1L;
        for (var i = 0; i < digits; i++)
            power *= 10;
        return power;
    }

    /// <exception cref="LakeException">Invalid: 64 bits of that unit do not reach there.</exception>
    static bool TryJoin(long days, long time, long perSecond, out long value)
    {
        try
        {
            value = checked(days * SecondsPerDay * perSecond + time);
            return true;
        }
        catch (OverflowException e)
        {
            throw LakeException.Invalid($"the answer has a time {days} days from 1970 in a column of {(perSecond == NanosPerSecond ? 9 : 6)} places, which is farther than they reach; cast it to timestamp(6)", e);
        }
    }

    static bool TryDigits(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9')
                return false;
            value = value * 10 + (c - '0');
        }
        return text.Length is > 0 and <= 18;
    }

    /// <summary>Units of a type of so many places: microseconds, or nanoseconds where it has more than six.</summary>
    public static long PerSecond(int places) => places <= 6 ? MicrosPerSecond : NanosPerSecond;
}
