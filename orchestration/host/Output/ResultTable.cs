using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Host.Output;

/// <summary>Rows of text and numbers that a verb prints, as an aligned table or as JSON.</summary>
sealed class ResultTable(string title, params string[] columns)
{
    readonly List<object?[]> rows = [];

    public ResultTable Add(params object?[] values)
    {
        rows.Add(values.Length == columns.Length ? values : throw LakeException.Bug($"{title}: {values.Length} values for {columns.Length} columns"));
        return this;
    }

    /// <summary>The rows as objects by column name.</summary>
    public IEnumerable<IReadOnlyDictionary<string, object?>> Objects() =>
        rows.Select(row => columns.Select((name, i) => (name, Value: row[i])).ToDictionary(pair => pair.name, pair => pair.Value));

    public void Print(bool json)
    {
        if (json)
            Json.Print(Objects());
        else
            PrintTable();
    }

    void PrintTable()
    {
        if (title.Length > 0)
            Screen.Line(title);
        var texts = rows.ConvertAll(row => Array.ConvertAll(row, Text));
        var numeric = columns
            .Select((_, i) => rows.Count > 0 && rows.All(row => row[i] is null or int or long or decimal or double))
            .ToArray();
        var widths = columns.Select((name, i) => Math.Max(name.Length, texts.Count == 0 ? 0 : texts.Max(row => row[i].Length))).ToArray();
        string Line(IReadOnlyList<string> cells) =>
            string.Join("  ", cells.Select((cell, i) => numeric[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
        Screen.Line(Line(columns));
        Screen.Line(string.Join("  ", widths.Select(width => new string('-', width))));
        foreach (var row in texts)
            Screen.Line(Line(row));
    }

    static string Text(object? value) => value switch
    {
        null => "",
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'"),
        DateOnly date => date.ToString("yyyy-MM-dd"),
        bool truth => truth ? "yes" : "no",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => Printable.Of(value.ToString() ?? ""),
    };
}
