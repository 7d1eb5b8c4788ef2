using Dart.Lake.Orchestration.Reconciliation;
using static Dart.Lake.Orchestration.Reconciliation.ReconcileLine;

namespace Dart.Lake.Host.Output;

/// <summary>What a reconciliation prints: every line, or a line per check.</summary>
static class ReconcileText
{
    public static void Print(ReconcileReport report, bool json)
    {
        if (json)
        {
            Json.Print(new { report.Date, report.Ok, report.Lines });
            return;
        }
        var result = new ResultTable("", "check", "subject", "ok", "difference", "left_value", "right_value", "left", "right", "says");
        foreach (var line in report.Lines)
            result.Add(
                line.Check,
                line.Subject,
                line.IsCompared ? line.Ok : "not compared",
                Plain(line.Difference),
                Plain(line.Left),
                Plain(line.Right),
                line.LeftName,
                line.RightName,
                line.Says);
        result.Print(json: false);
        PrintVerdict(report);
    }

    /// <summary>A line per check, and every line that differs.</summary>
    public static void PrintSummary(ReconcileReport report)
    {
        var result = new ResultTable("reconciliation", "check", "compared", "equal", "total");
        foreach (var check in report.Lines.GroupBy(line => (line.Check, Of: TableOf(report, line))))
            result.Add(check.Key.Check + check.Key.Of, check.Count(), check.Count(line => line.Ok), Plain(check.Sum(line => line.Left)));
        result.Print(json: false);
        foreach (var line in report.Differing)
            Screen.Line($"differs: {line}");
        PrintVerdict(report);
    }

    // checks of one name are told apart by what they compare with
    static string TableOf(ReconcileReport report, ReconcileLine line) =>
        report.Lines.Any(other => other.Check == line.Check && other.RightName != line.RightName) ? $", {line.RightName.Split(' ')[0]}" : "";

    static void PrintVerdict(ReconcileReport report)
    {
        foreach (var says in report.NotCompared.Select(line => line.Says).Distinct(StringComparer.Ordinal))
            Screen.Line($"not compared: {says}");
        Screen.Line(Verdict(report));
    }

    /// <summary>The whole in one line.</summary>
    public static string Verdict(ReconcileReport report)
    {
        var rest = report.NotCompared.Any() ? " that were compared" : "";
        return !report.Differing.Any() ? $"{report.Date:yyyy-MM-dd}: all reconciliations{rest} equal" : $"{report.Date:yyyy-MM-dd}: {report.Differing.Count()} lines differ";
    }
}
