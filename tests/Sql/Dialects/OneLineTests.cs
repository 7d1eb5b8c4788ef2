using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Tests.Dialects;

/// <summary>Comments go, and what only looks like one stays: each engine has its own quotes.</summary>
public sealed class OneLineTests
{
    [Theory]
    [InlineData("duckdb", "select 1 -- one\n  , 'it''s -- none' /* a /* b */ c */ as x", "select 1 , 'it''s -- none' as x")]
    [InlineData("duckdb", @"select 'a\' -- gone", @"select 'a\'")]
    [InlineData("duckdb", @"select e'a\'-- b', $t$ -- stays $t$", @"select e'a\'-- b', $t$ -- stays $t$")]
    [InlineData("trino", @"select 'a\' -- gone", @"select 'a\'")]
    [InlineData("trino", "select 1 /* a /* b */ + 1", "select 1 + 1")]
    [InlineData("trino", "select '$t$' -- $t$", "select '$t$'")]
    [InlineData("spark", @"select 'it\'s -- none', ""a\"" -- b"" -- gone", @"select 'it\'s -- none', ""a\"" -- b""")]
    [InlineData("spark", @"select r'a\' -- gone", @"select r'a\'")]
    [InlineData("spark", "select `a -- b``c` /* a /* b */ c */ + 1", "select `a -- b``c` + 1")]
    public void A_query_on_one_line_has_its_texts_and_names_and_no_comment(string engine, string sql, string line) =>
        Assert.Equal(line, OneLine.Of(sql, SqlDialect.TryOf(engine)!.Lexer));
}
