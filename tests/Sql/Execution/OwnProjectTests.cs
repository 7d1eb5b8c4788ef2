using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Orchestration;
using static Dart.Lake.Sql.Tests.Execution.OwnProject;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>A project of one's own brings its contracts, is published beside the platform's tables and leaves these alone.</summary>
public class OwnProjectTests
{
    const string Traded = "select instrument, trades, cast(total as varchar) from desk.traded order by all";

    [Fact]
    public async Task What_it_builds_is_published_in_its_own_namespace_audited_and_read_like_any_table()
    {
        await using var lake = await PublishedAsync();
        using var files = Files();
        var before = await RunTables.SnapshotsAsync(lake.Lake);
        var result = await lake.Commands(files.Load()).RunAsync(Monday, [], [], null, CancellationToken.None);
        Assert.True(result.Succeeded);
        Assert.Equal(["AIG 2 30.000000", "IBM 1 5.000000"], await lake.RowsAsync(Traded));
        Assert.Equal(["2026-09-21 AIG insurer", "2026-09-21 IBM none"], await lake.RowsAsync("select * from desk.known order by all"));
        Assert.Equal(
            ["desk.traded not_null_traded_instrument pass", "desk.traded unique_traded_instrument pass"],
            await lake.RowsAsync("select table_name, audit, status from dq.results where table_name like 'desk.%' order by all"));
        Assert.Equal(["dq.results"], RunTables.Changed(before, await RunTables.SnapshotsAsync(lake.Lake)));
        var intervals = await lake.Lake.Ledger.ListIntervalsAsync("desk.traded", CancellationToken.None);
        Assert.Equal(files.Load().Fingerprints["traded"], Assert.Single(intervals).Fingerprint);
    }

    [Fact]
    public async Task Vars_of_the_command_line_change_what_is_built()
    {
        await using var lake = await PublishedAsync();
        using var files = Files();
        Assert.True((await lake.Commands(files.Load(("least", 15L))).RunAsync(Monday, [], [], null, CancellationToken.None)).Succeeded);
        Assert.Equal(["AIG 1 20.000000"], await lake.RowsAsync(Traded));
    }

    [Fact]
    public async Task An_audit_that_fails_publishes_nothing_of_it()
    {
        await using var lake = await PublishedAsync();
        using var files = Files(("tests/few.sql", "select * from {{ ref('traded') }} where trades > 1"));
        var result = await lake.Commands(files.Load()).RunAsync(Monday, [], [], null, CancellationToken.None);
        Assert.Equal(["few"], result.Failed.Select(f => f.Audit));
        Assert.Empty(await lake.RowsAsync("select * from desk.traded"));
    }

