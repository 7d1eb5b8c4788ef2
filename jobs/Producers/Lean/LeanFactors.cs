using System.Globalization;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>A split n:d and the first date without it.</summary>
sealed record LeanSplit(DateOnly ExDate, int Numerator, int Denominator);

/// <summary>
/// Reads a factor file: date, price factor, split factor, reference price. A line says which factors hold until its
/// date; where the split factor changes, the next trading day is the ex date, and the ratio of the factors is the split's.
/// As in LEAN, a line says nothing whose factors are infinite, not above nought, or written with an exponent for digits
/// that are not there (1.6e+06 for 1562500).
/// </summary>
static class LeanFactors
{
    const int MostRows = 100_000;

    /// <summary>Of a split: what positions can be multiplied by.</summary>
    const double LargestRatio = 1_000_000_000;

    readonly record struct Row(DateOnly Date, decimal? Factor, long Line, string Said);

    /// <summary>Splits after which closes of [after, until) are left, with an ex date until then.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="after">The first close that is used.</param>
    /// <param name="until">The day that is read.</param>
    /// <param name="nextTradingDay">After a date.</param>
    /// <param name="remark">Takes a line when one within the history says nothing.</param>
    /// <exception cref="LakeException">Invalid: a line is no line of a factor file, or a split is beyond all measure.</exception>
    public static IReadOnlyList<LeanSplit> Splits(
        string path, DateOnly after, DateOnly until, Func<DateOnly, DateOnly> nextTradingDay, Action<string> remark)
    {
        var splits = new List<LeanSplit>();
        Row? last = null;
        // of two lines of a date the first counts
        foreach (var row in Rows(path).OrderBy(row => row.Date).DistinctBy(row => row.Date))
        {
            if (row.Factor is null)
            {
                if (row.Date >= after && row.Date < until)
                    remark($"{path} line {row.Line}: '{row.Said}' says nothing; a split after {row.Date:yyyy-MM-dd} is not known");
                continue;
            }
            if (last is { Factor: { } before } from && before != row.Factor && from.Date >= after && from.Date < until
                && nextTradingDay(from.Date) is var exDate && exDate <= until
                && Split(exDate, before, row.Factor.Value, path, from.Line) is { } split)
                splits.Add(split);
            last = row;
        }
        return splits;
    }

    static List<Row> Rows(string path)
    {
        var rows = new List<Row>();
        using var lines = LeanLines.OfText(path);
        while (lines.MoveNext())
        {
            if (lines.SaysNothing)
                continue;
            var cells = lines.Cells();
            if (cells.Length < 3
                || !DateOnly.TryParseExact(cells[0], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                || !TryFactor(cells[1], out var price) || !TryFactor(cells[2], out var split))
                throw lines.Wrong("it is no line of a factor file (date, price factor, split factor, reference price)");
            rows.Add(rows.Count < MostRows
                ? new(date, price is null ? null : split, lines.Number, $"{cells[1]},{cells[2]}")
                : throw lines.Wrong($"more than {MostRows} lines"));
        }
        return rows;
    }

    /// <summary>False: no number. Null: a number that says nothing.</summary>
    static bool TryFactor(string cell, out decimal? factor)
    {
        factor = null;
        if (cell.TrimStart('+', '-').ToLowerInvariant() is "inf" or "infinity" or "nan")
            return true;
        if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            return false;
        // too large for a decimal, or so small that nothing is left of it
        if (!decimal.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || value <= 0 || !HasItsDigits(cell))
            return true;
        factor = value;
        return true;
    }

    /// <summary>Whether an exponent only moves the point within the digits that are written.</summary>
    static bool HasItsDigits(string cell)
    {
        var e = cell.IndexOfAny(['e', 'E']);
        if (e < 0)
            return true;
        var point = cell.IndexOf('.', StringComparison.Ordinal);
        return int.TryParse(cell.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && exponent <= (point < 0 ? 0 : e - point - 1);
    }

    /// <summary>
    /// The simplest fraction within a hundred thousandth (continued fractions): factors are printed with few places.
    /// Null where that is 1.
    /// </summary>
    static LeanSplit? Split(DateOnly exDate, decimal before, decimal factor, string path, long line)
    {
        if ((double)factor / (double)before is < 1 / LargestRatio or > LargestRatio)
            throw LakeException.Invalid($"{path} line {line}: a split of {factor}:{before} on {exDate:yyyy-MM-dd} is beyond all measure; mend or remove the file");
        var ratio = factor / before;
        var (n0, d0, n1, d1, rest) = (0m, 1m, 1m, 0m, ratio);
        while (true)
        {
            var whole = Math.Floor(rest);
            (n0, d0, n1, d1) = (n1, d1, whole * n1 + n0, whole * d1 + d0);
            if (Math.Abs(n1 / d1 - ratio) <= ratio / 100_000 || rest == whole)
                return n1 == d1 ? null : new(exDate, (int)n1, (int)d1);
            rest = 1 / (rest - whole);
        }
    }
}
