using System.Buffers.Text;
using System.Globalization;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>Daily closes of a share around a date, as published: not adjusted. Prices are unscaled with 6 places.</summary>
sealed record LeanCloses(IReadOnlyList<(DateOnly Date, long Close)> Before, long? OnTheDay);

/// <summary>A split n:d and the first date without it.</summary>
sealed record LeanSplit(DateOnly ExDate, int Numerator, int Denominator);

/// <summary>Reads what LEAN keeps by symbol and not by day: daily bars, factor files, map files, interest rates.</summary>
static class LeanHistory
{
    const int Kept = 500;

    /// <summary>date, open, high, low, close, volume: the last 500 closes before a date, and that of the date.</summary>
    public static LeanCloses Closes(string path, DateOnly date)
    {
        var before = new Queue<(DateOnly, long)>(Kept + 1);
        long? onTheDay = null;
        using var lines = new LeanLines(path);
        while (lines.MoveNext())
        {
            var fields = new LeanFields(lines);
            var day = Date(fields.Text("date", 16), lines);
            _ = (fields.Price(), fields.Price(), fields.Price());
            var close = fields.Price();
            if (day == date)
                onTheDay = close;
            if (day >= date)
                break;
            before.Enqueue((day, close));
            if (before.Count > Kept)
                before.Dequeue();
        }
        return new([.. before], onTheDay);
    }

    /// <summary>
    /// Splits with an ex date in (after, until]. A factor file's line says which factors hold until its date; where
    /// the split factor changes, the next trading day is the ex date, and the ratio of the factors is the split's.
    /// </summary>
    public static IReadOnlyList<LeanSplit> Splits(string path, DateOnly after, DateOnly until, Func<DateOnly, DateOnly> nextTradingDay)
    {
        var splits = new List<LeanSplit>();
        (DateOnly Date, decimal Factor)? last = null;
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var cells = line.Split(',');
            if (cells.Length == 0 || line.StartsWith('#') || line.Length == 0)
                continue;
            if (cells.Length < 3 || !DateOnly.TryParseExact(cells[0], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                || !decimal.TryParse(
                    cells[2], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) || factor is <= 0 or > 100_000)
                throw LakeException.Invalid($"{path} line {number} is no line of a factor file: '{line[..Math.Min(60, line.Length)]}'; mend or remove the file");
            if (last is { } before
                && before.Factor != factor
                && before.Date < until
                && nextTradingDay(before.Date) is var exDate
                && exDate > after
                && exDate <= until)
                splits.Add(Split(exDate, factor / before.Factor));
            last = (day, factor);
        }
        return splits;
    }

    /// <summary>Letter of the primary exchange by the last line of a map file; null when it says none.</summary>
    public static string? PrimaryExchange(string path) =>
        File.ReadLines(path).LastOrDefault(line => line.Length > 0)?.Split(',') is [_, _, { Length: 1 } letter, ..] ? letter : null;

    /// <summary>The policy rate in force on a date (percent a year), unscaled with 6 places; null before the first.</summary>
    public static long? Rate(string path, DateOnly date)
    {
        long? rate = null;
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            var cells = line.Split(',');
            if (number++ == 0 || cells.Length < 2)
                continue;
            if (!DateOnly.TryParseExact(cells[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                || !decimal.TryParse(
                    cells[1],
                    NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var percent) || percent is < -100 or > 1_000)
                throw LakeException.Invalid($"{path} line {number} is no rate: '{line[..Math.Min(60, line.Length)]}'; mend or remove the file");
            if (day <= date)
                rate = (long)(percent * 10_000);
        }
        return rate;
    }

    /// <summary>The simplest fraction within a hundred thousandth (continued fractions): factors are printed with few places.</summary>
    static LeanSplit Split(DateOnly exDate, decimal ratio)
    {
        var (n0, d0, n1, d1, rest) = (0m, 1m, 1m, 0m, ratio);
        while (true)
        {
            var whole = Math.Floor(rest);
            (n0, d0, n1, d1) = (n1, d1, whole * n1 + n0, whole * d1 + d0);
            if (Math.Abs(n1 / d1 - ratio) <= ratio / 100_000 || rest == whole)
                return new(exDate, (int)n1, (int)d1);
            rest = 1 / (rest - whole);
        }
    }

    static DateOnly Date(ReadOnlySpan<byte> text, LeanLines lines)
    {
        if (text.Length >= 8 && Utf8Parser.TryParse(text[..8], out int number, out var used) && used == 8
            && DateOnly.TryParseExact(
                number.ToString("00000000", CultureInfo.InvariantCulture), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return date;
        throw lines.Wrong("its date is none");
    }
}
