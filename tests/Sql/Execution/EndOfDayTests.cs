using System.Text.Json;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration;
using Dart.Lake.Sql.Execution;
using Microsoft.Extensions.Logging.Abstractions;
using static Dart.Lake.Sql.Tests.Execution.LakeFixture;

namespace Dart.Lake.Sql.Tests.Execution;

public class EndOfDayTests
{
    static readonly DateOnly monday = new(2026, 9, 21), tuesday = new(2026, 9, 22), wednesday = new(2026, 9, 23);
    const string Marks = "select trade_date, instrument, cast(mark as varchar) from silver.marks order by all";

    static async Task<EndOfDayResult> Run(LakeFixture lake, DateOnly day, bool needsHotClose = true, Action? beforePublication = null) =>
        await lake
            .EndOfDay(needsHotClose)
            .RunAsync(day, beforePublication is null ? null : new BeforePublication(beforePublication), CancellationToken.None);

    /// <summary>Does something when all is reconciled and nothing is published.</summary>
    sealed class BeforePublication(Action act) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value.Layer == "reconciliation")
                act();
        }
    }

    [Fact]
    public async Task A_second_day_continues_the_first_and_late_events_restate_it_in_the_same_publication()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 20), new Trade("NEW", monday, 3, 5, "IBM"));
        await lake.CutAsync(monday);
        var first = await Run(lake, monday);
        Assert.Equal((EndOfDayOutcome.Published, "eod-2026-09-21"), (first.Outcome, Assert.Single(first.Days).Tag));
        Assert.Equal(3, first.Rows["silver.trades 2026-09-21"]);
        await BookedAsync(lake, first.RunId, "\"tags\":[\"eod-2026-09-21\"],\"rows\":{", lake.Project.Load().Fingerprints);
        Assert.Equal(["2026-09-21 AIG 30.000000", "2026-09-21 IBM 5.000000"], await lake.RowsAsync(Marks));

        // trade 2 is corrected a day later, trade 4 of Monday comes a day later
        await lake.AppendAsync(
            new Trade("CORRECT", tuesday, 12, 25, Ref: 2), new Trade("NEW", monday, 4, 1), new Trade("NEW", tuesday, 11, 100), new Trade("NEW", monday, 1, 10));
        await lake.CutAsync(tuesday);
        var second = await Run(lake, tuesday);
        Assert.Equal(EndOfDayOutcome.Published, second.Outcome);
        Assert.Equal([("eod-2026-09-21-r2", true, 2L), ("eod-2026-09-22", false, 0L)], second.Days.Select(d => (d.Tag, d.IsRestated, d.Late.GetValueOrDefault("bronze.trades"))));
        Assert.Equal(["2026-09-21 AIG 36.000000", "2026-09-21 IBM 5.000000", "2026-09-22 AIG 136.000000", "2026-09-22 IBM 5.000000"], await lake.RowsAsync(Marks));
        Assert.Equal(["2026-09-21 AIG 30.000000", "2026-09-21 IBM 5.000000"], await lake.RowsAsync(Marks, tag: "eod-2026-09-21"));
        Assert.Equal(["2026-09-21 AIG 30.00 36.00"], await lake.RowsAsync("select trade_date, account, cast(realised_before as varchar), cast(realised_after as varchar) from gold.restatements order by all"));

        // nothing new: nothing to do, and nothing changes
        var before = (await lake.Lake.Catalog.TryLoadAsync(new("silver", "marks"), CancellationToken.None))!.MetadataLocation;
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await Run(lake, tuesday)).Outcome);
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await Run(lake, monday)).Outcome);
        Assert.Equal(before, (await lake.Lake.Catalog.TryLoadAsync(new("silver", "marks"), CancellationToken.None))!.MetadataLocation);
    }

    [Fact]
    public async Task Rows_past_the_cut_are_late_and_told_and_not_in_the_day()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await lake.CutAsync(monday);
        await lake.AppendAsync(new Trade("NEW", monday, 2, 20), new Trade("NEW", monday, 3, 20), new Trade("NEW", tuesday, 4, 20));
        var result = await Run(lake, monday);
        Assert.Equal(["2026-09-21 AIG 10.000000"], await lake.RowsAsync(Marks));
        Assert.Equal(2, result.Late["bronze.trades"]);
        Assert.Contains("2026-09-21: 2 late events in bronze.trades, not in eod-2026-09-21", result.Remarks);
        var again = await Run(lake, monday);
        Assert.Equal((EndOfDayOutcome.NothingToDo, "2026-09-21: 2 late events in bronze.trades, not in eod-2026-09-21"), (again.Outcome, Assert.Single(again.Remarks)));
    }

    [Fact]
    public async Task Late_events_of_every_bronze_table_are_told_and_restate_their_day_and_what_came_again_is_neither()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await lake.AppendQuotesAsync((monday, 1, 10), (monday, 2, 11));
        await lake.CutAsync(monday);
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await lake.AppendQuotesAsync((monday, 2, 11), (monday, 3, 12), (tuesday, 4, 13));
        var first = await Run(lake, monday);
        Assert.Equal("bronze.market_data 1", string.Join(", ", first.Late.Select(l => $"{l.Key} {l.Value}")));
        Assert.Contains("2026-09-21: 1 late events in bronze.market_data, not in eod-2026-09-21", first.Remarks);

        await lake.CutAsync(tuesday);
        var second = await Run(lake, tuesday);
        Assert.Equal(["eod-2026-09-21-r2 bronze.market_data 1", "eod-2026-09-22 "], second.Days.Select(d => $"{d.Tag} {string.Join(", ", d.Late.Select(l => $"{l.Key} {l.Value}"))}"));
        Assert.Equal(EndOfDayOutcome.NothingToDo, (await Run(lake, tuesday)).Outcome);
    }

    [Fact]
    public async Task Rows_that_break_a_rule_go_to_quarantine_with_the_rule_and_the_rest_goes_on()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(
            new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 0), new Trade("NEW", monday, 3, 5, "ZZZ"), new Trade("NEW", monday, 4, 5, Side: "HOLD"));
        await lake.CutAsync(monday);
        Assert.Equal(EndOfDayOutcome.Published, (await Run(lake, monday)).Outcome);
        Assert.Equal(["1"], await lake.RowsAsync("select sequence from silver.trades"));
        Assert.Equal(
            ["silver.trades 2 price_in_range price is not between 0.000001 and 1000000 0.000000 1", "silver.trades 3 instrument_known instrument is not known in silver.instruments 5.000000 2", "silver.trades 4 side_known side is none of BUY, SELL 5.000000 3"],
            await lake.RowsAsync("select table_name, sequence, rule, reason, row_json->>'price', _offset from silver.quarantine order by sequence"));
    }

    [Fact]
    public async Task A_model_whose_rows_the_engine_splits_takes_those_that_were_released()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 2_000_000), new Trade("NEW", monday, 3, 2_000_000, "ZZZ"));
        await lake.CutAsync(monday);
        Assert.Equal(EndOfDayOutcome.Published, (await Run(lake, monday)).Outcome);
        Assert.Equal(["2 price_in_range", "3 price_in_range"], await lake.RowsAsync("select sequence, rule from silver.quarantine order by sequence"));
        await using var engine = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 1L << 28 });
        var office = new QuarantineOffice(lake.Lake, engine, TimeProvider.System, IdSource.System, NullLogger.Instance);
        Assert.Equal(2, (await office.ReleaseAsync(new(), new("ann", "confirmed"), CancellationToken.None)).Count);

        Assert.Equal(EndOfDayOutcome.Published, (await Run(lake, monday)).Outcome);
        Assert.Equal(["1", "2"], await lake.RowsAsync("select sequence from silver.trades order by sequence"));
        Assert.Equal(["3 instrument_known"], await lake.RowsAsync("select sequence, rule from silver.quarantine"));
        Assert.Equal("open", Assert.Single(await office.ListAsync(new(), 10, CancellationToken.None)).State);
    }

    [Fact]
    public async Task A_failing_audit_publishes_nothing_and_the_next_run_can()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 200));
        await lake.CutAsync(monday);
        lake.Project.Write("tests/prices.sql", "select * from {{ ref('trades') }} where price > 100");
        var failed = await Run(lake, monday);
        Assert.Equal(EndOfDayOutcome.AuditsFailed, failed.Outcome);
        Assert.Equal(("prices", 1L), failed.Audits.Where(a => a.Status == "fail").Select(a => (a.Audit, a.Failures)).Single());
        foreach (var table in new[] { "silver.trades", "silver.marks", "dq.results" })
            Assert.Equal(["0"], await lake.RowsAsync($"select count(*) from {table}"));
        Assert.Equal("failed", (await lake.Lake.Ledger.FindRunAsync(failed.RunId, CancellationToken.None))!.Status);
        Assert.Empty(await lake.Lake.Ledger.ListPublicationsAsync(null, null, CancellationToken.None));

        lake.Project.Write("tests/prices.sql", "{{ config(severity='warn') }} select * from {{ ref('trades') }} where price > 100");
        Assert.Equal(EndOfDayOutcome.Published, (await Run(lake, monday)).Outcome);
        Assert.Equal(["prices warn 1"], await lake.RowsAsync("select audit, status, failures from dq.results where status <> 'pass'"));
        Assert.Equal(["2"], await lake.RowsAsync("select count(*) from silver.trades"));
    }

    [Fact]
    public async Task A_run_that_failed_keeps_each_failing_row_and_each_difference_and_explains_a_day_that_was_never_published()
    {
        await using var lake = await OpenAsync();
        lake.Project.Write("tests/prices.sql", "select * from {{ ref('trades') }} where price > 100");
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 200));
        await lake.CutAsync(monday);
        Assert.Null(await FailedDay.FindAsync(lake.Lake, monday, CancellationToken.None));
        // a run of the next day fails because of the day before it
        await lake.AppendAsync(new Trade("NEW", tuesday, 3, 10));
        await lake.CutAsync(tuesday);
        await Run(lake, tuesday);
        foreach (var day in new[] { monday, tuesday })
        {
            var failed = (await FailedDay.FindAsync(lake.Lake, day, CancellationToken.None))!;
            Assert.Equal(tuesday, failed.Run.TradeDate);
            Assert.Collection(
                failed.Findings.Lines(),
                line => Assert.Equal("audit fail: 2026-09-21 tests/prices.sql prices: 1 rows", line),
                line => Assert.StartsWith($"  trades_raw[0]@1 of log {Log}, trade_date 2026-09-21, account A1, instrument AIG", line, StringComparison.Ordinal));
        }
        Assert.Null(await FailedDay.FindAsync(lake.Lake, wednesday, CancellationToken.None));

        lake.Project.Write("tests/prices.sql", "select * from {{ ref('trades') }} where price > 1000");
        lake.SaySent(monday, 2, 0, (2, 211));
        await Run(lake, monday);
        var findings = (await FailedDay.FindAsync(lake.Lake, monday, CancellationToken.None))!.Findings;
        Assert.Contains("difference: 2026-09-21 cash paid, A1 USD: source 211, silver.trades 210", findings.Lines());
        lake.SaySent(monday, 2, 0, (2, 210));
        await Run(lake, monday);
        Assert.Null(await FailedDay.FindAsync(lake.Lake, monday, CancellationToken.None));
    }

    [Theory]
    [InlineData(3, 2, 31, "2026-09-21 cash paid, A1 USD: source 31, silver.trades 30")]
    [InlineData(3, 3, 30, "2026-09-21 trades, A1 USD: source 3, silver.trades 2", "2026-09-21 quantity bought, A1 USD: source 3, silver.trades 2")]
    [InlineData(4, 2, 30, "2026-09-21 records sent, trades_raw: source 4, bronze.trades + dead letters + END_OF_DAY 3 (3 rows, 0 dead letters, 0 markers)")]
    public async Task A_day_that_is_not_what_its_source_sent_is_not_published(
        long sent, long trades, decimal paid, params string[] differences)
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 20), new Trade("NEW", monday, 3, 0));
        await lake.CutAsync(monday);
        lake.SaySent(monday, sent, 0, (trades, paid));
        var result = await Run(lake, monday);
        Assert.Equal((EndOfDayOutcome.NotReconciled, differences.Length), (result.Outcome, result.Differences.Count));
        Assert.Equal(differences, result.Differences);
        Assert.Equal(["0"], await lake.RowsAsync("select count(*) from silver.trades"));
        Assert.Empty(await lake.Lake.Ledger.ListPublicationsAsync(null, null, CancellationToken.None));

        lake.SaySent(monday, 3, 0, (2, 30));
        Assert.Equal(EndOfDayOutcome.Published, (await Run(lake, monday)).Outcome);
    }

    [Fact]
    public async Task A_day_without_a_manifest_or_a_cut_is_published_and_says_that_its_source_was_not_compared()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        var result = await Run(lake, monday, needsHotClose: false);
        Assert.Equal(EndOfDayOutcome.Published, result.Outcome);
        Assert.Contains("there is no manifest of 2026-09-21 in the data folder: the source is not compared", result.Remarks);
        await lake.AppendAsync(new Trade("NEW", tuesday, 2, 10));
        lake.SaySent(tuesday, 7, 0, (7, 7));
        result = await Run(lake, tuesday, needsHotClose: false);
        Assert.Contains("the hot job has not cut 2026-09-22: the source is not compared", result.Remarks);
    }

    [Fact]
    public async Task A_restated_day_is_compared_with_what_its_source_and_the_next_day_sent_of_it()
    {
        await using var lake = await OpenAsync();
        lake.SaySent(monday, 3, 1, (2, 30), joins: (1, 1));
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 20));
        await lake.CutAsync(monday);
        Assert.Equal(EndOfDayOutcome.Published, (await Run(lake, monday)).Outcome);

        // late for Monday, and corrected on Tuesday
        await lake.AppendAsync(new Trade("NEW", monday, 3, 1), new Trade("CORRECT", tuesday, 12, 25, Ref: 2), new Trade("NEW", tuesday, 11, 100));
        await lake.CutAsync(tuesday);
        lake.SaySent(tuesday, 2, 0, (1, 100), prior: new(monday, [Account((3, 35))]));
        var wrong = await Run(lake, tuesday);
        Assert.Equal(["2026-09-21 cash paid, A1 USD: source 35, silver.trades 36"], wrong.Differences);
        lake.SaySent(tuesday, 2, 0, (1, 100), prior: new(monday, [Account((3, 36))]));
        var right = await Run(lake, tuesday);
        Assert.Equal((EndOfDayOutcome.Published, 2), (right.Outcome, right.Days.Count));
    }

    [Fact]
    public async Task A_day_that_was_sent_again_into_the_same_log_is_published_and_a_lost_record_is_still_missed()
    {
        await using var lake = await OpenAsync();
        // the sending ends after two of four records, and begins again
        await lake.AppendAsync(
            new Trade("NEW", monday, 1, 10),
            new Trade("NEW", monday, 2, 20),
            new Trade("NEW", monday, 1, 10),
            new Trade("NEW", monday, 2, 20),
            new Trade("NEW", monday, 4, 40));
        await lake.CutAsync(monday);
        lake.SaySent(monday, 4, 0, (4, 100));
        var lost = await Run(lake, monday);
        Assert.Equal(EndOfDayOutcome.NotReconciled, lost.Outcome);
        Assert.Contains("2026-09-21 records sent, trades_raw: source 4, bronze.trades + dead letters + END_OF_DAY 3 (3 rows, 0 dead letters, 0 markers)", lost.Differences);
        lake.SaySent(monday, 3, 0, (3, 70));
        Assert.Equal(EndOfDayOutcome.Published, (await Run(lake, monday)).Outcome);
    }

    [Fact]
    public async Task A_run_that_dies_before_its_commit_leaves_nothing_visible_and_is_simply_repeated()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await lake.CutAsync(monday);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run(
            lake, monday, beforePublication: () => throw new InvalidOperationException("the process dies")));
        await lake.ReopenAsync();
        Assert.Equal(["0"], await lake.RowsAsync("select count(*) from silver.trades"));
        Assert.Equal(["0"], await lake.RowsAsync("select count(*) from silver.marks"));
        Assert.Equal("eod-2026-09-21", (await Run(lake, monday)).Days.Single().Tag);
        Assert.Equal(["2026-09-21 AIG 10.000000"], await lake.RowsAsync(Marks));
    }

    [Fact]
    public async Task Of_two_runs_of_a_day_at_once_the_second_finds_it_done()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await lake.CutAsync(monday);
        var second = await Run(lake, monday, beforePublication: () => Meanwhile(() => Run(lake, monday)));
        Assert.Equal(EndOfDayOutcome.NothingToDo, second.Outcome);
        Assert.Contains("another run published 2026-09-21 while this one went on; nothing of this one is visible", second.Remarks);
        Assert.Single(await lake.Lake.Ledger.ListPublicationsAsync(null, null, CancellationToken.None));
        Assert.Equal(["2026-09-21 AIG 10.000000"], await lake.RowsAsync(Marks));
    }

    [Fact]
    public async Task What_another_run_wrote_meanwhile_is_a_conflict_when_the_day_is_not_published_by_it()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await lake.CutAsync(monday);
        await Run(lake, monday);
        await lake.AppendAsync(new Trade("NEW", monday, 2, 5), new Trade("NEW", tuesday, 3, 1));
        await lake.CutAsync(tuesday);
        var error = await Assert.ThrowsAsync<LakeException>(() => Run(
            lake,
            tuesday,
            beforePublication: () => Meanwhile(() => lake.Commands().RunAsync(monday, ["marks"], [], null, CancellationToken.None))));
        Assert.Equal((LakeErrorKind.Conflict, "silver.marks was written by somebody else while the run went on; run it again"), (error.Kind, error.Message));
        Assert.Single(await lake.Lake.Ledger.ListPublicationsAsync("eod", null, CancellationToken.None));
        Assert.Equal(["eod-2026-09-21-r2", "eod-2026-09-22"], (await Run(lake, tuesday)).Days.Select(d => d.Tag));
    }

    /// <summary>Runs something else to its end, on another thread.</summary>
    static void Meanwhile(Func<Task> act)
    {
        using var succeeded = new ManualResetEventSlim();
        _ = Task.Run(async () =>
        {
            await act();
            succeeded.Set();
        });
        Assert.True(succeeded.Wait(TimeSpan.FromSeconds(60)), "the other run does not succeed");
    }

    [Fact]
    public async Task The_gate_says_what_it_waits_for_and_goes_on_without_a_hot_job_only_when_told()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        var error = await Assert.ThrowsAsync<LakeException>(() => Run(lake, monday));
        Assert.Equal((LakeErrorKind.Unavailable, "after 0 s the hot job has not cut 2026-09-21; see that `dartlake stream hot` runs and that the day's END_OF_DAY was sent"), (error.Kind, error.Message));
        var result = await Run(lake, monday, needsHotClose: false);
        Assert.Equal(EndOfDayOutcome.Published, result.Outcome);
        Assert.Contains("the hot job has not cut 2026-09-21; V is where bronze is now", result.Remarks);
    }

    [Fact]
    public async Task A_changed_model_rebuilds_the_day_and_all_days_after_it()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", tuesday, 2, 1));
        await lake.CutAsync(monday);
        await Run(lake, monday);
        await lake.CutAsync(tuesday);
        await Run(lake, tuesday);
        lake.Project.Write("models/gold/steps/traded.sql", "{{ config(materialized='temp') }} select instrument, sum(price) * 2 as total from {{ ref('trades') }} where trade_date = {{ run_day() }} group by 1");
        var result = await Run(lake, monday);
        Assert.Equal(["eod-2026-09-21-r2", "eod-2026-09-22-r2"], result.Days.Select(d => d.Tag));
        Assert.Equal(["2026-09-21 AIG 20.000000", "2026-09-22 AIG 22.000000"], await lake.RowsAsync(Marks));
    }

    [Theory]
    [InlineData("models/silver/marks.sql", "select {{ run_day() }} as trade_date, 'x' as instrument, 1.5::double as mark, 'PRINT' as mark_source, make_timestamptz(0) as mark_time, {{ run_day() }} as as_of", "models/silver/marks.sql:1 (2026-09-21): ", "mark is DOUBLE")]
    [InlineData("models/silver/marks.sql", "select date '2026-09-20' as trade_date, 'x' as instrument, 1 as mark, 'PRINT' as mark_source, make_timestamptz(0) as mark_time, {{ run_day() }} as as_of", "models/silver/marks.sql:1 (2026-09-21): ", "1 rows have another trade_date")]
    [InlineData("models/silver/marks.sql", "selec 1", "models/silver/marks.sql:1 (2026-09-21): ", "syntax error")]
    public async Task A_wrong_model_is_named_and_nothing_is_published(string path, string sql, string prefix, string part)
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10));
        await lake.CutAsync(monday);
        lake.Project.Write(path, sql);
        lake.Project.Write("models/gold/restatements.sql", "{{ config(enabled=false) }} select 1");
        var error = await Assert.ThrowsAsync<LakeException>(() => Run(lake, monday));
        Assert.StartsWith(prefix, error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Equal(["0"], await lake.RowsAsync("select count(*) from silver.trades"));
    }

    [Fact]
    public async Task A_published_day_is_audited_and_built_again_by_hand()
    {
        await using var lake = await OpenAsync();
        await lake.AppendAsync(new Trade("NEW", monday, 1, 10), new Trade("NEW", monday, 2, 200));
        await lake.CutAsync(monday);
        await Assert.ThrowsAsync<LakeException>(() => lake.Commands().TestAsync(monday, [], [], null, CancellationToken.None));
        await Run(lake, monday);
        Assert.Equal(["prices warn 1"], (await lake.Commands().TestAsync(monday, [], [], null, CancellationToken.None)).Audits
            .Where(a => a.Status != "pass")
            .Select(a => $"{a.Audit} {a.Status} {a.Failures}"));
        lake.Project.Write("tests/prices.sql", "select * from {{ ref('trades') }} where price > 100");
        Assert.False((await lake.Commands().TestAsync(monday, ["trades"], [], null, CancellationToken.None)).Succeeded);

        lake.Project.Write("models/gold/steps/traded.sql", "{{ config(materialized='temp') }} select instrument, sum(price) * 2 as total from {{ ref('trades') }} where trade_date = {{ run_day() }} group by 1");
        Assert.True((await lake.Commands().RunAsync(monday, ["traded", "marks"], [], null, CancellationToken.None)).Succeeded);
        var byHand = (await lake.Lake.Ledger.ListRunsAsync("run", monday, 1, CancellationToken.None)).Single();
        await BookedAsync(lake, byHand.RunId, "\"tags\":[],\"rows\":{\"silver.marks 2026-09-21\":", lake.Project.Load().Fingerprints.Where(m => m.Key is "traded" or "marks"));
        Assert.Equal(["2026-09-21 AIG 420.000000"], await lake.RowsAsync(Marks));
        Assert.Equal(["2026-09-21 AIG 210.000000"], await lake.RowsAsync(Marks, tag: "eod-2026-09-21"));
        Assert.Equal(["2"], await lake.RowsAsync("select count(*) from silver.trades"));
    }

    /// <summary>The ledger has the run with the snapshots that it read, the models that it built, its stages, and what came out.</summary>
    static async Task BookedAsync(LakeFixture lake, string runId, string outputs, IEnumerable<KeyValuePair<string, string>> models)
    {
        var run = (await lake.Lake.Ledger.FindRunAsync(runId, CancellationToken.None))!;
        var trades = (await lake.Lake.Catalog.TryLoadAsync(new("bronze", "trades"), CancellationToken.None))!;
        Assert.Equal("succeeded", run.Status);
        Assert.Null(await lake.Lake.Ledger.FindLeaseAsync($"run:{runId}", CancellationToken.None));
        Assert.Equal(trades.Metadata.CurrentSnapshotId, JsonSerializer.Deserialize<Dictionary<string, long>>(run.Inputs)!["bronze.trades"]);
        Assert.Equal(
            models.OrderBy(m => m.Key, StringComparer.Ordinal),
            JsonSerializer.Deserialize<Dictionary<string, string>>(run.Models)!.OrderBy(m => m.Key, StringComparer.Ordinal));
        Assert.StartsWith("{" + outputs, run.Outputs, StringComparison.Ordinal);
        var stages = await lake.Lake.Ledger.ListStagesAsync(runId, CancellationToken.None);
        Assert.Contains(stages, stage => stage.Name == "silver silver.marks 2026-09-21");
    }

    [Fact]
    public void Days_are_chosen_from_the_first_that_changes()
    {
        Assert.Equal([monday], DayChoice.Choose([monday], [], [], _ => false));
        Assert.Equal([tuesday], DayChoice.Choose([tuesday], [monday], [], _ => true));
        Assert.Equal([monday, tuesday, wednesday], DayChoice.Choose([wednesday], [monday, tuesday], [monday], _ => true));
        Assert.Equal([monday, tuesday], DayChoice.Choose([monday], [tuesday], [], _ => true));
        Assert.Empty(DayChoice.Choose([tuesday], [monday, tuesday], [], _ => true));
    }
}
