namespace Dart.Lake.Sql.Dialect;

/// <summary>As much of DuckDB's tokens as tells where a text, a quoted name or a comment ends.</summary>
internal static class SqlLexer
{
    /// <summary>Where the token that begins at <paramref name="at"/> ends; one that is not closed ends with the text.</summary>
    public static int Next(string sql, int at) => sql[at] switch
    {
        '\'' => AfterQuote(sql, at + 1, '\'', at > 0 && sql[at - 1] is 'e' or 'E' && !(at > 1 && IsWord(sql[at - 2]))),
        '"' => AfterQuote(sql, at + 1, '"', escapes: false),
        '-' when StartsAt(sql, at, "--") => IndexOrEnd(sql, "\n", at),
        '/' when StartsAt(sql, at, "/*") => AfterComment(sql, at + 2),
        '$' when !(at > 0 && IsWord(sql[at - 1])) && DollarTag(sql, at) is { } tag => IndexOrEnd(sql, tag, at + tag.Length),
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

    // comments nest, as in Postgres
    static int AfterComment(string sql, int at)
    {
        for (var depth = 1; at < sql.Length; at++)
            if (StartsAt(sql, at, "/*"))
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
