using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Orchestration.Publications;
using Dart.Lake.Sql.Compiling;
using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>Models by hand, outside of the end of a day: a selection of them, for one day that was published.</summary>
public sealed class ModelCommands(
    Lake lake,
    RunTargets targets,
    Project project,
    SessionsOf sessions,
    EndOfDaySettings settings,
    IdSource ids,
    TimeProvider time)
{
    const string Kind = "run";

    /// <summary>
    /// Executes the plan of the selected models of a day, from the rows before its V. Its one commit has no tag: tags are the end of day's.
    /// Gold is reconciled before, as by the end of the day; what differs is in the answer, and nothing is published.
    /// </summary>
    /// <exception cref="LakeException">Invalid: the day was never published, a selector selects nothing, or a model is wrong.</exception>
    public async Task<RunResult> RunAsync(
        DateOnly day,
        IReadOnlyList<string> select,
        IReadOnlyList<string> exclude,
        IProgress<RunEvent>? progress,
        CancellationToken cancel)
    {
        var plan = Planner.Plan(project, [day], select, exclude, []);
        var published = await PublishedAsync(lake, day, cancel);
        var request = await RequestAsync(day, [day], published, cancel);
        var ledger = new Run { RunId = request.RunId, Kind = Kind, TradeDate = day, Status = Run.Running, StartedAt = time.GetUtcNow() };
        await using var living = await LivingRun.BeginAsync(lake.Ledger, ledger, time, cancel);
        var report = new RunReport(request.RunId, day, lake.Ledger, progress, time)
        {
            Inputs = EndOfDay.Snapshots(request.Inputs),
            Models = plan.Stages.OfType<BuildStage>()
                .ToDictionary(s => NameOf(s.Model), s => project.Fingerprints[s.Model], StringComparer.Ordinal),
        };
        try
        {
            await LeftStaging.SweepAsync(lake, targets, time, report.Remark, cancel);
            await using var run = new ModelRun(lake, targets, request, plan, time);
            await run.OpenAsync(cancel);
            var result = await ExecuteAsync(run, plan, published, report, cancel);
            if (result.Succeeded)
            {
                var intervals = report.Models.Select(m => new Interval(m.Key, day, request.RunId, m.Value, time.GetUtcNow()));
                await run.PublishAsync(new(Kind, JsonSerializer.Serialize(new { day, select, exclude }), [.. intervals]), cancel);
            }
            var ended = result.Succeeded
                ? report.Ended(ledger, "succeeded", [], null)
                : report.Ended(ledger, "failed", [], Why(result));
            await lake.Ledger.SaveRunAsync(ended, cancel);
            return result;
        }
        catch (Exception e)
        {
            await lake.Ledger.SaveRunAsync(report.Ended(ledger, "failed", [], RunReport.Why(e, cancel)), CancellationToken.None);
            throw;
        }
    }

    static string Why(RunResult result) =>
        result.Failed.Any() ? RunReport.Failures(result.Failed) : string.Join("; ", result.Differences);

    /// <summary>The ledger knows a model of another project by that project's name, too.</summary>
    string NameOf(string model) => project.IsPlatform ? model : $"{project.Name}.{model}";

    async Task<RunResult> ExecuteAsync(ModelRun run, Plan plan, PublicationBody published, RunReport report, CancellationToken cancel)
    {
        var result = await run.ExecuteAsync(report, cancel);
        report.Add(result);
        await report.SaveStagesAsync(cancel);
        if (!result.Succeeded || !plan.Stages.OfType<BuildStage>().Any(s => project.IsGold(s.Model)))
            return result;
        report.Differences = await report.StageAsync(
            "reconciliation",
            () => new GoldAgreement(lake, project)
                .DifferencesAsync(run, [report.Day], published.Days.Max(d => d.Date), report.Remark, cancel),
            d => (d.Count, $"{d.Count} differences"),
            cancel);
        return result with { Differences = report.Differences };
    }

    /// <summary>Audits what is published of a day; nothing is written.</summary>
    public async Task<RunResult> TestAsync(
        DateOnly day,
        IReadOnlyList<string> select,
        IReadOnlyList<string> exclude,
        IProgress<RunEvent>? progress,
        CancellationToken cancel)
    {
        var plan = Planner.Audit(project, day, select, exclude);
        await using var run = new ModelRun(
            lake, targets, await RequestAsync(day, [], await PublishedAsync(lake, day, cancel), cancel), plan, time);
        await run.OpenAsync(cancel);
        return await run.ExecuteAsync(progress, cancel, toTheEnd: true);
    }

    /// <exception cref="LakeException">Invalid: the day was never published.</exception>
    internal static async Task<PublicationBody> PublishedAsync(Lake lake, DateOnly day, CancellationToken cancel) =>
        (await PublishedDays.ReadAsync(lake.Ledger, cancel)).Find(day)
            ?? throw LakeException.Invalid($"{day:yyyy-MM-dd} was never published; run `dartlake eod --date {day:yyyy-MM-dd}` first");

    async Task<RunRequest> RequestAsync(
        DateOnly day, IReadOnlyList<DateOnly> days, PublicationBody published, CancellationToken cancel) => new()
        {
            Project = project,
            RunId = $"{day:yyyyMMdd}-{ids.NewId():N}"[..17],
            Days = days,
            Around = day,
            Cut = published.Cut,
            Inputs = await lake.Catalog.LoadAllAsync(Gate.BronzeTables, cancel),
            Sessions = sessions,
            FirmCurrency = settings.FirmCurrency,
            CalendarVersion = settings.CalendarVersion,
        };
}
