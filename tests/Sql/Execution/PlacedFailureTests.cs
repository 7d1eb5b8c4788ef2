using Dart.Lake.Schemas;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>A place in a statement that its author has never seen gives way to the line itself.</summary>
public sealed class PlacedFailureTests
{
    const string Statement = "insert into s select a from (\nselect a\nfrom t qualify\n) built";

    [Theory]
    [InlineData("line 3:8: mismatched input 'qualify' (SYNTAX_ERROR, Trino's query q)", "mismatched input 'qualify' (SYNTAX_ERROR, Trino's query q)")]
    [InlineData(
        "Syntax error at or near 'qualify', line 3, pos 7 (PARSE_SYNTAX_ERROR, SQL state 42601)",
        "Syntax error at or near 'qualify' (PARSE_SYNTAX_ERROR, SQL state 42601)")]
    [InlineData("cannot be resolved, line 3 pos 7 (UNRESOLVED_COLUMN, SQL state 42703)", "cannot be resolved (UNRESOLVED_COLUMN, SQL state 42703)")]
    public void The_line_is_told_as_a_picture(string says, string without)
    {
        var placed = PlacedFailure.Of(LakeException.Invalid(says), Statement);
        Assert.Equal(without, placed.Message);
        Assert.Equal("LINE 2: from t qualify", placed.InnerException!.Message);
    }

    [Theory]
    [InlineData("no column, in line 3: of a text")]
    [InlineData("line 9:1: behind the end (SYNTAX_ERROR)")]
    public void What_has_no_place_in_the_statement_stays(string says)
    {
        var failure = LakeException.Invalid(says);
        Assert.Same(failure, PlacedFailure.Of(failure, Statement));
    }
}
