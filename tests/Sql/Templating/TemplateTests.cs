using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Tests.Templating;

public class TemplateTests
{
    static readonly Dictionary<string, object?> names = new()
    {
        ["symbols"] = new List<object?> { "AAPL", "MSFT" },
        ["n"] = 3L,
        ["price"] = 1.50m,
        ["nothing"] = null,
        ["d"] = new Dictionary<string, object?> { ["a"] = 1L, ["b"] = "x" },
    };

    static string Render(string text, TemplateLimits? limits = null, string macros = "")
    {
        limits ??= TemplateLimits.Default;
        return Renderer.Render(Template.Parse("m.sql", text, limits), names, [Template.Parse("macros.sql", macros, limits)], limits).Text;
    }

    // each line: what Jinja 3.1 renders
    [Theory]
    [InlineData("a {{ n }} b", "a 3 b")]
    [InlineData("{{ price }} {{ n + 1 }} {{ n / 2 }} {{ n // 2 }} {{ -7 // 2 }} {{ -7 % 3 }}", "1.50 4 1.5 1 -4 2")]
    [InlineData("{{ 'a' ~ n ~ none ~ true }}", "a3NoneTrue")]
    [InlineData("{{ 'it''s' }}", "its")]
    [InlineData("{{ \"a\\n\" }}|", "a\n|")]
    [InlineData("{% for s in symbols %}{{ s | lower }}{{ ', ' if not loop.last }}{% endfor %}", "aapl, msft")]
    [InlineData("{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "a=1;b=x;")]
    [InlineData("{% for s in symbols if s != 'AAPL' %}{{ loop.index }}{{ loop.length }}{% endfor %}", "11")]
    [InlineData("{% for s in [] %}x{% else %}none{% endfor %}", "none")]
    [InlineData("{% if n > 2 and not nothing %}yes{% elif n %}maybe{% else %}no{% endif %}", "yes")]
    [InlineData("{% if n in [1, 2] or 'AA' in symbols[0] %}in{% endif %}", "in")]
    [InlineData("{% if 1 not in [1] %}x{% else %}y{% endif %}", "y")]
    [InlineData("a\n  {%- if true %} b {% endif -%}\n c", "a b c")]
    [InlineData("{# gone #}{% raw %}{{ kept }}{% endraw %}", "{{ kept }}")]
    [InlineData("{% set x = 1 %}{% for i in range(3) %}{% set x = i %}{% endfor %}{{ x }}", "1")]
    [InlineData("{% set ns = namespace(x=0) %}{% for i in range(4) %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}", "6")]
    [InlineData("{% set q %}select {{ n }}{% endset %}[{{ q }}]", "[select 3]")]
    [InlineData("{% set a, b = 1, 2 %}{{ b }}{{ a }}", "21")]
    [InlineData("{{ symbols }} {{ d }} {{ ('a', 1.0) | list }}", "['AAPL', 'MSFT'] {'a': 1, 'b': 'x'} ['a', 1.0]")]
    [InlineData("{{ absent | default('z') }}{{ absent is defined }}{{ d.q | default(2) }}{{ nothing is none }}", "zFalse2True")]
    [InlineData("{{ symbols | map('lower') | join('-') }} {{ [3, 1, 2] | sort | first }} {{ [1, 2] | sum }} {{ symbols | length }}", "aapl-msft 1 3 2")]
    [InlineData("{{ 'a,b'.split(',')[1] }}{{ 'abc'[1:] }}{{ symbols[-1] }}", "bbcMSFT")]
    [InlineData("{% do symbols_copy.append(1) if false else none %}{{ 2 if n == 3 else 4 }}", "2")]
    [InlineData("{{ (1 + 2) * 3 }} {{ not true }} {{ 1 == 1.0 }} {{ 'b' > 'a' }}", "9 False True True")]
    [InlineData("{{ {'k': [1, {'z': 2}]}.k[1].z }}", "2")]
    [InlineData("line\n", "line")]
    public void A_template_renders_as_in_Jinja(string text, string expected) => Assert.Equal(expected, Render(text));

    [Theory]
    [InlineData("{{ signed('side', 'qty') }}", "case side when 'B' then qty else -qty end")]
    [InlineData("{{ sum_of(['a', 'b']) }}", "sum(a) + sum(b)")]
    [InlineData("{{ twice(4) + 1 }}", "9")]
    [InlineData("{{ named(b='x') }}", "1x")]
    [InlineData("{% macro own(x) %}<{{ x }}>{% endmacro %}{{ own(twice(1)) }}", "<2>")]
    public void Macros_take_arguments_and_return_values(string text, string expected) => Assert.Equal(expected, Render(text, macros: """
        {% macro signed(side, qty) -%} case {{ side }} when 'B' then {{ qty }} else -{{ qty }} end {%- endmacro %}
        {% macro sum_of(columns) %}{% for c in columns %}sum({{ c }}){% if not loop.last %} + {% endif %}{% endfor %}{% endmacro %}
        {% macro twice(x) %}{% if x > 0 %}{{ return(x * 2) }}{% endif %}never{% endmacro %}
        {% macro named(a=1, b=2) %}{{ a }}{{ b }}{% endmacro %}
        """));

    [Theory]
    [InlineData("a\n{{ absent }}", "m.sql:2: 'absent' is not known here")]
    [InlineData("{{ d.absent }}", "m.sql:1: a dict has no 'absent'")]
    [InlineData("\n\n{% if x %}", "m.sql:3: '{% if %}' is not closed; write '{% endif %}'")]
    [InlineData("{% for x in [] %}{% endif %}", "m.sql:1: '{% endif %}' does not close the '{% for %}' of line 1; write '{% endfor %}'")]
    [InlineData("{% endif %}", "m.sql:1: '{% endif %}' closes nothing")]
    [InlineData("{{ 1 + }}", "m.sql:1: an expression is wanted, not the end of the tag")]
    [InlineData("{{ 'open }}", "m.sql:1: '{{' is not closed; write '}}'")]
    [InlineData("{% include 'x' %}", "m.sql:1: '{% include %}' is not known; there are if, for, set, do, macro and raw")]
    [InlineData("{{ n | shout }}", "m.sql:1: there is no filter 'shout'")]
    [InlineData("{{ n() }}", "m.sql:1: 'n' is a number and cannot be called")]
    [InlineData("{{ 1 + 'a' }}", "m.sql:1: '+' does not go with a number and a text")]
    [InlineData("{{ 1 / 0 }}", "m.sql:1: '/' has no result for 1 and 0")]
    [InlineData("{{ loop_forever() }}", "macros.sql:1: blocks and macros are nested deeper than 100")]
    public void An_error_names_file_and_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<LakeException>(() => Render(text, macros: "{% macro loop_forever() %}{{ loop_forever() }}{% endmacro %}")).Message);

    [Theory]
    [InlineData("{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% for a in range(1000) %}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}", "output is longer")]
    [InlineData("{% set ns = namespace(t='x') %}{% for a in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}", "text is longer")]
    public void A_template_cannot_use_more_than_its_limits(string text, string part) =>
        Assert.Contains(
            part, Assert.Throws<LakeException>(() => Render(text, new(Steps: 5_000, Output: 10_000))).Message, StringComparison.Ordinal);

    [Fact]
    public void Nesting_has_a_limit_and_not_a_stack_overflow()
    {
        Assert.Contains("nested deeper", Assert.Throws<LakeException>(() => Render("{{ " + new string('(', 100_000) + " }}")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "nested deeper",
            Assert.Throws<LakeException>(() => Render("{{ " + string.Concat(Enumerable.Repeat("not ", 100_000)) + "1 }}")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "nested deeper", Assert.Throws<LakeException>(() => Render(string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000)))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "longer than",
            Assert.Throws<LakeException>(() => Render("{{ 1" + string.Concat(Enumerable.Repeat("+1", 100_000)) + " }}")).Message,
            StringComparison.Ordinal);
    }
}
