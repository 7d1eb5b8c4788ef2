namespace Dart.Lake.Lakehouse.Engines.Formats;

/// <summary>Text in lines that a terminal can hold.</summary>
public static class TextWrap
{
    /// <summary>How many places of a line the text takes.</summary>
    public static int Width(string text) => text.EnumerateRunes().Count();

    /// <summary>
    /// The text in lines of at most so many places, broken at blanks. A word that is longer than a line has one of its own, whole: the
    /// terminal goes on with it below, and it can still be copied.
    /// </summary>
    /// <param name="text">One line.</param>
    /// <param name="width">Places of a line; null: it is never broken.</param>
    /// <param name="indent">Blanks before each line but the first.</param>
    public static IEnumerable<string> Lines(string text, int? width, int indent = 0)
    {
        var lines = new List<string>();
        while (width is { } places && Width(text) > places && Break(text, places) is var at and > 0)
        {
            lines.Add(text[..at].TrimEnd(' '));
            text = new string(' ', indent) + text[at..].TrimStart(' ');
        }
        return [.. lines, text];
    }

    // the last blank that a line has room before, else the first one after its first word
    static int Break(string text, int places)
    {
        var start = text.Length - text.TrimStart(' ').Length;
        var last = places >= text.Length ? -1 : text.LastIndexOf(' ', places);
        var at = last > start ? last : text.IndexOf(' ', start);
        return at > 0 && text.AsSpan(at).TrimStart(' ').Length > 0 ? at : -1;
    }

    /// <summary>The same in pieces of which none is longer: for a cell that has others beside it.</summary>
    internal static IEnumerable<string> Cell(string text, int width) =>
        Lines(text, width).SelectMany(line => Width(line) <= width
            ? [line]
            : line.EnumerateRunes().Chunk(width).Select(runes => string.Concat(runes.Select(r => r.ToString()))));
}
