using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Host.Output;

/// <summary>Rows of text and numbers that a verb prints, as a table for people or as JSON.</summary>
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
        var table = new TextTable([.. columns.Select((name, i) => new TextColumn(name, KindOf(i)))], Console.Out, Screen.Width);
        foreach (var row in rows)
            table.Add(Array.ConvertAll(row, Text));
        table.End();
    }

    TextKind KindOf(int column) =>
        rows.Exists(row => row[column] is string) ? TextKind.Prose
        : rows.Count > 0 && rows.TrueForAll(row => row[column] is null or int or long or decimal or double) ? TextKind.Number
        : TextKind.Word;

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
