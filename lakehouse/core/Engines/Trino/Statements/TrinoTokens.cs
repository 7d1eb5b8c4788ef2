using Dart.Lake.Lakehouse.Engines.Statements;

namespace Dart.Lake.Lakehouse.Engines.Trino.Statements;

/// <summary>The parts of a statement, as Trino's lexer parts it (<c>SqlBase.g4</c>).</summary>
static class TrinoTokens
{
    /// <summary>Without blanks and remarks.</summary>
    public static IReadOnlyList<SqlToken> All(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < sql.Length;)
        {
            var end = Remark(sql, at);
            if (end == at)
            {
                var token = Next(sql, at);
                tokens.Add(token);
                end = token.End;
            }
            else if (end < 0)
            {
                tokens.Add(new(SqlTokenKind.Open, sql[at..], at, sql.Length));
                break;
            }
            at = end;
        }
        return tokens;
    }

    /// <summary>The end of a blank or a remark; the same place: there is none; -1: it has no end.</summary>
    static int Remark(string sql, int at)
    {
        if (sql[at] is ' ' or '\t' or '\r' or '\n')
            return at + 1;
        if (sql.AsSpan(at).StartsWith("--", StringComparison.Ordinal))
            return sql.AsSpan(at).IndexOfAny('\r', '\n') is >= 0 and var line ? at + line : sql.Length;
        if (!sql.AsSpan(at).StartsWith("/*", StringComparison.Ordinal))
            return at;
        return sql.IndexOf("*/", at + 2, StringComparison.Ordinal) is >= 0 and var close ? close + 2 : -1;
    }

    static SqlToken Next(string sql, int at)
    {
        if (sql[at] is '\'' or '"')
            return Quoted(sql, at);
        if (!IsOfWord(sql[at]))
            return new(SqlTokenKind.Symbol, sql[at..(at + 1)], at, at + 1);
        var end = at;
        while (end < sql.Length && IsOfWord(sql[end]))
            end++;
        return new(char.IsAsciiDigit(sql[at]) ? SqlTokenKind.Literal : SqlTokenKind.Word, sql[at..end], at, end);
    }

    /// <summary>What stands in quotes, which are doubled within it.</summary>
    static SqlToken Quoted(string sql, int at)
    {
        var quote = sql[at];
        for (var end = at + 1; end < sql.Length; end++)
            if (sql[end] == quote)
            {
                if (end + 1 < sql.Length && sql[end + 1] == quote)
                    end++;
                else
                    return new(
                        quote == '"' ? SqlTokenKind.Name : SqlTokenKind.Literal,
                        sql[(at + 1)..end].Replace($"{quote}{quote}", $"{quote}", StringComparison.Ordinal), at, end + 1);
            }
        return new(SqlTokenKind.Open, sql[at..], at, sql.Length);
    }

    static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
