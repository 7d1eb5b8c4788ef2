using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Orchestration;
using Dart.Lake.Orchestration.Reconciliation;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>reconcile</c>: counts, quantities, cash and PnL between source, bronze, silver, gold and the hot state.</summary>
static class ReconcileVerb
{
    public static Command Build(Composition composition)
    {
        var date = Flags.Date("Trade date");
        date.Required = true;
        return new Command("reconcile", "Compare a published day between source, bronze, silver, gold and the hot state; of one that was never published say why") { date }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var day = Flags.TradingDay(parsed.GetValue(date)!.Value);
            if (await FailedDay.FindAsync(lake, day, cancel) is { } failed)
                return Explain(day, failed, json);
            await using var engine = composition.DuckDb(lake);
            var report = await Reconciler.PublishedAsync(lake, engine, day, cancel);
            ReconcileText.Print(report, json);
            LeftOutText.Print(report.LeftOut.Values);
            if (report.Ok)
                return 0;
            if (!report.Differing.Any())
                return Failure.Say($"reconcile finds no difference, and could not compare everything, the first: {report.Unread.First().Says}");
            return Failure.Say(report.Differing.Count() is 1
                ? $"reconcile finds a difference: {report.Differing.First()}"
                : $"reconcile finds {report.Differing.Count()} differences, the first: {report.Differing.First()}");
        });
    }

    /// <summary>A day that was never published: what the run found that should have published it.</summary>
    static int Explain(DateOnly day, FailedDay failed, bool json)
    {
        if (json)
            Json.Print(new { Date = day, Ok = false, failed.Run.RunId, failed.Run.Error, failed.Findings });
        else
            foreach (var line in failed.Findings.Lines().DefaultIfEmpty(failed.Run.Error ?? "the run ended without a word"))
                Screen.Line(line);
        var run = failed.Run;
        return Failure.Say($"{day:yyyy-MM-dd} was never published: run {run.RunId} "
            + (run.Status == Run.Killed ? $"was killed: {run.Error}; run eod again" : $"failed, {run.Error}; mend it, then run eod again"));
    }
}
