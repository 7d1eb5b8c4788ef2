using System.Text;

namespace Dart.Lake.Sql.Dialect;

/// <summary>
/// A query without comments, on one line: it may stand where a model has a name, and that may be a comment of the model
/// (<c>-- depends_on</c>). Lines within texts and quoted names stay.
/// </summary>
internal static class OneLine
{
    public static string Of(string sql, SqlLexer lexer)
    {
        var line = new StringBuilder(sql.Length);
        for (var at = 0; at < sql.Length;)
        {
            var next = lexer.Next(sql, at);
            if (!SqlLexer.IsBlank(sql, at))
                line.Append(sql, at, next - at);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
            at = next;
        }
        return $"{line}".TrimEnd();
    }
}
