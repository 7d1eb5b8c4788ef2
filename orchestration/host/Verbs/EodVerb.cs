using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Orchestration;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>eod</c>: the end of a day by hand.</summary>
static class EodVerb
{
    public static Command Build(Composition composition)
    {
        var date = Flags.Date("Trade date");
        var from = Flags.Date("--from", "First day of a range: every trading day of it is published, with events or without; with --to");
        var to = Flags.Date("--to", "Last day of the range");
        var only = new Option<bool>("--only") { Description = "Refuse when days before it have events and were never published, instead of building them first" };
        var noHot = new Option<bool>("--without-hot") { Description = "Take bronze's positions when no hot job has cut the day" };
        var verb = new Command("eod", "Build, audit, reconcile and publish a day and those before it that were skipped: one commit, a tag a day")
        {
            date, from, to, only, noHot,
        };
        var flags = new ModelFlags(composition.Settings).On(verb);
        return verb.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var asked = Asked(parsed.GetValue(date), parsed.GetValue(from), parsed.GetValue(to)) with { Only = parsed.GetValue(only) };
            var project = flags.Load(parsed);
            await using var duckDb = RunDuckDb.Of(composition, lake, project.SeedFolders);
            await using var targets = OpenTargets.Open(composition, flags.Target(parsed));
            var result = await EndOfDayFactory.Create(
                composition, lake, duckDb, project, needsHotClose: !parsed.GetValue(noHot), flags.TimeoutSeconds(parsed), targets)
                .RunAsync(asked, json ? null : new EndOfDayText.Lines(), cancel);
            EndOfDayText.Print(result, json);
            return result.Outcome is EndOfDayOutcome.Published or EndOfDayOutcome.NothingToDo
                ? 0
                : Failure.Say($"{EndOfDayText.Outcome(result)}; 'dartlake runs show {result.RunId}' lists why");
        });
    }

    /// <exception cref="LakeException">Invalid: neither a day nor a range, or both, or one that ends before it begins.</exception>
    static DaysAsked Asked(DateOnly? date, DateOnly? from, DateOnly? to) => (date, from, to) switch
    {
        ({ } day, null, null) => new(Flags.TradingDay(day)),
        (null, { } first, { } last) when first > last =>
            throw LakeException.Invalid($"--from {first:yyyy-MM-dd} is after --to {last:yyyy-MM-dd}"),
        (null, { } first, { } last) => new(Flags.TradingDay(last)) { From = first },
        _ => throw LakeException.Invalid("eod wants --date, or --from and --to"),
    };
}
