using Dart.Lake.Orchestration;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Tests.Models;
using static Dart.Lake.Sql.Tests.Execution.LakeFixture;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>What <c>plan</c> prints is what <c>run</c> and <c>eod</c> do: the tables of the commit, and the audits.</summary>
public class PlanTests
{
    static readonly DateOnly monday = new(2026, 9, 21);

    static IReadOnlyList<(string Select, string Exclude)> Selections { get; } =
    [
        ("", ""), ("silver", ""), ("gold", "risk_metrics"), ("+daily_pnl", ""), ("trades+", ""), ("gold,+daily_pnl", ""), ("", "gold"),
        ("path:models/silver/steps", ""),
    ];

    [Fact]
    public async Task Each_of_the_marts_and_every_selection_of_them_commits_the_tables_that_its_plan_names_and_no_other()
    {
        await using var lake = await MartsLake.OpenAsync();
        // of an account and an instrument that nobody knows: it goes to quarantine
        await lake.AppendAsync("bronze.trades", "trades_raw", """
            select 'NEW' as kind, 'A1' as account, 'I1' as instrument, timestamptz '2026-09-21 14:00:00+00' as event_time, timestamptz '2026-09-21 14:00:01+00' as ingest_time,
                's' as source, 1 as sequence, 'BUY' as side, 1 as price, 1 as quantity, 0 as fee, 'USD' as currency, 'XNYS' as venue
            """, "sequence", "account", partitions: 1);
        var before = await lake.SnapshotsAsync();
        Assert.Equal(EndOfDayOutcome.Published, (await lake.EndOfDayAsync(monday)).Outcome);
        var after = await lake.SnapshotsAsync();
        Assert.Equal(Planner.Plan(MartsLake.Project, [monday], [], [], []).Publication!.Tables, RunTables.Changed(before, after));
        foreach (var (select, exclude) in MartsLake.Project.Models.Keys.Select(model => (model, "")).Concat(Selections))
            await AgreeAsync(
                MartsLake.Project,
                Words(select),
                Words(exclude),
                lake.SnapshotsAsync,
                progress => lake.RunAsync(monday, Words(select), Words(exclude), progress));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("trades", "")]
    [InlineData("instruments", "")]
    [InlineData("traded", "")]
    [InlineData("marks", "")]
    [InlineData("restatements", "")]
    [InlineData("+marks", "")]
    [InlineData("trades+", "")]
    [InlineData("tag:books", "")]
    [InlineData("", "trades")]
    [InlineData("known", "")]
    [InlineData("whole", "")]
    public async Task A_project_with_seeds_tags_split_rows_and_whole_tables_commits_what_its_plan_names(string select, string exclude)
    {
        await using var lake = await OpenAsync();
        lake.Project.Write("models/gold/restatements.sql", "{{ config(tags=['books']) }}" + Empty("restatements"));
        lake.Project.Write("models/gold/steps/known.sql", "{{ config(materialized='ephemeral') }} select * from {{ ref('known_instruments') }}");
        lake.Project.Write("models/gold/whole.sql", "{{ config(materialized='table', schema='gold', alias='risk_metrics') }}" + Empty("risk_metrics", "from {{ ref('known') }}"));
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 0));
        await lake.CutAsync(monday);
        Assert.Equal(EndOfDayOutcome.Published, (await lake.EndOfDay().RunAsync(monday, null, CancellationToken.None)).Outcome);
        await AgreeAsync(lake.Project.Load(), Words(select), Words(exclude), () => RunTables.SnapshotsAsync(lake.Lake),
            progress => lake.Commands().RunAsync(monday, Words(select), Words(exclude), progress, CancellationToken.None));
    }

    /// <summary>A query of a contract's columns without a row.</summary>
    static string Empty(string table, string from = "")
    {
        var columns = TableContracts.Get($"gold.{table}").Columns.Where(c => c.Name != LakeNames.Publication)
            .Select(c => $"cast(null as {SqlTypes.Of(c.Type)}) as {c.Name}");
        return $"select {string.Join(", ", columns)} {from} where false";
    }

    static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    static async Task AgreeAsync(
        Project project,
        IReadOnlyList<string> select,
        IReadOnlyList<string> exclude,
        Func<Task<IReadOnlyDictionary<string, long?>>> snapshots,
        Func<IProgress<RunEvent>, Task<RunResult>> run)
    {
        var events = new Told();
        var plan = Planner.Plan(project, [monday], select, exclude, []);
        var before = await snapshots();
        var result = await run(events);
        var committed = RunTables.Changed(before, await snapshots());
        var line = $"--select {string.Join(' ', select)} --exclude {string.Join(' ', exclude)}: ";
        Assert.True(result.Succeeded, line);
        Assert.Equal(line + string.Join(", ", plan.Publication?.Tables ?? []), line + string.Join(", ", committed));
        var built = events.All.Where(e => e.Message is "built" or "staged").Select(e => $"{e.Day} {e.Subject}");
        Assert.Equal(plan.Stages.OfType<BuildStage>().Select(s => $"{s.Day} {s.Table}"), built);
        var audited = result.Audits.Select(a => $"{a.Subject}: {a.Audit}");
        Assert.Equal(line + string.Join("; ", Planned(project, plan)), line + string.Join("; ", audited));
    }

    /// <summary>What a run has said, in order.</summary>
    sealed class Told : IProgress<RunEvent>
    {
        public List<RunEvent> All { get; } = [];

        public void Report(RunEvent value) => All.Add(value);
    }

    static IEnumerable<string> Planned(Project project, Plan plan) =>
        from stage in plan.Stages.OfType<AuditStage>()
        let model = project.Models.GetValueOrDefault(stage.Subject)
        let subject = model is { IsPublished: true } ? model.Target.ToString() : stage.Subject
        from audit in stage.Audits
        select $"{subject}: {audit}";
}
