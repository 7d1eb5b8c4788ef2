using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Tests.Templating;

/// <summary>A macro is chosen by the engine that the query is for.</summary>
public class DispatchTests
{
    const string Macros = """
        {% macro words(x, n=1) %}{{ adapter.dispatch('words')(x, n) }}{% endmacro %}
        {% macro default__words(x, n) %}{{ x }} times {{ n }}{% endmacro %}
        {% macro trino__words(x, n) %}{{ n }} of {{ x }}{% endmacro %}
        {% macro number() %}{{ return(adapter.dispatch('number', 'dart_lake')()) }}{% endmacro %}
        {% macro spark__number() %}{{ return(1) }}{% endmacro %}
        {% macro duckdb__number() %}{{ return(2) }}{% endmacro %}
        """;

    static string Render(string text, string engine)
    {
        var target = new TemplateObject(engine, new Dictionary<string, object?>(StringComparer.Ordinal) { ["type"] = engine });
        var names = new Dictionary<string, object?>(StringComparer.Ordinal) { ["target"] = target };
        var limits = TemplateLimits.Default;
        return Renderer.Render(Template.Parse("m.sql", text, limits), names, [Template.Parse("macros.sql", Macros, limits)], limits).Text;
    }

    [Theory]
    [InlineData("duckdb", "a times 2")]
    [InlineData("trino", "2 of a")]
    [InlineData("spark", "a times 2")]
    public void An_engines_own_macro_comes_before_the_default(string engine, string expected)
    {
        Assert.Equal(expected, Render("{{ words('a', 2) }}", engine));
        Assert.Equal(expected, Render("{{ adapter.dispatch('words', macro_namespace='dart_lake')('a', n=2) }}", engine));
    }

    [Fact]
    public void What_a_macro_returns_is_a_value()
    {
        Assert.Equal("2", Render("{{ number() + 1 }}", "spark"));
        Assert.Equal("3", Render("{{ number() + 1 }}", "duckdb"));
    }

    [Theory]
    [InlineData("\n{{ adapter.dispatch('number')() }}", "m.sql:2: dispatch: there is neither a macro 'trino__number' nor a macro 'default__number'")]
    [InlineData("{{ number() }}", "macros.sql:4: dispatch: there is neither a macro 'trino__number' nor a macro 'default__number'")]
    [InlineData("{{ words('a', 1, 2) }}", "m.sql:1: words: takes at most 2 arguments, not 3")]
    [InlineData("{{ adapter.dispatch('words')('a', 1, 2) }}", "m.sql:1: words: takes at most 2 arguments, not 3")]
    [InlineData("{{ adapter.dispatch(1) }}", "m.sql:1: dispatch: 'macro_name' must be a text")]
    [InlineData("{{ adapter.quote('a') }}", "m.sql:1: an object has no 'quote'")]
    public void What_is_not_there_is_told_where_it_is_asked_for(string text, string expected) =>
        Assert.Equal(expected, Assert.Throws<LakeException>(() => Render(text, "trino")).Message);

    [Theory]
    [InlineData("{{ 'abcdef'[:4 - 1] }}{{ range(5 - 3) }}", "abc[0, 1]")]
    public void Whole_numbers_stay_whole_when_they_are_added(string text, string expected) => Assert.Equal(expected, Render(text, "trino"));
}
