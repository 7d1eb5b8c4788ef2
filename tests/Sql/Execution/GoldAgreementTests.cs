using Dart.Lake.Sql.Planning;
using static Dart.Lake.Sql.Tests.Execution.LakeFixture;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>A run of gold by hand reconciles before it publishes, or publishes nothing; as the end of the day does.</summary>
public class GoldAgreementTests
{
    static readonly DateOnly monday = OwnProject.Monday;

    const string Agrees = """
        select {{ run_day() }} as trade_date, 'marks' as check_name, instrument as subject, 'mark' as left_name, 'limit' as right_name, cast(mark as decimal(38, 10)) as left_value,
            cast(100 as decimal(38, 10)) as right_value, cast(mark - 100 as decimal(38, 10)) as difference, case when mark < 100 then 'EQUAL' else 'DIFFERENT' end as status
        from {{ ref('marks') }} where trade_date = {{ run_day() }}
        """;

    static async Task<LakeFixture> OpenAsync()
    {
        var lake = await LakeFixture.OpenAsync();
        lake.Project.Write("models/gold/reconciliation.sql", Agrees);
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 20));
        await lake.CutAsync(monday);
        await lake.EndOfDay().RunAsync(monday, null, CancellationToken.None);
        return lake;
    }

    [Fact]
    public async Task Gold_that_does_not_agree_is_not_published_and_the_ledger_says_why()
    {
        await using var lake = await OpenAsync();
        lake.Project.Write("models/gold/steps/traded.sql", "{{ config(materialized='temp') }} select 'AIG' as instrument, 1000 as total");
        var before = await RunTables.SnapshotsAsync(lake.Lake);
        var result = await lake.Commands().RunAsync(monday, ["+restatements"], [], null, CancellationToken.None);
        Assert.Equal(["2026-09-21 marks AIG: mark 1000.0000000000, limit 100.0000000000"], result.Differences);
        Assert.False(result.Succeeded);
        Assert.Empty(RunTables.Changed(before, await RunTables.SnapshotsAsync(lake.Lake)));
        var run = Assert.Single(await lake.Lake.Ledger.ListRunsAsync("run", monday, 9, CancellationToken.None));
        Assert.Equal(("failed", "2026-09-21 marks AIG: mark 1000.0000000000, limit 100.0000000000"), (run.Status, run.Error));
    }

    [Fact]
    public async Task Gold_whose_silver_is_not_what_the_source_sent_is_not_published()
    {
        await using var lake = await OpenAsync();
        lake.SaySent(monday, sent: 2, late: 0, bought: (2, 31));
        var before = await RunTables.SnapshotsAsync(lake.Lake);
        var result = await lake.Commands().RunAsync(monday, ["restatements"], [], null, CancellationToken.None);
        Assert.Contains(result.Differences, d => d.Contains("cash paid, A1 USD", StringComparison.Ordinal));
        Assert.Empty(RunTables.Changed(before, await RunTables.SnapshotsAsync(lake.Lake)));
    }

    [Fact]
    public async Task Gold_that_agrees_is_published_with_its_reconciliation_and_silver_without()
    {
        await using var lake = await OpenAsync();
        var project = lake.Project.Load();
        Assert.Contains("gold.reconciliation", Planner.Plan(project, [monday], ["restatements"], [], []).Publication!.Tables);
        Assert.DoesNotContain("gold.reconciliation", Planner.Plan(project, [monday], ["marks"], [], []).Publication!.Tables);
        Assert.True((await lake.Commands().RunAsync(monday, ["restatements"], [], null, CancellationToken.None)).Succeeded);
    }
}
