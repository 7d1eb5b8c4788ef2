namespace Dart.Lake.Sql.Templating;

internal enum TokenKind
{
    Name,
    Text,
    Number,
    Symbol,
    End,
}

/// <summary>A word of an expression; <paramref name="Value"/> is the name, the unescaped text, the digits or the symbol.</summary>
internal readonly record struct Token(TokenKind Kind, string Value, int Line)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Value == symbol;

    public bool IsName(string name) => Kind == TokenKind.Name && Value == name;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the tag",
        TokenKind.Text => $"the text '{Value}'",
        _ => $"'{Value}'",
    };
}
