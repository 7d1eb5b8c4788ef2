using Dart.Lake.Orchestration;
using Dart.Lake.Sql.Execution;

namespace Dart.Lake.Host.Output;

/// <summary>What an end of day prints: a line per stage as it ends, and what a reader wants to know of the whole.</summary>
static class EndOfDayText
{
    public static void Print(EndOfDayResult result, bool json)
    {
        if (json)
        {
            Json.Print(result);
            return;
        }
        foreach (var line in Summary(result))
            Screen.Line(line);
    }

    /// <summary>What a reader wants to know of a run that ended.</summary>
    public static IEnumerable<string> Summary(EndOfDayResult result)
    {
        yield return $"run {result.RunId}: {Outcome(result)}";
        foreach (var line in RunFindings.Of(result.Audits, result.Differences, result.Quality).Lines())
            yield return line;
        foreach (var remark in result.Remarks)
            yield return remark;
    }

    /// <summary>How the run ended, in one line.</summary>
    public static string Outcome(EndOfDayResult result) => result.Outcome switch
    {
        EndOfDayOutcome.Published =>
            $"published {string.Join(" and ", result.Days.Select(day => $"{day.Date:yyyy-MM-dd} as {day.Tag}{(day.Late.Count > 0 ? $" ({string.Join(", ", day.Late.Select(late => $"{late.Value} late events of {late.Key}"))})" : "")}"))}",
        EndOfDayOutcome.NothingToDo => $"nothing to do, {result.TradeDate:yyyy-MM-dd} is published with the same inputs and models",
        EndOfDayOutcome.AuditsFailed => "audits failed, nothing was published",
        _ => "numbers differ, nothing was published",
    };

    /// <summary>A line per stage, as it ends.</summary>
    internal sealed class Lines : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => Screen.Line(value is { Rows: null, Message.Length: > 0 } && value.Elapsed == TimeSpan.Zero
            ? $"{value.Day,-10:yyyy-MM-dd} {value.Layer,-14} {value.Message}"
            : $"{value.Day,-10:yyyy-MM-dd} {value.Layer,-14} {value.Subject,-28} {value.Rows,12:N0} {value.Elapsed.TotalSeconds,7:0.00} s  {value.Message}".TrimEnd());
    }
}
