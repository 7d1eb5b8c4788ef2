namespace Dart.Lake.Sql.Templating;

/// <summary>From a template's text to its statements.</summary>
internal sealed class TemplateParser
{
    readonly TemplateSource source;
    readonly TemplateLimits limits;
    readonly IReadOnlyList<Segment> segments;
    int position;
    int depth;

    TemplateParser(TemplateSource source, TemplateLimits limits)
    {
        (this.source, this.limits) = (source, limits);
        segments = SegmentReader.Read(source);
    }

    /// <exception cref="LakeException">Invalid: with file and line.</exception>
    public static IReadOnlyList<Statement> Parse(TemplateSource source, TemplateLimits limits)
    {
        var parser = new TemplateParser(source, limits);
        var body = parser.Body(out var end);
        return end is null ? body : throw source.Wrong(end.Line, $"'{{% {end.Word} %}}' closes nothing");
    }

    /// <summary>The tag that ended a body, with the words after its first.</summary>
    sealed record Closing(string Word, int Line, ExpressionParser Words);

    List<Statement> Body(out Closing? end)
    {
        if (++depth > limits.Depth)
            throw source.Wrong(segments[position - 1].Line, $"blocks are nested deeper than {limits.Depth}");
        var body = new List<Statement>();
        end = null;
        while (end is null && position < segments.Count)
        {
            var segment = segments[position++];
            switch (segment.Kind)
            {
                case SegmentKind.Text:
                    body.Add(new TextStatement(segment.Line, segment.Text));
                    break;
                case SegmentKind.Expression:
                    body.Add(new OutputStatement(segment.Line, Whole(Words(segment), w => w.Expression())));
                    break;
                default:
                    var words = Words(segment);
                    var (line, word) = (words.Current.Line, words.Name());
                    if (word.StartsWith("end", StringComparison.Ordinal) || word is "elif" or "else")
                        end = new(word, line, words);
                    else
                        body.Add(Tag(word, line, words));
                    break;
            }
        }
        depth--;
        return body;
    }

    ExpressionParser Words(Segment segment) => new(source, TokenReader.Read(source, segment), limits);

    static T Whole<T>(ExpressionParser words, Func<ExpressionParser, T> parse)
    {
        var value = parse(words);
        words.End();
        return value;
    }

    Statement Tag(string word, int line, ExpressionParser words) => word switch
    {
        "if" => If(line, words),
        "for" => For(line, words),
        "set" => Set(line, words),
        "do" => new DoStatement(line, Whole(words, w => w.Expression())),
        "macro" => Macro(line, words),
        _ => throw source.Wrong(line, $"'{{% {word} %}}' is not known; there are if, for, set, do, macro and raw"),
    };

    IfStatement If(int line, ExpressionParser words)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        var condition = Whole(words, w => w.Expression());
        while (true)
        {
            var body = Body(out var end);
            branches.Add((condition, body));
            switch (end?.Word)
            {
                case "elif":
                    condition = Whole(end.Words, w => w.Expression());
                    continue;
                case "else":
                    end.Words.End();
                    return new(line, branches, Until("if", line, "endif"));
                default:
                    Closes(end, "if", line, "endif");
                    return new(line, branches, []);
            }
        }
    }

    ForStatement For(int line, ExpressionParser words)
    {
        var names = new List<string> { words.Name() };
        while (words.Accept(","))
            names.Add(words.Name());
        if (!words.AcceptName("in"))
            throw words.Wrong($"'in' is wanted, not {words.Current}");
        var items = words.Unconditional();
        var condition = words.AcceptName("if") ? words.Unconditional() : null;
        words.End();
        var body = Body(out var end);
        if (end?.Word != "else")
        {
            Closes(end, "for", line, "endfor");
            return new(line, names, items, condition, body, []);
        }
        end.Words.End();
        return new(line, names, items, condition, body, Until("for", line, "endfor"));
    }

    Statement Set(int line, ExpressionParser words)
    {
        var names = new List<string> { words.Name() };
        var attribute = words.Accept(".") ? words.Name() : null;
        while (attribute is null && words.Accept(","))
            names.Add(words.Name());
        if (words.Accept("="))
        {
            var value = words.Expression();
            if (words.Current.Is(","))
            {
                var items = new List<Expression> { value };
                while (words.Accept(","))
                    items.Add(words.Expression());
                value = new ListExpression(line, items);
            }
            words.End();
            return new SetStatement(line, names, attribute, value);
        }
        words.End();
        return names is [var name] && attribute is null
            ? new CaptureStatement(line, name, Until("set", line, "endset"))
            : throw source.Wrong(line, "a block that is set has one name");
    }

    MacroStatement Macro(int line, ExpressionParser words)
    {
        var name = words.Name();
        var parameters = new List<MacroParameter>();
        words.Expect("(");
        while (!words.Accept(")"))
        {
            parameters.Add(new(words.Name(), words.Accept("=") ? words.Expression() : null));
            if (!words.Current.Is(")"))
                words.Expect(",");
        }
        words.End();
        return new(line, name, parameters, Until("macro", line, "endmacro"));
    }

    List<Statement> Until(string open, int line, string close)
    {
        var body = Body(out var end);
        Closes(end, open, line, close);
        return body;
    }

    void Closes(Closing? end, string open, int line, string close)
    {
        if (end is null)
            throw source.Wrong(line, $"'{{% {open} %}}' is not closed; write '{{% {close} %}}'");
        if (end.Word != close)
            throw source.Wrong(end.Line, $"'{{% {end.Word} %}}' does not close the '{{% {open} %}}' of line {line}; write '{{% {close} %}}'");
    }
}
