using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Orchestration;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>eod</c>: the end of a day by hand.</summary>
static class EodVerb
{
    public static Command Build(Composition composition)
    {
        var date = Flags.Date("Trade date");
        date.Required = true;
        var noHot = new Option<bool>("--without-hot") { Description = "Take bronze's positions when no hot job has cut the day" };
        var verb = new Command("eod", "Build, audit, reconcile and publish a day: one commit, one tag") { date, noHot };
        var flags = new ModelFlags(composition.Settings).On(verb);
        return verb.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var day = Flags.TradingDay(parsed.GetValue(date)!.Value);
            var project = flags.Load(parsed);
            await using var engine = composition.DuckDb(lake, project.SeedFolders);
            await using var session = engine.OpenSession();
            var result = await EndOfDayFactory.Create(
                composition, lake, session, project, needsHotClose: !parsed.GetValue(noHot), flags.TimeoutSeconds(parsed))
                .RunAsync(day, json ? null : new EndOfDayText.Lines(), cancel);
            EndOfDayText.Print(result, json);
            return result.Outcome is EndOfDayOutcome.Published or EndOfDayOutcome.NothingToDo
                ? 0
                : Failure.Say($"{EndOfDayText.Outcome(result)}; 'dartlake runs show {result.RunId}' lists why");
        });
    }
}
