using Dart.Lake.Sql.Loading;
using static Dart.Lake.Sql.Tests.Execution.OwnProject;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>A plan refuses what a run would, in the same words, before a row is read.</summary>
public class PlanRefusesTests
{
    const string Known = "models/known.sql", Table = "{{ config(materialized='table') }}\n";

    /// <summary>A file that makes a project wrong, and what both say.</summary>
    public static TheoryData<string, string, string> Bad { get; } = new()
    {
        { Known, "{{ config(materialised='table') }} select 1", "models/known.sql:1: config of a model: 'materialised' is not known" },
        { Known, "{{ config(unique_key='x') }} select 1", "models/known.sql:1: config of a model: unique_key of dbt is not there yet" },
        { Known, "select 1;\nselect 2", "models/known.sql:2: a second statement begins here" },
        { Known, "select * from {{ ref('nothing') }}", "models/known.sql:1: ref('nothing') is neither a model nor a seed" },
        { Known, Table + "selec 1", "models/known.sql:2 (2026-09-21): Parser Error: syntax error" },
        { Known, Table + "select trade_date,\n  instrument,\n  nothing as label\nfrom {{ ref('traded') }}", "models/known.sql:4 (2026-09-21): Binder Error: Referenced column \"nothing\" not found" },
        { Known, Table + "{% set day = 1 %}\n\nselect trade_date, instrument, no_such(1) as label from {{ ref('traded') }}", "models/known.sql:4 (2026-09-21): Catalog Error: Scalar Function with name no_such does not exist" },
        { Known, Table + "select * from nowhere", "models/known.sql:2 (2026-09-21): Catalog Error: Table with name nowhere does not exist" },
        { Known, Table + "select trade_date, instrument from {{ ref('traded') }}", "models/known.sql:2 (2026-09-21): desk.known: the query lacks label" },
        { Known, Table + "select *, 'x' as label from {{ ref('traded') }}", "models/known.sql:2 (2026-09-21): desk.known: the query has trades, total, which the contract has not" },
        { Known, Table + "select trade_date, instrument, 1 as label from {{ ref('traded') }}", "models/known.sql:2 (2026-09-21): desk.known: label is INTEGER, cast it to VARCHAR" },
        { "models/step.sql", "{{ config(materialized='temp') }} select nothing from {{ ref('traded') }}", "models/step.sql:1 (2026-09-21): Binder Error: Referenced column \"nothing\"" },
        { "models/shown.sql", "{{ config(materialized='view') }}\nselect nothing from {{ ref('traded') }}", "models/shown.sql:2 (2026-09-21): Binder Error: Referenced column \"nothing\"" },
        { "models/bare.sql", "select 1 as x", "models/bare.sql:1: there is no contract of desk.bare; write schemas/tables/desk/bare.yml in the project, or data_type of its columns" },
        { "tests/t.sql", "select 1\nfrom {{ ref('traded') }}\nwhere nothing = 1", "tests/t.sql:3 (2026-09-21): Binder Error: Referenced column \"nothing\"" },
        { "models/more.yml", "models:\n- name: known\n  columns:\n  - name: nothing\n    data_tests:\n    - unique\n", "models/more.yml:4 (2026-09-21): the audit unique_known_nothing: Binder Error: " },
        { "models/more.yml", "models:\n- name: known\n  data_tests:\n  - unique_combination_of_columns:\n      combination_of_columns: [label]\n      where: nothing > 1\n", "models/more.yml:5 (2026-09-21): the audit unique_combination_of_columns_known: Binder Error: " },
        { "schemas/tables/desk/known.yml", "table: desk.known\ndescription: x\ncolumns: []\n", "schemas/tables/desk/known.yml, line 1: there are no columns" },
        { "seeds/labels.csv", "symbol,label\nAIG,insurer\n", "models/known.sql:2 (2026-09-21): Binder Error: " },
        { "models/round.sql", "select * from {{ ref('square') }} -- {{ ref('round2') }}", "models/round.sql:1: ref('square') is neither a model nor a seed" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_plan_says_what_a_run_says(string path, string text, string message)
    {
        await using var lake = await PublishedAsync();
        using var files = Files((path, text));
        var planned = await SaidAsync(() => lake.PlanAsync(files.Load(), Monday));
        var before = await lake.RowsAsync("select count(*) from dq.results");
        Assert.StartsWith(message, planned, StringComparison.Ordinal);
        Assert.Equal(planned, await SaidAsync(() => lake.Commands(files.Load()).RunAsync(Monday, [], [], null, CancellationToken.None)));
        Assert.Equal(planned, await SaidAsync(() => lake.PlanAsync(files.Load(), Monday, isThere: false)));
        Assert.Equal(before, await lake.RowsAsync("select count(*) from dq.results"));
    }

    [Fact]
    public async Task A_good_project_is_planned_and_run()
    {
        await using var lake = await PublishedAsync();
        using var files = Files();
        Assert.Empty(await lake.PlanAsync(files.Load(), Monday));
        Assert.Empty(await lake.PlanAsync(files.Load(), Monday, isThere: false));
        Assert.True((await lake.Commands(files.Load()).RunAsync(Monday, [], [], null, CancellationToken.None)).Succeeded);
        Assert.Empty(await lake.PlanAsync(files.Load(), Monday));
        Assert.Empty(await lake.PlanAsync(lake.Project.Load(), Monday));
    }

    [Fact]
    public async Task A_day_that_was_never_published_is_refused_by_both_where_a_lake_is()
    {
        await using var lake = await PublishedAsync();
        using var files = Files();
        var tuesday = Monday.AddDays(1);
        const string says = "2026-09-22 was never published; run `dartlake eod --date 2026-09-22` first";
        Assert.Equal(says, await SaidAsync(() => lake.PlanAsync(files.Load(), tuesday)));
        Assert.Equal(says, await SaidAsync(() => lake.Commands(files.Load()).RunAsync(tuesday, [], [], null, CancellationToken.None)));
        Assert.Empty(await lake.PlanAsync(files.Load(), tuesday, isThere: false));
    }

    [Fact]
    public async Task A_source_that_only_the_lake_knows_is_named_without_one_and_checked_with_it()
    {
        await using var lake = await PublishedAsync();
        using var files = Files();
        await lake.Commands(files.Load()).RunAsync(Monday, [], [], null, CancellationToken.None);
        using var readers = new Loading.TemporaryProject(
            ("dbt_project.yml", "name: other\n"),
            ("models/s.yml", "sources:\n- name: desk\n  tables: [{name: traded}]\n"),
            ("models/a.sql", "select nothing from {{ source('desk', 'traded') }}"));
        Assert.Equal(["desk.traded"], await lake.PlanAsync(readers.Load(), Monday, isThere: false));
        Assert.StartsWith("models/a.sql:1 (2026-09-21): Binder Error: Referenced column \"nothing\"", await SaidAsync(() => lake.PlanAsync(readers.Load(), Monday)), StringComparison.Ordinal);
    }

    static async Task<string> SaidAsync(Func<Task> work) => (await Assert.ThrowsAsync<LakeException>(work)).Message;
}
