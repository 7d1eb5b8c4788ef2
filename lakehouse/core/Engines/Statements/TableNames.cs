using System.Text;

namespace Dart.Lake.Lakehouse.Engines.Statements;

/// <summary>Names in a statement that look like tables of a lake.</summary>
static class TableNames
{
    /// <summary>The statement with a state behind the names of tables that do not say one themselves.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="tokens">Its parts.</param>
    /// <param name="catalog">The one whose tables may be named without it.</param>
    /// <param name="stateOf">What is written behind a namespace and table; null: nothing, there is no such table.</param>
    public static string At(string sql, IReadOnlyList<SqlToken> tokens, string catalog, Func<string, string, string?> stateOf)
    {
        var (text, from) = (new StringBuilder(), 0);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (NameAt(tokens, i) is not { } name)
                continue;
            i += 2 * name.Count - 2;
            var isOurs = name.Count == 2 || name.Count == 3 && name[0].Equals(catalog, StringComparison.OrdinalIgnoreCase);
            if (!isOurs || SaysState(tokens, i + 1) || stateOf(name[^2], name[^1]) is not { } state)
                continue;
            text.Append(sql, from, tokens[i].End - from).Append(state);
            from = tokens[i].End;
        }
        return text.Append(sql, from, sql.Length - from).ToString();
    }

    /// <summary>A name of several parts where a relation may begin; null: there is none.</summary>
    static IReadOnlyList<string>? NameAt(IReadOnlyList<SqlToken> tokens, int i)
    {
        if (i == 0 || !MayStandBefore(tokens[i - 1]))
            return null;
        var parts = new List<string>();
        for (; i < tokens.Count && tokens[i].IsName; i += 2)
        {
            parts.Add(tokens[i].Text);
            if (i + 1 >= tokens.Count || !tokens[i + 1].IsSymbol('.'))
                return parts.Count > 1 && !(i + 1 < tokens.Count && tokens[i + 1].IsSymbol('(')) ? parts : null;
        }
        return null;
    }

    static bool MayStandBefore(SqlToken token) => token.IsWord("FROM") || token.IsWord("JOIN") || token.IsSymbol(',') || token.IsSymbol('(');

    static bool SaysState(IReadOnlyList<SqlToken> tokens, int i)
    {
        var at = i < tokens.Count && tokens[i].IsWord("FOR") ? i + 1 : i;
        return at + 1 < tokens.Count && (tokens[at].IsWord("VERSION") || tokens[at].IsWord("TIMESTAMP"))
            && (at > i || tokens[at + 1].IsWord("AS"));
    }
}
