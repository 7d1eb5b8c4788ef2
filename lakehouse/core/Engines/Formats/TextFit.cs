namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>Which columns of a table a line can hold, and how wide they are.</summary>
/// <param name="Widths">Of the columns that are shown: the first ones.</param>
/// <param name="Needed">Of all, were the line long enough.</param>
internal sealed record TextFit(IReadOnlyList<int> Widths, IReadOnlyList<int> Needed)
{
    /// <summary>Between two columns.</summary>
    public const string Gap = "  ";

    /// <summary>Prose is not made narrower than this.</summary>
    const int NarrowProse = 20;

    /// <summary>Some columns are not shown.</summary>
    public bool IsCut => Widths.Count < Needed.Count;

    /// <summary>Prose gives way first, then columns from the right; numbers, names and times keep their width.</summary>
    /// <param name="columns">All columns.</param>
    /// <param name="kinds">Theirs, as the rows are.</param>
    /// <param name="needed">How wide each is.</param>
    /// <param name="width">Places of a line; null: as many as it takes.</param>
    public static TextFit Of(
        IReadOnlyList<TextColumn> columns, IReadOnlyList<TextKind> kinds, IReadOnlyList<int> needed, int? width)
    {
        var shown = needed.Count;
        while (shown > 1 && Total(Enumerable.Range(0, shown).Select(Least)) > width)
            shown--;
        var widths = needed.Take(shown).ToArray();
        for (var over = Total(widths) - (width ?? int.MaxValue); over > 0; over--)
        {
            var prose = Enumerable.Range(0, shown).Where(i => widths[i] > Least(i)).DefaultIfEmpty(-1).MaxBy(i => i < 0 ? 0 : widths[i]);
            if (prose < 0)
                break;
            widths[prose]--;
        }
        return new(widths, needed);

        int Least(int i) => kinds[i] == TextKind.Prose
            ? Math.Min(needed[i], Math.Max(NarrowProse, TextWrap.Width(columns[i].Name)))
            : needed[i];
    }

    /// <summary>Whether rows of these widths have room.</summary>
    public bool Holds(IReadOnlyList<int> needed) => needed.Zip(Needed).All(pair => pair.First <= pair.Second);

    static int Total(IEnumerable<int> widths) => widths.Sum(w => w + Gap.Length) - Gap.Length;
}
