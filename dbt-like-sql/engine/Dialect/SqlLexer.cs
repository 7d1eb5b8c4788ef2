namespace Dart.Lake.Sql.Dialect;

/// <summary>As much of an engine's tokens as tells where a text, a quoted name or a comment ends.</summary>
internal sealed record SqlLexer
{
    public static SqlLexer DuckDb { get; } = new() { CommentsNest = true, HasDollarTexts = true, HasEscapeTexts = true };

    public static SqlLexer Trino { get; } = new();

    public static SqlLexer Spark { get; } = new() { CommentsNest = true, HasBackslashes = true };

    /// <summary>As in Postgres.</summary>
    bool CommentsNest { get; init; }

    /// <summary><c>$tag$ … $tag$</c>.</summary>
    bool HasDollarTexts { get; init; }

    /// <summary><c>e'\''</c>.</summary>
    bool HasEscapeTexts { get; init; }

    /// <summary>A backslash in quotes takes the sign behind it along, but for <c>r'\'</c>; and names may stand in backticks.</summary>
    bool HasBackslashes { get; init; }

    /// <summary>Where the token that begins at <paramref name="at"/> ends; one that is not closed ends with the text.</summary>
    public int Next(string sql, int at) => sql[at] switch
    {
        '\'' => AfterQuote(sql, at + 1, '\'', HasBackslashes ? !IsAfter(sql, at, 'r') : HasEscapeTexts && IsAfter(sql, at, 'e')),
        '"' => AfterQuote(sql, at + 1, '"', HasBackslashes && !IsAfter(sql, at, 'r')),
        '`' when HasBackslashes => AfterQuote(sql, at + 1, '`', escapes: false),
        '-' when StartsAt(sql, at, "--") => IndexOrEnd(sql, "\n", at),
        '/' when StartsAt(sql, at, "/*") => AfterComment(sql, at + 2),
        '$' when HasDollarTexts && !(at > 0 && IsWord(sql[at - 1])) && DollarTag(sql, at) is { } tag =>
            IndexOrEnd(sql, tag, at + tag.Length),
        _ => at + 1,
    };

    /// <summary>Whether no part of a statement begins there: a space, or a comment.</summary>
    public static bool IsBlank(string sql, int at) => char.IsWhiteSpace(sql[at]) || StartsAt(sql, at, "--") || StartsAt(sql, at, "/*");

    static int AfterQuote(string sql, int at, char quote, bool escapes)
    {
        for (; at < sql.Length; at++)
            if (escapes && sql[at] == '\\')
                at++;
            else if (sql[at] == quote)
            {
                if (at + 1 >= sql.Length || sql[at + 1] != quote)
                    return at + 1;
                at++;
            }
        return sql.Length;
    }

    /// <summary>Whether a quote stands behind a letter that says how it is read, and that is no end of a word.</summary>
    static bool IsAfter(string sql, int at, char letter) =>
        at > 0 && char.ToLowerInvariant(sql[at - 1]) == letter && !(at > 1 && IsWord(sql[at - 2]));

    int AfterComment(string sql, int at)
    {
        for (var depth = 1; at < sql.Length; at++)
            if (CommentsNest && StartsAt(sql, at, "/*"))
                (depth, at) = (depth + 1, at + 1);
            else if (StartsAt(sql, at, "*/"))
            {
                at++;
                if (--depth == 0)
                    return at + 1;
            }
        return sql.Length;
    }

    /// <summary><c>$$</c> or <c>$word$</c>.</summary>
    static string? DollarTag(string sql, int at)
    {
        var end = at + 1;
        while (end < sql.Length && IsWord(sql[end]))
            end++;
        return end < sql.Length && sql[end] == '$' && !(end > at + 1 && char.IsAsciiDigit(sql[at + 1])) ? sql[at..(end + 1)] : null;
    }

    static int IndexOrEnd(string sql, string what, int from) =>
        sql.IndexOf(what, from, StringComparison.Ordinal) is >= 0 and var found ? found + what.Length : sql.Length;

    static bool StartsAt(string sql, int at, string what) => string.CompareOrdinal(sql, at, what, 0, what.Length) == 0;

    static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_' || c > 127;
}
