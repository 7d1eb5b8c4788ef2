using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Tests.Dialects;

/// <summary>Names of tables give way to their relations, and what only looks like one stays.</summary>
public sealed class TablesByNameTests
{
    [Theory]
    [InlineData("select * from gold.a", "select * from (A)")]
    [InlineData("select a.x, gold.b.y from gold.a, gold.b", "select a.x, (B).y from (A), (B)")]
    [InlineData("select 'gold.a', \"gold.a\" /* gold.a */ from gold.a -- gold.a", "select 'gold.a', \"gold.a\" /* gold.a */ from (A) -- gold.a")]
    [InlineData("select x.gold.a, gold.c, a.b from gold.ab", "select x.gold.a, gold.c, a.b from gold.ab")]
    [InlineData("gold.a", "(A)")]
    public void Only_names_of_tables_are_replaced(string sql, string replaced) => Assert.Equal(
        replaced,
        TablesByName.Replace(sql, SqlLexer.DuckDb, (ns, name) => ns == "gold" && name is "a" or "b" ? $"({name.ToUpperInvariant()})" : null));
}
