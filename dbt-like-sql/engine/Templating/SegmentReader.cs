namespace Dart.Lake.Sql.Templating;

/// <summary>
/// Cuts a template into text, expressions and statements, without comments, with <c>-</c> at a tag's edge taking the white space beside it
/// (Jinja template designer documentation, "Whitespace Control"). The content of <c>{% raw %}</c> is text.
/// </summary>
internal sealed class SegmentReader(TemplateSource source)
{
    readonly List<Segment> segments = [];
    int position;
    int line = 1;
    bool trimNext;

    public static IReadOnlyList<Segment> Read(TemplateSource source)
    {
        // Jinja drops one line end at the end of a template
        var text = source.Text.ReplaceLineEndings("\n");
        var reader = new SegmentReader(source with { Text = text.EndsWith('\n') ? text[..^1] : text });
        reader.ReadAll();
        return reader.segments;
    }

    void ReadAll()
    {
        while (position < source.Text.Length)
        {
            var open = NextOpening();
            AddText(source.Text[position..open], open < source.Text.Length && At(open + 2, '-'));
            Advance(open);
            if (position < source.Text.Length)
                ReadTag();
        }
    }

    int NextOpening()
    {
        for (var i = position; i + 1 < source.Text.Length; i++)
            if (source.Text[i] == '{' && source.Text[i + 1] is ('{' or '%' or '#'))
                return i;
        return source.Text.Length;
    }

    void AddText(string text, bool trimEnd)
    {
        var skipped = trimNext ? text.Length - text.TrimStart().Length : 0;
        var first = line + text.AsSpan(0, skipped).Count('\n');
        text = text[skipped..];
        if (trimEnd)
            text = text.TrimEnd();
        trimNext = false;
        if (text.Length > 0)
            segments.Add(new(SegmentKind.Text, text, first));
    }

    void ReadTag()
    {
        var (start, kind) = (line, source.Text[position + 1]);
        var from = position + 2 + (At(position + 2, '-') || At(position + 2, '+') ? 1 : 0);
        var end = kind == '#' ? source.Text.IndexOf("#}", from, StringComparison.Ordinal) : ClosingOf(kind, from);
        if (end < 0)
            throw source.Wrong(start, $"'{{{kind}' is not closed; write '{Closing(kind)}'");
        var trimmed = end > from && source.Text[end - 1] is ('-' or '+');
        var inside = source.Text[from..(trimmed ? end - 1 : end)];
        trimNext = end > from && source.Text[end - 1] == '-';
        var insideLine = start + source.Text.AsSpan(position, from - position).Count('\n');
        Advance(end + 2);
        if (kind == '{')
            segments.Add(new(SegmentKind.Expression, inside, insideLine));
        else if (kind == '%' && inside.Trim() == "raw")
            ReadRaw(start);
        else if (kind == '%')
            segments.Add(new(SegmentKind.Statement, inside, insideLine));
    }

    void ReadRaw(int start)
    {
        for (var open = source.Text.IndexOf(
            "{%", position, StringComparison.Ordinal); open >= 0; open = source.Text.IndexOf("{%", open + 2, StringComparison.Ordinal))
        {
            var close = source.Text.IndexOf("%}", open, StringComparison.Ordinal);
            if (close < 0 || source.Text[(open + 2)..close].Trim('-', ' ', '\n', '\t') != "endraw")
                continue;
            AddText(source.Text[position..open], At(open + 2, '-'));
            trimNext = source.Text[close - 1] == '-';
            Advance(close + 2);
            return;
        }
        throw source.Wrong(start, "'{% raw %}' is not closed; write '{% endraw %}'");
    }

    // a closing mark inside a quoted text, or the }} of a nested dict, does not close the tag
    int ClosingOf(char kind, int from)
    {
        var (quote, depth) = ('\0', 0);
        for (var i = from; i < source.Text.Length; i++)
        {
            var c = source.Text[i];
            if (quote != '\0')
            {
                if (c == '\\')
                    i++;
                else if (c == quote)
                    quote = '\0';
            }
            else if (c is '\'' or '"')
                quote = c;
            else if (depth == 0 && At(i + 1, '}') && c == (kind == '{' ? '}' : '%'))
                return i;
            else if (c == '{')
                depth++;
            else if (c == '}')
                depth--;
        }
        return -1;
    }

    static string Closing(char kind) => kind switch { '{' => "}}", '%' => "%}", _ => "#}" };

    bool At(int index, char c) => index < source.Text.Length && source.Text[index] == c;

    void Advance(int to)
    {
        line += source.Text.AsSpan(position, to - position).Count('\n');
        position = to;
    }
}
