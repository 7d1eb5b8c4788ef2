using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg;
using Dart.Lake.Orchestration.Reconciliation;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>reconcile</c>: counts, quantities, cash and PnL between source, bronze, silver, gold and the hot state.</summary>
static class ReconcileVerb
{
    public static Command Build(Composition composition)
    {
        var (dataDir, json, date) = (Flags.DataDir(composition.Settings), Flags.Json(), Flags.Date("Trade date"));
        date.Required = true;
        var verb = new Command("reconcile", "Compare a published day between source, bronze, silver, gold and the hot state") { date, dataDir, json };
        verb.SetAction(async (parsed, cancel) =>
        {
            await using var lake = await composition.OpenExistingAsync(parsed.GetValue(dataDir)!, cancel);
            await using var engine = composition.DuckDb(lake);
            await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), cancel);
            var day = parsed.GetValue(date)!.Value;
            var report = await new Reconciler(session).ReconcileAsync(day, SourceTotals.TryLoad(lake.DataDir, day), Sources.Before(lake.DataDir, day), cancel);
            Print(report, parsed.GetValue(json));
            return report.Ok ? 0 : 1;
        });
        return verb;
    }

    public static void Print(ReconcileReport report, bool json)
    {
        if (json)
        {
            ResultTable.Json(new { report.Date, report.Ok, report.Lines });
            return;
        }
        var result = new ResultTable("", "check", "subject", "left", "right", "left_value", "right_value", "difference", "ok", "says");
        foreach (var line in report.Lines)
            result.Add(line.Check, line.Subject, line.LeftName, line.RightName, line.Left, line.Right, line.Difference, line.Ok, line.Says);
        result.Print(json: false);
        Console.Out.WriteLine(report.Ok ? $"{report.Date:yyyy-MM-dd}: all reconciliations equal" : $"{report.Date:yyyy-MM-dd}: {report.Lines.Count(line => !line.Ok)} lines differ");
    }
}
