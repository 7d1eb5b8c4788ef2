using Dart.Lake.Lakehouse.Engines.Spark.Protocol;
using Dart.Lake.Lakehouse.Engines.Statements;

namespace Dart.Lake.Lakehouse.Engines.Spark.Statements;

/// <summary>One statement in Spark's dialect. What it means is Spark's to say; this knows how it begins.</summary>
sealed class SparkStatement
{
    /// <summary>What a query begins with. A statement that writes may begin so, too.</summary>
    static readonly HashSet<string> queries = new(StringComparer.OrdinalIgnoreCase) { "SELECT", "WITH", "VALUES", "TABLE", "FROM", "(" };

    /// <summary>What runs nothing that writes, in Spark not even EXPLAIN.</summary>
    static readonly HashSet<string> looks = new(StringComparer.OrdinalIgnoreCase) { "SHOW", "DESCRIBE", "DESC", "EXPLAIN" };

    SparkStatement(string sql, IReadOnlyList<SqlToken> tokens) => (Sql, Tokens) = (sql, tokens);

    /// <summary>As it was written.</summary>
    public string Sql { get; }

    public IReadOnlyList<SqlToken> Tokens { get; }

    /// <exception cref="LakeException">Invalid: there is nothing in it.</exception>
    public static SparkStatement Of(string sql) => SparkTokens.All(sql) is [var first, ..] tokens && !first.IsSymbol(';')
        ? new(sql, tokens)
        : throw LakeException.Invalid("there is no statement; write one, such as SELECT 1");

    /// <summary>Whether it may be one SELECT, WITH, VALUES, TABLE or FROM.</summary>
    public bool LooksLikeQuery => Begins(queries);

    /// <summary>As Spark takes whatever it is.</summary>
    public Plan Command => new() { Command = new() { SqlCommand = new() { Input = Of(1, Sql) } } };

    /// <summary>As a relation; one that writes would be run as such, too.</summary>
    public Plan Query => new() { Root = Of(1, Sql) };

    /// <summary>
    /// Where Spark's grammar has a query and nothing else: what stands in brackets behind FROM. So Spark finds a syntax error in any
    /// statement that writes, behind WITH and FROM as well.
    /// </summary>
    public Plan Proof => new() { Root = Of(1, $"SELECT * FROM ({WithoutEnd}\n)") };

    /// <exception cref="LakeException">Invalid: it is no query and does not only show something.</exception>
    public void RefuseWrites()
    {
        if (!LooksLikeQuery && !Begins(looks))
            throw LakeException.Invalid(
                "only one SELECT, WITH, VALUES, TABLE, FROM, SHOW, DESCRIBE or EXPLAIN is allowed here; it changes nothing");
    }

    bool Begins(HashSet<string> words) => Tokens[0].Kind is SqlTokenKind.Word or SqlTokenKind.Symbol && words.Contains(Tokens[0].Text);

    static Relation Of(long id, string sql) => new() { Common = new() { PlanId = id }, Sql = new() { Query = sql } };

    /// <summary>Without the semicolons that people end it with, and remarks behind them.</summary>
    string WithoutEnd
    {
        get
        {
            var left = Tokens.Count;
            while (Tokens[left - 1].IsSymbol(';'))
                left--;
            return left == Tokens.Count ? Sql : Sql[..Tokens[left].Start];
        }
    }
}
