using System.Text;

namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>
/// Every table that people see. On a terminal it fits: prose goes on below, columns that have no room are left out from the right and
/// named, a few rows that have no room go down instead. No number is ever broken or cut. In a pipe all is there, a row a line.
/// </summary>
/// <param name="columns">Of the table.</param>
/// <param name="output">Where it goes.</param>
/// <param name="width">Places of a line of the terminal; null: it is none.</param>
public sealed class TextTable(IReadOnlyList<TextColumn> columns, TextWriter output, int? width)
{
    /// <summary>Widths are measured on so many rows.</summary>
    const int MeasuredRows = 1000;

    /// <summary>Rows go down when they take no more lines than a small terminal has.</summary>
    const int DownLinesMax = 22;

    readonly List<string[]> block = [];
    TextFit? fit;

    /// <summary>As the rows are: prose without a blank is in one piece too.</summary>
    IReadOnlyList<TextKind> kinds = [];

    /// <summary>Adds a row; its cells hold no control characters.</summary>
    public void Add(string[] cells)
    {
        block.Add(cells);
        if (block.Count == MeasuredRows)
            Flush();
    }

    /// <summary>Writes what is not written yet.</summary>
    public void End()
    {
        if (fit is null && GoesDown())
        {
            PrintDown();
            return;
        }
        if (fit is null || block.Count > 0)
            Flush();
        if (fit!.IsCut)
            foreach (var line in LeftOut(fit))
                output.WriteLine(line);
    }

    bool GoesDown()
    {
        if (block.Count == 0 || Measure() is not { IsCut: true } narrow)
            return false;
        return block.Count == 1 || narrow.Widths.Count < 2 || block.Count * (columns.Count + 1) <= DownLinesMax;
    }

    TextFit Measure()
    {
        bool HasBlank(int i) => block.Exists(row => row[i].Contains(' ', StringComparison.Ordinal));
        kinds = [.. columns.Select((column, i) => column.Kind == TextKind.Prose && !HasBlank(i) ? TextKind.Word : column.Kind)];
        return TextFit.Of(columns, kinds, Needed(), width);
    }

    int[] Needed() =>
        [.. columns.Select((column, i) =>
            block.Aggregate(TextWrap.Width(column.Name), (most, row) => Math.Max(most, TextWrap.Width(row[i]))))];

    // a pipe has one head; on a terminal rows that are wider than those before get a head of their own
    void Flush()
    {
        if (fit is null || width is not null && !fit.Holds(Needed()))
        {
            fit = Measure();
            Line([.. columns.Select(column => column.Name)]);
            output.WriteLine(string.Join(TextFit.Gap, fit.Widths.Select(w => new string('-', w))));
        }
        foreach (var row in block)
            Line(row);
        block.Clear();
    }

    void Line(string[] row)
    {
        var cells = fit!.Widths
            .Select((w, i) => width is not null && kinds[i] == TextKind.Prose ? TextWrap.Cell(row[i], w).ToArray() : [row[i]])
            .ToArray();
        for (var at = 0; at < cells.Max(lines => lines.Length); at++)
        {
            var line = new StringBuilder();
            for (var i = 0; i < cells.Length; i++)
            {
                var text = at < cells[i].Length ? cells[i][at] : "";
                var padding = new string(' ', Math.Max(0, fit.Widths[i] - TextWrap.Width(text)));
                line.Append(i == 0 ? "" : TextFit.Gap).Append(columns[i].Kind == TextKind.Number ? padding + text : text + padding);
            }
            output.WriteLine(line.ToString().TrimEnd(' '));
        }
    }

    IEnumerable<string> LeftOut(TextFit narrow)
    {
        var names = columns.Skip(narrow.Widths.Count).Select(column => column.Name).ToList();
        return TextWrap.Lines(
            $"+ {names.Count} {(names.Count == 1 ? "column" : "columns")}: {string.Join(", ", names)} (a wider terminal, a pipe or --json has all)", width, 2);
    }

    void PrintDown()
    {
        var label = columns.Max(column => TextWrap.Width(column.Name));
        foreach (var (row, at) in block.Select((row, at) => (row, at)))
        {
            if (block.Count > 1)
                output.WriteLine($"-- {at + 1} of {block.Count}");
            for (var i = 0; i < columns.Count; i++)
                Down(columns[i].Name, kinds[i] == TextKind.Prose, row[i], label);
        }
        block.Clear();
    }

    void Down(string column, bool isProse, string text, int label)
    {
        var name = column + new string(' ', label - TextWrap.Width(column)) + TextFit.Gap;
        var room = width!.Value - label - TextFit.Gap.Length;
        if (TextWrap.Width(text) > room && !(isProse && room > 0))
        {
            output.WriteLine(column);
            output.WriteLine(TextFit.Gap + text);
            return;
        }
        foreach (var line in TextWrap.Lines(text, room))
        {
            output.WriteLine((name + line).TrimEnd(' '));
            name = new string(' ', name.Length);
        }
    }
}
