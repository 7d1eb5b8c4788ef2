using Dart.Lake.Sql.Graph;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Tests.Loading;

namespace Dart.Lake.Sql.Tests.Graph;

public class ModelGraphTests
{
    static TemporaryProject Chain() => new(
        ("models/silver/a.sql", "select 1"),
        ("models/silver/b.sql", "select * from {{ ref('a') }}"),
        ("models/gold/c.sql", "{{ config(tags=['eod']) }} select * from {{ ref('b') }}"),
        ("models/gold/d.sql", "{{ config(tags=['eod']) }} select * from {{ ref('a') }}"),
        ("tests/both.sql", "select * from {{ ref('c') }} join {{ ref('d') }} using (x)"));

    [Fact]
    public void Parents_come_first()
    {
        using var files = Chain();
        Assert.Equal(["a", "b", "c", "d"], new ModelGraph(files.Load()).Order);
    }

    [Fact]
    public void A_circle_is_named()
    {
        using var files = new TemporaryProject(
            ("models/x.sql", "select * from {{ ref('y') }}"), ("models/y.sql", "select * from {{ ref('z') }}"), ("models/z.sql", "select * from {{ ref('x') }}"));
        Assert.Equal("models read each other in a circle: x reads y reads z reads x; take one of these references out",
            Assert.Throws<LakeException>(() => new ModelGraph(files.Load())).Message);
    }

    [Theory]
    [InlineData("b", "", "b")]
    [InlineData("+c", "", "a b c")]
    [InlineData("b+", "", "b c")]
    [InlineData("+b+", "", "a b c")]
    [InlineData("tag:eod", "", "c d")]
    [InlineData("path:models/silver", "", "a b")]
    [InlineData("silver", "", "a b")]
    [InlineData("+c,tag:silver", "", "a b")]
    [InlineData("a d", "", "a d")]
    [InlineData("", "tag:silver", "c d")]
    [InlineData("a+", "c", "a b d")]
    [InlineData("gold.d", "", "d")]
    public void A_selector_selects(string select, string exclude, string expected)
    {
        using var files = Chain();
        var project = files.Load();
        Assert.Equal(expected.Split(' '), Selector.Select(
            project,
            new(project),
            select.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            exclude.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void A_selector_that_selects_nothing_is_an_error()
    {
        using var files = Chain();
        var project = files.Load();
        Assert.Equal("'+' selects no model; `dartlake plan` shows all", Assert.Throws<LakeException>(() => Selector.Select(project, new(project), ["+"], [])).Message);
        Assert.Equal("'nosuch' selects no model; `dartlake plan` shows all", Assert.Throws<LakeException>(() => Selector.Select(project, new(project), ["nosuch"], [])).Message);
    }

    [Fact]
    public void A_plan_is_read_day_by_day_and_ends_with_the_publication()
    {
        using var files = Chain();
        var plan = Planner.Plan(files.Load(), [new(2026, 9, 22), new(2026, 9, 21)], ["c", "d"], [], ["eod-2026-09-22"]);
        Assert.Equal("""
            2026-09-21  bring    silver.venue_sessions
            2026-09-21  build    a (view)
            2026-09-21  build    b (view)
            2026-09-21  build    gold.c (day)
            2026-09-21  build    gold.d (day)
            2026-09-21  audit    tests/both.sql: both
            2026-09-22  bring    silver.venue_sessions
            2026-09-22  build    a (view)
            2026-09-22  build    b (view)
            2026-09-22  build    gold.c (day)
            2026-09-22  build    gold.d (day)
            2026-09-22  audit    tests/both.sql: both
            publish  dq.results, gold.c, gold.d, silver.venue_sessions as eod-2026-09-22
            """, plan.ToString());
    }

    [Fact]
    public void A_part_of_the_models_brings_no_sessions_and_what_writes_to_no_table_publishes_nothing()
    {
        using var files = Chain();
        Assert.Equal("""
            2026-09-22  build    a (view)
            2026-09-22  build    gold.d (day)
            2026-09-22  audit    tests/both.sql: both
            publish  dq.results, gold.d
            """, Planner.Plan(files.Load(), [new(2026, 9, 22)], ["d"], [], []).ToString());
        Assert.Equal("""
            2026-09-22  build    a (view)
            2026-09-22  build    b (view)
            """, Planner.Plan(files.Load(), [new(2026, 9, 22)], ["a", "b"], [], []).ToString());
    }

    [Fact]
    public void A_step_that_no_table_keeps_is_built_for_whoever_reads_it()
    {
        using var files = new TemporaryProject(
            ("models/gold/a.sql", "select 1"),
            ("models/gold/b.sql", "{{ config(materialized='temp') }} select * from {{ ref('a') }}"),
            ("models/gold/c.sql", "{{ config(materialized='ephemeral') }} select * from {{ ref('b') }}"),
            ("models/gold/d.sql", "select * from {{ ref('c') }}"));
        Assert.Equal("""
            2026-09-22  build    b (temp)
            2026-09-22  build    c (ephemeral)
            2026-09-22  build    gold.d (day)
            publish  gold.d
            """, Planner.Plan(files.Load(), [new(2026, 9, 22)], ["d"], [], []).ToString());
    }

    [Fact]
    public void Whoever_reads_quarantine_waits_for_all_who_write_to_it()
    {
        using var files = new TemporaryProject(
            ("models/a.sql", "select * from {{ ref('quarantine') }}"),
            ("models/z.sql", "{{ config(row_rules=true) }} select 1"));
        Assert.Equal(["z", "a"], new ModelGraph(files.Load()).Order);
    }
}
