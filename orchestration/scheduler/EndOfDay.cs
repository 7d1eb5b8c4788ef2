using Dart.Lake.Lakehouse.Analysis;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration.Publications;
using Dart.Lake.Orchestration.Reconciliation;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>
/// The end of a day (docs/decisions, 0021): gate, tags of the inputs, silver, gold and their audits,
/// reconciliation, one publication with its tags and its ledger entry, report. Nothing is visible
/// before all of it agrees. It can be repeated: a run that would change nothing does nothing.
/// </summary>
public sealed class EndOfDay(
    Lake lake,
    RunTargets targets,
    Project project,
    SessionsOf sessions,
    PositionsOf positionsOf,
    EndOfDaySettings settings,
    IdSource ids,
    TimeProvider time,
    Func<TableAnalysis>? analysis = null)
{
    readonly RunEngine engine = targets.Asked(lake);

    /// <summary>What a run reads of one state of the catalog: bronze, and the acts that have released rows into it.</summary>
    static readonly TableIdent[] read = [.. Gate.BronzeTables, ActNumber.Table];

    /// <summary>So many days one publication takes.</summary>
    const int LongestRange = 400;

    static readonly TableIdent reference = TableIdent.Parse(Topics.Reference.Table), quarantine = TableIdent.Parse("silver.quarantine");

    /// <summary>Runs the chain for a day, and for those before it that were skipped.</summary>
    /// <inheritdoc cref="RunAsync(DaysAsked, IProgress{RunEvent}?, CancellationToken)"/>
    public Task<EndOfDayResult> RunAsync(DateOnly day, IProgress<RunEvent>? progress, CancellationToken cancel) =>
        RunAsync(new DaysAsked(day), progress, cancel);

    /// <summary>Runs the chain.</summary>
    /// <exception cref="LakeException">
    /// Unavailable: the gate's limit passed, or days were skipped and only one is asked for. Invalid: a model is wrong.
    /// Conflict: another run published meanwhile.
    /// </exception>
    public async Task<EndOfDayResult> RunAsync(DaysAsked asked, IProgress<RunEvent>? progress, CancellationToken cancel)
    {
        var day = asked.Day;
        if (!project.IsPlatform)
            throw LakeException.Invalid($"the end of a day is that of the project {Project.Platform}; build {project.Name} after it: dartlake run --date {day:yyyy-MM-dd} --project-dir {project.Folder}");
        var report = new RunReport($"{day:yyyyMMdd}-{ids.NewId():N}"[..17], day, lake.Ledger, progress, time);
        var run = new Run
        {
            RunId = report.RunId,
            Kind = PublicationBody.Kind,
            TradeDate = day,
            Status = Run.Running,
            StartedAt = time.GetUtcNow(),
        };
        await using var living = await LivingRun.BeginAsync(lake.Ledger, run, time, cancel);
        try
        {
            var result = await ChainAsync(asked, report, cancel);
            await lake.Ledger.SaveRunAsync(Ended(run, report, result), cancel);
            if (analysis is not null && result.Outcome == EndOfDayOutcome.Published)
                await new PublishedStatistics(analysis, settings.AnalysisLimit, time).MakeAsync(
                    report, () => lake.Ledger.SaveRunAsync(Ended(run, report, result), CancellationToken.None), cancel);
            return result;
        }
        catch (Exception e)
        {
            await lake.Ledger.SaveRunAsync(report.Ended(run, "failed", [], RunReport.Why(e, cancel)), CancellationToken.None);
            throw;
        }
    }

    static Run Ended(Run run, RunReport report, EndOfDayResult result) => result.Outcome switch
    {
        EndOfDayOutcome.Published => report.Ended(run, "succeeded", result.Days.Select(d => d.Tag), null),
        EndOfDayOutcome.NothingToDo => report.Ended(run, "nothing to do", [], null),
        EndOfDayOutcome.AuditsFailed => report.Ended(run, "failed", [], RunReport.Failures(result.Audits.Where(a => a.Status == "fail"))),
        _ => report.Ended(run, "failed", [], string.Join("; ", result.Differences)),
    };

    async Task<EndOfDayResult> ChainAsync(DaysAsked asked, RunReport report, CancellationToken cancel)
    {
        var day = asked.Day;
        var published = await PublishedDays.ReadAsync(lake.Ledger, cancel);
        var last = published.Last is { } known && known > day ? known : day;
        var gate = new Gate(lake, engine, positionsOf, settings, time);
        var passed = await report.StageAsync(
            "gate",
            () => gate.WaitAsync(last, report.Say, cancel),
            p => (null, $"{p.Cut.Count} positions"),
            cancel);
        if (!passed.FromHotJob)
            report.Remark($"the hot job has not cut {last:yyyy-MM-dd}; V is where bronze is now");
        var wanted = await WantedAsync(asked, published, passed.Cut, report, cancel);
        var (days, late, departed) = await ChooseAsync(wanted, published, passed.Cut, cancel);
        DepartedDay.Told(departed).ToList().ForEach(line => report.Remark($"{line}; it is built again"));
        if (days.Count == 0)
            return await StaleAsync(day, published.Find(day)!, report, cancel);
        foreach (var skipped in days.Where(d => passed.FromHotJob && d != last && published.Find(d) is null))
            await gate.TellUncutAsync(skipped, report.Remark, cancel);
        var built = days.Select(d => Built(d, published, late)).ToList();
        var inputs = await report.StageAsync(
            "inputs",
            () => TagInputsAsync(report.RunId, cancel),
            tables => (null, $"{tables.Count} tables tagged {LakeNames.InputTag(report.RunId)}"),
            cancel);
        (report.Inputs, report.Models) = (Snapshots(inputs), Fingerprints());
        var plan = Planner.Plan(project, days, [], [], [.. built.Select(b => b.Tag)]);
        await LeftStaging.SweepAsync(lake, targets, time, report.Remark, cancel);
        await using var run = new ModelRun(lake, targets, new()
        {
            Project = project,
            RunId = report.RunId,
            Days = days,
            Cut = passed.Cut,
            Inputs = inputs,
            Sessions = sessions,
            FirmCurrency = settings.FirmCurrency,
            CalendarVersion = settings.CalendarVersion,
        }, plan, time);
        await run.OpenAsync(cancel);
        var acts = ActNumber.Of(inputs.GetValueOrDefault(ActNumber.Table));
        report.Late = await Late(inputs).CountAsync(day, passed.Cut, acts, now: null, cancel);
        var executed = await ExecuteAsync(run, report, cancel);
        if (!executed.Succeeded)
            return report.Result(EndOfDayOutcome.AuditsFailed, built);
        report.Quality = await DayQuality.ReadAsync(project, run.QueryAsync, run.Dialect, days, cancel);
        report.Differences = await report.StageAsync(
            "reconciliation",
            () => new GoldAgreement(lake, project).DifferencesAsync(run, days, last, report.Remark, cancel),
            d => (d.Count, $"{d.Count} differences"),
            cancel);
        await TellNotKnownToHotAsync(run, days, report, cancel);
        if (report.Differences.Count > 0)
            return report.Result(EndOfDayOutcome.NotReconciled, built) with { Differences = report.Differences };
        return await PublishAsync(run, Body(built, passed.Cut, inputs), report, cancel)
            ? report.Result(EndOfDayOutcome.Published, built)
            : report.Result(EndOfDayOutcome.NothingToDo, []);
    }

    static async Task<RunResult> ExecuteAsync(ModelRun run, RunReport report, CancellationToken cancel)
    {
        var executed = await run.ExecuteAsync(report, cancel);
        report.Add(executed);
        await report.SaveStagesAsync(cancel);
        return executed;
    }

    PublicationBody Body(
        IReadOnlyList<BuiltDay> built, IReadOnlyList<LogPosition> cut, IReadOnlyDictionary<TableIdent, Table> inputs) => new(
            [.. built.Select(b => new PublishedDay(b.Date, b.Tag, DayManifest.Find(lake.DataDir, b.Date) is not null))],
            cut,
            Snapshots(inputs),
            Fingerprints(),
            settings.FirmCurrency,
            settings.CalendarVersion,
            ActNumber.Of(inputs.GetValueOrDefault(ActNumber.Table)));

    static BuiltDay Built(DateOnly day, PublishedDays published, Dictionary<DateOnly, IReadOnlyDictionary<string, long>> late) =>
        new(day, published.NextTag(day), published.Find(day) is not null, late.GetValueOrDefault(day) ?? new Dictionary<string, long>());

    /// <summary>False: another run that did the same was first; nothing of this one is visible, and nothing is left to do.</summary>
    async Task<bool> PublishAsync(ModelRun run, PublicationBody body, RunReport report, CancellationToken cancel)
    {
        var publication = new PublicationRequest(
            PublicationBody.Kind, body.ToJson(), Intervals([.. body.Days.Select(d => d.Date)], report.RunId));
        try
        {
            report.Published = await report.StageAsync(
                "publication",
                () => run.PublishAsync(publication, cancel),
                tables => (null, $"{tables.Count} tables as {string.Join(", ", body.Days.Select(d => d.Tag))}"),
                cancel);
            return true;
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict)
        {
            var published = await PublishedDays.ReadAsync(lake.Ledger, cancel);
            if ((await ChooseAsync([.. body.Days.Select(d => d.Date)], published, body.Cut, cancel)).Days.Count > 0)
                throw;
            report.Remark($"another run published {report.Day:yyyy-MM-dd} while this one went on; nothing of this one is visible");
            return false;
        }
    }

    /// <summary>Nothing is to be done; what came after the day's publication is told all the same.</summary>
    async Task<EndOfDayResult> StaleAsync(DateOnly day, PublicationBody published, RunReport report, CancellationToken cancel)
    {
        var bronze = await lake.Catalog.LoadAllAsync(read, cancel);
        report.Late = await Late(bronze).CountAsync(day, published.Cut, published.Acts, now: null, cancel);
        return report.Result(EndOfDayOutcome.NothingToDo, [], published.Days.First(d => d.Date == day).Tag);
    }

    /// <summary>What a run is to build: days, late events by day, and what tables have lost.</summary>
    sealed record Chosen(
        IReadOnlyList<DateOnly> Days, Dictionary<DateOnly, IReadOnlyDictionary<string, long>> Late, IReadOnlyList<DepartedDay> Departed);

    /// <summary>The days asked for, and those before them that were skipped; days without an event are named.</summary>
    async Task<IReadOnlyList<DateOnly>> WantedAsync(
        DaysAsked asked, PublishedDays published, IReadOnlyList<LogPosition> cut, RunReport report, CancellationToken cancel)
    {
        var bronze = await lake.Catalog.LoadAllAsync(Gate.BronzeTables, cancel);
        var skipped = new SkippedDays(lake, engine, sessions, [.. bronze.Values.Where(t => t.Metadata.CurrentSnapshotId is not null)]);
        var found = await skipped.FindAsync(published.Days, asked.Day, cut, cancel);
        var range = asked.From is { } from ? skipped.TradingDays(from, asked.Day) : [];
        if (range.Count > LongestRange)
            throw LakeException.Invalid(
                $"--from --to are {range.Count} trading days, one publication takes {LongestRange}; ask for parts, the oldest first");
        var before = found.Days.Except(range).ToList();
        var never = $"{SkippedDays.Listed(before)} {(before.Count == 1 ? "has events and was" : "have events and were")} never published";
        if (asked.Only && before.Count > 0)
            throw LakeException.Unavailable(
                $"{never}: {asked.Day:yyyy-MM-dd} would begin with the positions of before; run eod without --only, which builds them first");
        if (before.Count > 0)
            report.Remark($"{never}: built first");
        var doubtful = found.Doubtful.Except(range).ToList();
        if (doubtful.Count > 0)
            report.Remark($"{SkippedDays.Listed(doubtful)}: nothing but events that their source knew more than seven days away; not built");
        var empty = skipped.Between(published.Days, asked.Day).Except([.. range, .. found.Days, .. found.Doubtful]).ToList();
        if (empty.Count > 0)
            report.Remark($"{SkippedDays.Listed(empty)}: no event; not built (eod --from --to publishes a day that is empty)");
        return [.. before, .. range, asked.Day];
    }

    async Task<Chosen> ChooseAsync(
        IReadOnlyCollection<DateOnly> wanted, PublishedDays published, IReadOnlyList<LogPosition> cut, CancellationToken cancel)
    {
        var late = new Dictionary<DateOnly, IReadOnlyDictionary<string, long>>();
        var tables = await lake.Catalog.LoadAllAsync(read, cancel);
        var events = Late(tables);
        foreach (var known in published.Days)
            if (published.Find(known)! is var body
                && await events.CountAsync(known, body.Cut, body.Acts, cut, cancel) is { Count: > 0 } counts)
                late.Add(known, counts);
        foreach (var (known, count) in await LateReferencesAsync(tables, published, cut, cancel))
            late[known] = new Dictionary<string, long>(late.GetValueOrDefault(known) ?? new Dictionary<string, long>())
            {
                [Topics.Reference.Table] = count,
            };
        var tablesOfDays = new PublishedTables(lake, engine.Dialect, engine.Rows, engine.Reader);
        var departed = (await tablesOfDays.CompareAsync(published, day: null, cancel)).Departed;
        var models = Fingerprints();
        var stale = late.Keys.Union(departed.Select(d => d.Date)).ToList();
        return new(DayChoice.Choose(wanted, published.Days, stale, known => Stands(published.Find(known)!)), late, departed);

        bool Stands(PublicationBody body) =>
            body.FirmCurrency == settings.FirmCurrency && body.CalendarVersion == settings.CalendarVersion
            && body.Models.Count == models.Count && body.Models.All(m => models.GetValueOrDefault(m.Key) == m.Value);
    }

    LateEvents Late(IReadOnlyDictionary<TableIdent, Table> bronze) =>
        new(
            lake, engine, sessions, positionsOf,
            [.. bronze.Values.Where(t => t.Ident != ActNumber.Table && t.Ident != reference && t.Metadata.CurrentSnapshotId is not null)],
            bronze.GetValueOrDefault(ActNumber.Table));

    async Task<IReadOnlyDictionary<DateOnly, long>> LateReferencesAsync(
        IReadOnlyDictionary<TableIdent, Table> bronze, PublishedDays published, IReadOnlyList<LogPosition> now, CancellationToken cancel) =>
        bronze.GetValueOrDefault(reference) is { Metadata.CurrentSnapshotId: not null } table
            ? await new LateReferences(
                lake,
                engine,
                sessions,
                table,
                await lake.Catalog.TryLoadAsync(quarantine, cancel),
                bronze.GetValueOrDefault(ActNumber.Table)).CountAsync(published, now, cancel)
            : new Dictionary<DateOnly, long>();

    async Task<IReadOnlyDictionary<TableIdent, Table>> TagInputsAsync(string runId, CancellationToken cancel)
    {
        var tables = await lake.Catalog.LoadAllAsync(read, cancel);
        var tagged = tables.Values.Where(t => t.Metadata.CurrentSnapshotId is not null).OrderBy(t => t.Ident)
            .Select(t => new TableChange(t.Ident, _ => new TableIntent { Tags = [LakeNames.InputTag(runId)] })).ToList();
        var committed = tagged.Count == 0 ? [] : await lake.Catalog.CommitAsync(tagged, null, cancel);
        return tables.Values.Concat(committed).GroupBy(t => t.Ident).ToDictionary(g => g.Key, g => g.Last());
    }

    /// <summary>What the hot job could not know at its cut, a remark a day and reference record.</summary>
    async Task TellNotKnownToHotAsync(ModelRun run, IReadOnlyList<DateOnly> days, RunReport report, CancellationToken cancel)
    {
        if (!project.HasModel("reconciliation"))
            return;
        foreach (var row in await run.QueryAsync($"""
            select trade_date, left_name, count(*) filter (where right_name like '%ACCOUNT'), count(*) filter (where right_name like '%POSITION'), min(subject)
            from gold.reconciliation where check_name = '{HotKnowledge.Check}' and trade_date in ({string.Join(", ", days.Select(d => $"date '{d:yyyy-MM-dd}'"))})
            group by trade_date, left_name order by 1, 2 limit 20
            """, cancel))
            report.Remark($"{row[0]:yyyy-MM-dd}: {row[1]} came after the hot job's cut: {row[2]} accounts and {row[3]} positions, the first {row[4]}, were not known to hot and are not compared with it");
    }

    internal static Dictionary<string, long> Snapshots(IReadOnlyDictionary<TableIdent, Table> inputs) => inputs.Values
        .Where(t => t.Metadata.CurrentSnapshotId is not null).OrderBy(t => t.Ident)
        .ToDictionary(t => t.Ident.ToString(), t => t.Metadata.CurrentSnapshotId!.Value);

    IReadOnlyDictionary<string, string> Fingerprints() => project.Fingerprints;

    List<Interval> Intervals(IReadOnlyList<DateOnly> days, string runId) =>
        [.. days.SelectMany(day => Fingerprints().Select(model => new Interval(model.Key, day, runId, model.Value, time.GetUtcNow())))];
}
