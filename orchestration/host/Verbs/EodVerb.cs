using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Orchestration;
using Dart.Lake.Sql.Execution;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>eod</c>: the end of a day by hand.</summary>
static class EodVerb
{
    public static Command Build(Composition composition)
    {
        var date = Flags.Date("Trade date");
        date.Required = true;
        var project = Flags.ProjectDir();
        var noHot = new Option<bool>("--without-hot") { Description = "Take bronze's positions when no hot job has cut the day" };
        return new Command("eod", "Build, audit, reconcile and publish a day: one commit, one tag") { date, noHot, project }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var day = parsed.GetValue(date)!.Value;
            if (EndOfDayFactory.Sessions(day, day).Count == 0)
                throw LakeException.Invalid($"{day:yyyy-MM-dd} is no trading day of any venue; give another --date");
            await using var engine = composition.DuckDb(lake);
            await using var session = engine.OpenSession();
            var result = await EndOfDayFactory.Create(composition, lake, session, needsHotClose: !parsed.GetValue(noHot), parsed.GetValue(project))
                .RunAsync(day, json ? null : new Lines(), cancel);
            Print(result, json);
            return result.Outcome is EndOfDayOutcome.Published or EndOfDayOutcome.NothingToDo ? 0 : Failure.Say($"{Outcome(result)}; 'dartlake runs show {result.RunId}' lists why");
        });
    }

    static void Print(EndOfDayResult result, bool json)
    {
        if (json)
        {
            Json.Print(result);
            return;
        }
        foreach (var line in Summary(result))
            Console.Out.WriteLine(line);
    }

    /// <summary>What a reader wants to know of a run that ended.</summary>
    public static IEnumerable<string> Summary(EndOfDayResult result)
    {
        yield return $"run {result.RunId}: {Outcome(result)}";
        foreach (var audit in result.Audits.Where(audit => audit.Status != "pass"))
            yield return $"audit {audit.Status}: {audit.Day:yyyy-MM-dd} {audit.Subject} {audit.Audit}: {audit.Failures} rows";
        foreach (var difference in result.Differences)
            yield return $"difference: {difference}";
        foreach (var remark in result.Remarks)
            yield return remark;
    }

    static string Outcome(EndOfDayResult result) => result.Outcome switch
    {
        EndOfDayOutcome.Published => $"published {string.Join(" and ", result.Days.Select(day => $"{day.Date:yyyy-MM-dd} as {day.Tag}{(day.Late.Count > 0 ? $" ({string.Join(", ", day.Late.Select(late => $"{late.Value} late events of {late.Key}"))})" : "")}"))}",
        EndOfDayOutcome.NothingToDo => $"nothing to do, {result.TradeDate:yyyy-MM-dd} is published with the same inputs and models",
        EndOfDayOutcome.AuditsFailed => "audits failed, nothing was published",
        _ => "numbers differ, nothing was published",
    };

    /// <summary>A line per stage, as it ends.</summary>
    internal sealed class Lines : IProgress<RunEvent>
    {
        public void Report(RunEvent value) =>
            Console.Out.WriteLine($"{value.Day,-10:yyyy-MM-dd} {value.Layer,-14} {value.Subject,-28} {value.Rows,12:N0} {value.Elapsed.TotalSeconds,7:0.00} s  {value.Message}");
    }
}
