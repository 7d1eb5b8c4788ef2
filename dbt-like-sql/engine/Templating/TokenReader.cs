using System.Text;

namespace Dart.Lake.Sql.Templating;

/// <summary>Cuts the inside of a tag into words.</summary>
internal static class TokenReader
{
    static readonly string[] symbols = ["==", "!=", "<=", ">=", "//", "**", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "~", "+", "-", "*", "/", "%", "<", ">", "="];

    public static IReadOnlyList<Token> Read(TemplateSource source, Segment segment)
    {
        var (tokens, text, line) = (new List<Token>(), segment.Text, segment.Line);
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c))
            {
                line += c == '\n' ? 1 : 0;
                i++;
            }
            else if (char.IsAsciiLetter(c) || c == '_')
                tokens.Add(new(TokenKind.Name, Take(text, ref i, c => char.IsAsciiLetterOrDigit(c) || c == '_'), line));
            else if (char.IsAsciiDigit(c))
                tokens.Add(new(TokenKind.Number, TakeNumber(text, ref i), line));
            else if (c is '\'' or '"')
                tokens.Add(TakeText(source, text, ref i, ref line));
            else if (Array.Find(symbols, s => text.AsSpan(i).StartsWith(s, StringComparison.Ordinal)) is { } symbol)
            {
                tokens.Add(new(TokenKind.Symbol, symbol, line));
                i += symbol.Length;
            }
            else
                throw source.Wrong(line, $"'{c}' has no meaning here");
        }
        tokens.Add(new(TokenKind.End, "", line));
        return tokens;
    }

    static string Take(string text, ref int i, Func<char, bool> belongs)
    {
        var start = i;
        while (i < text.Length && belongs(text[i]))
            i++;
        return text[start..i];
    }

    static string TakeNumber(string text, ref int i)
    {
        var whole = Take(text, ref i, c => char.IsAsciiDigit(c) || c == '_');
        if (i + 1 < text.Length && text[i] == '.' && char.IsAsciiDigit(text[i + 1]))
        {
            i++;
            whole += "." + Take(text, ref i, char.IsAsciiDigit);
        }
        return whole.Replace("_", "", StringComparison.Ordinal);
    }

    static Token TakeText(TemplateSource source, string text, ref int i, ref int line)
    {
        var (start, quote, value) = (line, text[i++], new StringBuilder());
        for (; i < text.Length && text[i] != quote; i++)
        {
            line += text[i] == '\n' ? 1 : 0;
            if (text[i] == '\\' && i + 1 < text.Length)
                value.Append(text[++i] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '\\' or '\'' or '"' => text[i],
                    // as in Python, an unknown escape stays as it is written: regular expressions rely on it
                    _ => Kept(value, text[i]),
                });
            else
                value.Append(text[i]);
        }
        if (i == text.Length)
            throw source.Wrong(start, $"the text that begins with {quote} is not closed");
        i++;
        return new(TokenKind.Text, value.ToString(), start);
    }

    static char Kept(StringBuilder value, char c)
    {
        value.Append('\\');
        return c;
    }
}
