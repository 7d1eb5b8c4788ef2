using Dart.Lake.Lakehouse.Engines.Statements;

namespace Dart.Lake.Lakehouse.Engines.Trino.Statements;

/// <summary>One statement in Trino's dialect, in parts. What it means is Trino's to say; this knows how it begins.</summary>
sealed class TrinoStatement
{
    /// <summary>What a query begins with: Trino's grammar has none that writes.</summary>
    static readonly HashSet<string> queries = new(StringComparer.OrdinalIgnoreCase) { "SELECT", "WITH", "VALUES", "TABLE", "(" };

    static readonly HashSet<string> looks = new(StringComparer.OrdinalIgnoreCase) { "SHOW", "DESCRIBE", "DESC", "EXPLAIN" };

    TrinoStatement(string sql, IReadOnlyList<SqlToken> tokens) => (Sql, Tokens) = (sql, tokens);

    /// <summary>Without the semicolon that people end it with, and Trino does not know.</summary>
    public string Sql { get; }

    public IReadOnlyList<SqlToken> Tokens { get; }

    /// <exception cref="LakeException">Invalid: there is nothing in it.</exception>
    public static TrinoStatement Of(string sql)
    {
        var parts = TrinoTokens.All(sql);
        if (parts is [.., { Start: var end } last] && last.IsSymbol(';'))
            (sql, parts) = (sql[..end], [.. parts.SkipLast(1)]);
        return parts.Count > 0 ? new(sql, parts) : throw LakeException.Invalid("there is no statement; write one, such as SELECT 1");
    }

    /// <summary>Whether it is one SELECT, WITH, VALUES or TABLE.</summary>
    public bool IsQuery => queries.Contains(Tokens[0].Text) && Tokens[0].Kind is SqlTokenKind.Word or SqlTokenKind.Symbol;

    /// <summary>Whether it is a query, or shows something; what EXPLAIN ANALYZE runs may write.</summary>
    public bool Reads => IsQuery || Tokens[0].Kind == SqlTokenKind.Word && looks.Contains(Tokens[0].Text)
        && !(Tokens.Count > 1 && Tokens[1].IsWord("ANALYZE"));

    /// <summary>Refuses what could change Trino or its session: of that its read-only transactions know nothing.</summary>
    /// <exception cref="LakeException">Invalid: it is no query and does not only show something.</exception>
    public void RefuseWrites()
    {
        if (!IsQuery && !(Tokens[0].Kind == SqlTokenKind.Word && looks.Contains(Tokens[0].Text)))
            throw LakeException.Invalid(
                "only one SELECT, WITH, VALUES, TABLE, SHOW, DESCRIBE or EXPLAIN is allowed here; it changes nothing");
    }
}