    [Fact]
    public async Task The_end_of_a_day_is_the_platforms_and_has_nothing_to_do_after_another_project_has_run()
    {
        await using var lake = await PublishedAsync();
        using var files = Files();
        await lake.Commands(files.Load()).RunAsync(Monday, [], [], null, CancellationToken.None);
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await lake.EndOfDay().RunAsync(Monday, null, CancellationToken.None)).Outcome);
        var refused = await Assert.ThrowsAsync<LakeException>(
            () => lake.EndOfDay(project: files.Load()).RunAsync(Monday, null, CancellationToken.None));
        Assert.StartsWith("the end of a day is that of the project dart_lake; build desk after it: dartlake run --date 2026-09-21 --project-dir ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_is_added_to_its_contract_is_added_to_its_table()
    {
        await using var lake = await PublishedAsync();
        using var files = Files();
        await lake.Commands(files.Load()).RunAsync(Monday, [], [], null, CancellationToken.None);
        files.Write("schemas/tables/desk/known.yml", (await File.ReadAllTextAsync(Path.Combine(files.Folder, "schemas/tables/desk/known.yml")))
            .Replace("canonical:", "  - { id: 4, name: size, type: \"long\", nullable: true, unit: \"\", description: \"trades\" }\ncanonical:", StringComparison.Ordinal));
        files.Write("models/known.sql", "{{ config(materialized='table') }} select trade_date, instrument, 'x' as label, trades as size from {{ ref('traded') }}");
        Assert.True((await lake.Commands(files.Load()).RunAsync(Monday, [], [], null, CancellationToken.None)).Succeeded);
        Assert.Equal(["2026-09-21 AIG x 2", "2026-09-21 IBM x 1"], await lake.RowsAsync("select * from desk.known order by all"));
    }

    [Theory]
    [InlineData("models/desk.yml", "models:\n- name: traded\n  columns:\n  - {name: trade_date, data_type: date}\n  - {name: total}\n", "models/desk.yml:2: the column total has no data_type, and others of traded have one; ")]
    [InlineData("models/desk.yml", "models:\n- name: traded\n  columns:\n  - {name: total, data_type: bigint}\n", "models/desk.yml:2: desk.traded has no column trade_date of type date that is never null; ")]
    [InlineData("models/desk.yml", "models:\n- name: traded\n  columns:\n  - name: total\n    data_type: money\n", "models/desk.yml:5: data_type: 'money' is no type of a table's column; there are varchar, ")]
    [InlineData("models/desk.yml", "models:\n- name: traded\n  columns:\n  - name: A B\n    data_type: date\n", "models/desk.yml:4: name: a column's name is lower case letters, ")]
    [InlineData("models/desk.yml", "models:\n- name: known\n  columns:\n  - {name: trade_date, data_type: date}\n", "models/desk.yml:2: desk.known has its contract in schemas/tables/desk/known.yml; ")]
    [InlineData("schemas/tables/desk/knwn.yml", "table: desk.knwn\ndescription: x\npartition: { source: trade_date, transform: identity, name: trade_date }\ncolumns:\n- { id: 1, name: trade_date, type: date, nullable: false, description: x }\n", "schemas/tables/desk/knwn.yml: no model writes desk.knwn; the nearest that is written is desk.known")]
    [InlineData("schemas/tables/gold/daily_pnl.yml", "table: gold.daily_pnl\ndescription: x\ncolumns:\n- { id: 1, name: trade_date, type: date, nullable: false, description: x }\n", "schemas/tables/gold/daily_pnl.yml: the contract of gold.daily_pnl is the platform's; ")]
    [InlineData("schemas/tables/desk/x.yml", "table: desk.x\ndescription: x\ncolumns:\n- { id: 1, name: trade_date, type: date, nullable: false, description: x }\n", "schemas/tables/desk/x.yml: desk.x is not partitioned by trade_date alone; ")]
    [InlineData("schemas/tables/desk/x.yml", "table: desk.x\ndescription: x\ncolums: []\n", "schemas/tables/desk/x.yml, line 1: 'colums' is not known here; the nearest known key is 'columns'")]
    [InlineData("schemas/tables/desk/x.yml", "a: &x [1]\nb: *x\n", "schemas/tables/desk/x.yml:2: aliases are not supported; ")]
    [InlineData("schemas/desk.yml", "table: desk.x\n", "schemas/desk.yml:1: contracts lie in schemas/tables/NAMESPACE/NAME.yml")]
    public void A_contract_that_cannot_be_kept_is_refused_with_its_place(string path, string text, string message)
    {
        using var files = Files((path, text));
        Assert.StartsWith(message, Assert.Throws<LakeException>(() => files.Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_without_an_end_is_stopped_in_time_and_publishes_nothing()
    {
        await using var lake = await PublishedAsync();
        using var files = Files(("models/known.sql", """
            {{ config(materialized='table') }}
            with recursive endless as (select 1 as n union all select (n + 1) % 1000 from endless)
            select date '2026-09-21' as trade_date, 'x' as instrument, cast(count(*) as varchar) as label from endless
            """));
        var stopped = await Assert.ThrowsAsync<LakeException>(
            () => lake.Commands(files.Load(), TimeSpan.FromSeconds(1)).RunAsync(Monday, ["known"], [], null, CancellationToken.None));
        Assert.Equal(
            (LakeErrorKind.Unavailable, "models/known.sql:2 (2026-09-21): a query was stopped after 1 s; let it read less, give its recursion an end, or raise --timeout"),
            (stopped.Kind, stopped.Message));
        Assert.Empty(await lake.RowsAsync("select * from desk.known"));
    }

    [Fact]
    public async Task A_query_that_grows_without_an_end_meets_the_limit_of_memory_and_publishes_nothing()
    {
        await using var lake = await PublishedAsync();
        using var files = Files(("models/known.sql", """
            {{ config(materialized='table') }}

            with recursive doubled as (select 1 as n union all select n + k from doubled, (values (0), (1)) t(k))
            select date '2026-09-21' as trade_date, 'x' as instrument, cast(count(*) as varchar) as label from doubled
            """));
        await using var small = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 100 << 20 });
        await using var session = small.OpenSession();
        var stopped = await Assert.ThrowsAsync<LakeException>(
            () => lake.Commands(files.Load(), TimeSpan.FromMinutes(2), session).RunAsync(Monday, ["known"], [], null, CancellationToken.None));
        Assert.Equal(LakeErrorKind.Unavailable, stopped.Kind);
        Assert.StartsWith("models/known.sql:3 (2026-09-21): Out of Memory Error: ", stopped.Message, StringComparison.Ordinal);
        Assert.Empty(await lake.RowsAsync("select * from desk.known"));
    }
}
