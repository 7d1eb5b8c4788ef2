using System.Text;

namespace Dart.Lake.Sql.Dialect;

/// <summary>Puts the SQL of relations where a query of ours has their names, <c>namespace.table</c>.</summary>
internal static class TablesByName
{
    /// <param name="sql">A query; what lies in texts, quoted names and comments is none of its names.</param>
    /// <param name="lexer">Of the engine that it is for.</param>
    /// <param name="relation">The SQL of a name of two parts; null: it is none of a table.</param>
    public static string Replace(string sql, SqlLexer lexer, Func<string, string, string?> relation)
    {
        var replaced = new StringBuilder(sql.Length);
        for (var at = 0; at < sql.Length;)
        {
            var end = IsWord(sql[at]) ? EndOfWord(sql, at) : lexer.Next(sql, at);
            if (IsWord(sql[at]) && !(at > 0 && sql[at - 1] == '.') && end + 1 < sql.Length && sql[end] == '.' && IsWord(sql[end + 1])
                && EndOfWord(sql, end + 1) is var last && relation(sql[at..end], sql[(end + 1)..last]) is { } found)
                (end, _) = (last, replaced.Append(found));
            else
                replaced.Append(sql, at, end - at);
            at = end;
        }
        return $"{replaced}";
    }

    static int EndOfWord(string sql, int at)
    {
        while (at < sql.Length && IsWord(sql[at]))
            at++;
        return at;
    }

    static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
