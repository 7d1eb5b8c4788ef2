using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Orchestration;
using Dart.Lake.Orchestration.Exports;
using Dart.Lake.Sql.Execution;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>run</c>, <c>test</c>, <c>plan</c> and <c>dbt</c>: models of a published day, by hand.</summary>
static class ModelVerbs
{
    delegate Task<RunResult> Work(
        ModelCommands commands,
        DateOnly day,
        IReadOnlyList<string> select,
        IReadOnlyList<string> exclude,
        IProgress<RunEvent>? progress,
        CancellationToken cancel);

    public static Command Run(Composition composition) => Build(
        composition, "run", "Build models of a published day again and publish them in one commit, without a tag",
        (commands, day, select, exclude, progress, cancel) => commands.RunAsync(day, select, exclude, progress, cancel));

    public static Command Test(Composition composition) => Build(composition, "test", "Audit models of a published day; nothing is written",
        (commands, day, select, exclude, progress, cancel) => commands.TestAsync(day, select, exclude, progress, cancel));

    /// <summary>Prints what a run would do, and refuses what a run would.</summary>
    public static Command Plan(Composition composition)
    {
        var (date, select, exclude) = (Date(), Selectors("--select"), Selectors("--exclude"));
        var (json, dataDir) = (Flags.Json(), Flags.DataDir(composition.Settings));
        var verb = new Command("plan", "Print what 'run' would do, and refuse what it would") { date, select, exclude, json, dataDir };
        var flags = new ModelFlags(composition.Settings).On(verb, asks: false);
        verb.SetAction(async (parsed, cancel) =>
        {
            var (models, day) = (flags.Load(parsed), parsed.GetValue(date)!.Value);
            var plan = Planner.Plan(models, [day], parsed.GetValue(select)!, parsed.GetValue(exclude)!, []);
            await using var lake = parsed.GetResult(dataDir) is { Implicit: false }
                ? await composition.OpenExistingAsync(parsed.GetValue(dataDir)!, cancel)
                : await composition.TryOpenAsync(parsed.GetValue(dataDir)!, cancel);
            await using var targets = OpenTargets.Open(composition, flags.Target(parsed));
            await RefuseAsync(composition, models, lake, targets, day, plan, cancel);
            if (parsed.GetValue(json))
                Json.Print(plan.Stages.Select(Described));
            else
                foreach (var line in plan.Stages.Count == 0 ? ["nothing to do: what is selected and not excluded is no model"] : $"{plan}".Split('\n'))
                    Screen.Line(line);
            return 0;
        });
        return verb;
    }

    /// <summary>By the engines that would build, over the lake; else in a lake that is thrown away.</summary>
    static async Task RefuseAsync(
        Composition composition, Project models, Lake? lake, OpenTargets targets, DateOnly day, Plan plan, CancellationToken cancel)
    {
        if (targets.Layers.Count > 0 && lake is not null)
        {
            await using var duckDb = RunDuckDb.Of(composition, lake, models.SeedFolders);
            await EndOfDayFactory.TargetCheck(composition, models)
                .RefuseAsync(lake, EndOfDayFactory.Targets(composition, lake, duckDb, null, targets), day, plan, cancel);
            return;
        }
        if (targets.Layers.Count > 0)
            Failure.Note("no other engine was asked: they see a lake's tables only; add --data-dir");
        var folder = Directory.CreateTempSubdirectory("dartlake-plan-").FullName;
        try
        {
            await using var scratch = await composition.OpenScratchAsync(folder, cancel);
            await using var engine = composition.DuckDb(scratch, models.SeedFolders);
            await using var session = engine.OpenSession();
            var check = EndOfDayFactory.Check(composition, scratch, session, models);
            var unknown = await check.RefuseAsync(lake, day, plan, cancel);
            if (unknown.Count > 0)
                Failure.Note($"no SQL was checked: only a lake knows the columns of {string.Join(", ", unknown)}; add --data-dir");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static object Described(PlanStage stage) => stage switch
    {
        BringStage bring => new { Step = "bring", bring.Day, bring.Table },
        BuildStage build => new { Step = "build", build.Day, build.Model, build.Materialization, build.Table, build.Engine },
        AuditStage audit => new { Step = "audit", audit.Day, audit.Subject, audit.Audits },
        PublishStage publish => new { Step = "publish", publish.Tables, publish.Tags },
        _ => throw LakeException.Bug($"a stage that is not known here: {stage}"),
    };

    static Command Build(Composition composition, string name, string description, Work work)
    {
        var (date, select, exclude) = (Date(), Selectors("--select"), Selectors("--exclude"));
        var verb = new Command(name, description) { date, select, exclude };
        var flags = new ModelFlags(composition.Settings).On(verb);
        return verb.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var project = flags.Load(parsed);
            await using var duckDb = RunDuckDb.Of(composition, lake, project.SeedFolders);
            await using var targets = OpenTargets.Open(composition, flags.Target(parsed));
            var commands = EndOfDayFactory.Commands(composition, lake, duckDb, project, flags.TimeoutSeconds(parsed), targets);
            var result = await work(
                commands,
                parsed.GetValue(date)!.Value,
                parsed.GetValue(select)!,
                parsed.GetValue(exclude)!,
                json ? null : new EndOfDayText.Lines(),
                cancel);
            var table = new ResultTable("", "day", "subject", "audit", "status", "failures");
            foreach (var audit in result.Audits)
                table.Add(audit.Day, audit.Subject, audit.Audit, audit.Status, audit.Failures);
            table.Print(json);
            return result.Failed.FirstOrDefault() is { } first
                ? Failure.Say($"{result.Failed.Count()} audits failed, the first: {first.Audit} of {first.Subject}, {first.Failures} rows")
                : result.Differences is [var difference, ..]
                ? Failure.Say($"gold does not agree in {result.Differences.Count} things, and nothing is published; the first: {difference}")
                : 0;
        });
    }

    /// <summary><c>dbt</c>: the models for dbt itself.</summary>
    public static Command Dbt(Composition composition) =>
        new("dbt", "The models and a published day for dbt itself") { Export(composition) };

    static Command Export(Composition composition)
    {
        var to = new Argument<string>("to") { Description = "A folder that is not there yet, or empty" };
        var (date, timeout) = (Date(), Flags.Timeout(composition.Settings));
        var verb = new Command("export", "Write a published day's inputs and the models into a folder in which dbt builds them")
        {
            to, date, timeout,
        };
        return verb.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            if (string.IsNullOrWhiteSpace(parsed.GetValue(to)))
                throw LakeException.Invalid("an export needs a folder: dartlake dbt export FOLDER --date YYYY-MM-DD");
            var (folder, day) = (ExportFolder.Of(parsed.GetValue(to)!, lake.DataDir), parsed.GetValue(date)!.Value);
            var project = EndOfDayFactory.LoadProject(null, null);
            await using var engine = composition.DuckDb(lake, [.. project.SeedFolders, folder.Draft]);
            await using var session = engine.OpenSession();
            var export = EndOfDayFactory.Export(composition, lake, session, project, parsed.GetValue(timeout));
            ExportText.Print(await export.WriteAsync(day, folder, cancel), day, folder.Path, json);
            return 0;
        });
    }

    static Option<DateOnly?> Date()
    {
        var date = Flags.Date("Trade date");
        date.Required = true;
        return date;
    }

    static Option<string[]> Selectors(string name) => new(name)
    {
        Description = "Models: name, +name, name+, tag:x, path:x; several add up, a comma intersects",
        HelpName = "SELECTOR",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };
}
