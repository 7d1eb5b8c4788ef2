using System.Globalization;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>A share's name until a date, that day included, and the code of its primary exchange; empty: not said.</summary>
sealed record LeanMapRow(DateOnly Until, string Symbol, string Exchange);

/// <summary>A map file: which names a share had. Its last row is the last day of a share that is delisted.</summary>
/// <param name="Name">The file's, without its ending: the share's newest name, with a number where another share has it now.</param>
/// <param name="Rows">By date, at least one; the date of the first is the share's first day.</param>
sealed record LeanMap(string Name, IReadOnlyList<LeanMapRow> Rows)
{
    const int MostRows = 100_000;

    public DateOnly First => Rows[0].Until;

    /// <summary>What holds on a date; null before the first and after the last.</summary>
    public LeanMapRow? On(DateOnly date) => date < First ? null : Rows.FirstOrDefault(row => row.Until >= date);

    /// <summary>Adds the rows of a file: date, name, exchange. Invalid at the first that is none.</summary>
    public static void Read(string path, List<LeanMapRow> rows)
    {
        using var lines = LeanLines.OfText(path);
        while (lines.MoveNext())
        {
            if (lines.SaysNothing)
                continue;
            var cells = lines.Cells();
            if (cells.Length < 2 || cells[1] is not { Length: > 0 and <= 64 }
                || !DateOnly.TryParseExact(cells[0], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until))
                throw lines.Wrong("it is no line of a map file (date, symbol, exchange)");
            rows.Add(rows.Count < MostRows
                ? new(until, cells[1].ToLowerInvariant(), cells.Length > 2 ? cells[2] : "")
                : throw lines.Wrong($"more than {MostRows} lines"));
        }
    }
}
