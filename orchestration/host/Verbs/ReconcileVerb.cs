using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Orchestration.Reconciliation;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>reconcile</c>: counts, quantities, cash and PnL between source, bronze, silver, gold and the hot state.</summary>
static class ReconcileVerb
{
    public static Command Build(Composition composition)
    {
        var date = Flags.Date("Trade date");
        date.Required = true;
        return new Command("reconcile", "Compare a published day between source, bronze, silver, gold and the hot state") { date }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var day = Flags.TradingDay(parsed.GetValue(date)!.Value);
            await using var engine = composition.DuckDb(lake);
            var report = await Reconciler.PublishedAsync(lake, engine, day, cancel);
            ReconcileText.Print(report, json);
            LeftOutText.Print(report.LeftOut.Values);
            if (report.Ok)
                return 0;
            return Failure.Say($"reconcile finds {report.Differing.Count()} differences, the first: {report.Differing.First()}");
        });
    }
}
