using Dart.Lake.Jobs.Pipelines.Redrive;

namespace Dart.Lake.Host.Output;

/// <summary>What a release or a drop has done, in words or as a document.</summary>
static class ActText
{
    const int ListedMax = 20;

    /// <returns>The exit code: 1 when a record that was chosen stays where it is.</returns>
    public static int Print(ActReport report, string did, bool json)
    {
        if (json)
            Json.Print(new
            {
                report.Count,
                report.Moved,
                Stays = report.Stays.Select(s => new
                {
                    s.At.Partition.Topic,
                    s.At.Partition.Partition,
                    Offset = s.At.Next,
                    s.At.Partition.LogId,
                    s.Reason,
                    s.Detail,
                }),
            });
        else
            foreach (var line in report.Moved.Where(m => m.Value > 0).Select(m => $"{m.Value:N0} {did} {m.Key}").DefaultIfEmpty(None(report)))
                Screen.Line(line);
        foreach (var stays in report.Stays.Take(ListedMax))
            Failure.Note($"{stays.At.Partition.Topic}[{stays.At.Partition.Partition}]@{stays.At.Next} stays, {stays.Reason}: {stays.Detail}");
        return report.Stays.Count == 0 ? 0
            : Failure.Say($"{report.Stays.Count:N0} stay where they are{(report.Stays.Count > ListedMax ? $", {ListedMax} of them are named" : "")}; mend the cause and release them, or drop them");
    }

    static string None(ActReport report) => report.Stays.Count == 0 ? "nothing to do" : "nothing has changed";
}
