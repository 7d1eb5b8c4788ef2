using Dart.Lake.Orchestration;
using Dart.Lake.Orchestration.Reconciliation;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Demo;

/// <summary>What the demo did.</summary>
/// <param name="Kafka">Which Kafka it used.</param>
/// <param name="Redis">Which Redis it used.</param>
/// <param name="Days">What was sent, by day.</param>
/// <param name="Ends">The end of each day.</param>
/// <param name="Reports">The reconciliation of each day that was published last.</param>
/// <param name="Layers">Seconds and rows per layer.</param>
sealed record DemoOutcome(
    string Kafka, string Redis, IReadOnlyList<DayManifest> Days, IReadOnlyList<EndOfDayResult> Ends,
    IReadOnlyList<ReconcileReport> Reports, IReadOnlyList<DemoLayer> Layers)
{
    public bool Good => Ends.All(end => end.Outcome is EndOfDayOutcome.Published or EndOfDayOutcome.NothingToDo)
        && Reports.All(report => report.Ok)
        && !Missing.Any();

    /// <summary>What a day should have had and did not.</summary>
    public IEnumerable<string> Missing => Days.SelectMany(day => day.Missing().Select(name => $"{day.Date:yyyy-MM-dd} has no {name}"));
}

/// <param name="Rows">Null: a step that makes no rows.</param>
/// <param name="Seconds">Of all days; what is sent, bronze and hot go on at the same time.</param>
sealed record DemoLayer(string Layer, long? Rows, double Seconds);
