using Dart.Lake.Lakehouse.Engines.Statements;

namespace Dart.Lake.Lakehouse.Engines.Spark.Statements;

/// <summary>
/// The parts of a statement, as Spark's lexer parts it (<c>SqlBaseLexer.g4</c>). What stands in double quotes is taken as a name; without
/// <c>spark.sql.ansi.doubleQuotedIdentifiers</c> it is a text, which stands in no place of a table.
/// </summary>
static class SparkTokens
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
                tokens.Add(Next(sql, at));
                end = tokens[^1].End;
            }
            at = end;
        }
        return tokens;
    }

    static SqlToken Next(string sql, int at)
    {
        if (sql[at] is '\'' or '"' or '`')
            return Quoted(sql, at);
        var end = at;
        while (end < sql.Length && (char.IsAsciiLetterOrDigit(sql[end]) || sql[end] == '_'))
            end++;
        return end == at ? new(SqlTokenKind.Symbol, sql[at..(at + 1)], at, at + 1)
            : new(char.IsAsciiDigit(sql[at]) ? SqlTokenKind.Literal : SqlTokenKind.Word, sql[at..end], at, end);
    }

    /// <summary>What stands in quotes. A backslash takes the sign behind it along; backticks are doubled within.</summary>
    static SqlToken Quoted(string sql, int at)
    {
        var (quote, end) = (sql[at], at + 1);
        while (end < sql.Length)
            if (sql[end] == '\\' && quote != '`' || quote == '`' && sql[end] == quote && end + 1 < sql.Length && sql[end + 1] == quote)
                end += 2;
            else if (sql[end] == quote)
                break;
            else
                end++;
        if (end >= sql.Length)
            return new(SqlTokenKind.Open, sql[at..], at, sql.Length);
        var text = sql[(at + 1)..end];
        return quote == '\'' ? new(SqlTokenKind.Literal, text, at, end + 1)
            : new(SqlTokenKind.Name, quote == '`' ? text.Replace("``", "`", StringComparison.Ordinal) : text, at, end + 1);
    }

    /// <summary>The end of a blank or a remark, which may have remarks within it; the same place: there is none.</summary>
    static int Remark(string sql, int at)
    {
        if (char.IsWhiteSpace(sql[at]))
            return at + 1;
        var rest = sql.AsSpan(at);
        if (rest.StartsWith("--", StringComparison.Ordinal))
            return rest.IndexOfAny('\r', '\n') is >= 0 and var line ? at + line : sql.Length;
        if (!rest.StartsWith("/*", StringComparison.Ordinal) || rest.StartsWith("/*+", StringComparison.Ordinal))
            return at;
        var (depth, end) = (1, at + 2);
        for (; end < sql.Length && depth > 0; end++)
        {
            var two = sql.AsSpan(end, Math.Min(2, sql.Length - end));
            depth += two is "/*" ? 1 : two is "*/" ? -1 : 0;
            end += two is "/*" or "*/" ? 1 : 0;
        }
        return end;
    }
}
