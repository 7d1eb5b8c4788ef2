using System.Buffers.Text;
using System.Globalization;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>Daily closes of a share around a date, as published: not adjusted. Prices are unscaled with 6 places.</summary>
sealed record LeanCloses(IReadOnlyList<(DateOnly Date, long Close)> Before, long? OnTheDay);

/// <summary>Reads what LEAN keeps by symbol and not by day: daily bars and interest rates.</summary>
static class LeanHistory
{
    const int Kept = 500;

    /// <summary>
    /// The last 500 closes before a date, and that of the date, from the bars under all names of a share. Bars of a
    /// day on which another share had the name are that one's; of two bars the one under the name of its day counts.
    /// </summary>
    public static LeanCloses Closes(LeanFolder folder, LeanEquity share, LeanMaps maps, DateOnly date, LeanFaults faults)
    {
        var closes = new SortedDictionary<DateOnly, (int Rank, long Close)>();
        foreach (var (index, name) in share.Names.Index())
            if (folder.Daily(name) is { } path)
                foreach (var (day, close) in faults.Read(() => Daily(path, date), new()))
                {
                    var holder = maps.Holder(name, day);
                    if (holder is not null && holder != share.Map)
                        continue;
                    var rank = holder is null ? index + 1 : 0;
                    if (!closes.TryGetValue(day, out var known) || rank < known.Rank)
                        closes[day] = (rank, close);
                }
        long? onTheDay = closes.Remove(date, out var last) ? last.Close : null;
        return new([.. closes.TakeLast(Kept).Select(pair => (pair.Key, pair.Value.Close))], onTheDay);
    }

    /// <summary>date, open, high, low, close, volume: the last closes until a date, that day included. A close of nought is none.</summary>
    static SortedDictionary<DateOnly, long> Daily(string path, DateOnly until)
    {
        var closes = new SortedDictionary<DateOnly, long>();
        using var lines = LeanLines.OfZip(path);
        while (lines.MoveNext())
        {
            var fields = new LeanFields(lines);
            var day = Date(fields.Text("date", 16), lines);
            _ = (fields.Price(), fields.Price(), fields.Price());
            var close = fields.Price();
            if (day > until || close == 0)
                continue;
            closes[day] = close;
            if (closes.Count > Kept + 1)
                closes.Remove(closes.First().Key);
        }
        return closes;
    }

    /// <summary>The policy rate in force on a date (percent a year), unscaled with 6 places; null before the first.</summary>
    public static long? Rate(string path, DateOnly date)
    {
        (DateOnly Since, long Rate)? inForce = null;
        using var lines = LeanLines.OfText(path);
        while (lines.MoveNext())
        {
            if (lines.Number == 1 || lines.SaysNothing)
                continue;
            var cells = lines.Cells();
            if (cells.Length < 2
                || !DateOnly.TryParseExact(cells[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                || !decimal.TryParse(cells[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var percent)
                || percent is < -100 or > 1_000)
                throw lines.Wrong("it is no rate (date, percent)");
            if (day <= date && !(inForce?.Since > day))
                inForce = (day, (long)(percent * 10_000));
        }
        return inForce?.Rate;
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
