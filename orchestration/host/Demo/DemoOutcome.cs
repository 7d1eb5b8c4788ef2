using Dart.Lake.Jobs.Producers;
using Dart.Lake.Orchestration;
using Dart.Lake.Orchestration.Reconciliation;

namespace Dart.Lake.Host.Demo;

/// <summary>What the demo did.</summary>
/// <param name="Kafka">Which Kafka it used.</param>
/// <param name="Redis">Which Redis it used.</param>
/// <param name="Days">What was sent, by day.</param>
/// <param name="Ends">The end of each day.</param>
/// <param name="Reports">The reconciliation of each day that was published last.</param>
/// <param name="Layers">Seconds and rows per layer.</param>
sealed record DemoOutcome(
    string Kafka, string Redis, IReadOnlyList<Manifest> Days, IReadOnlyList<EndOfDayResult> Ends, IReadOnlyList<ReconcileReport> Reports, IReadOnlyList<DemoLayer> Layers)
{
    public bool Good => Ends.All(end => end.Outcome is EndOfDayOutcome.Published or EndOfDayOutcome.NothingToDo) && Reports.All(report => report.Ok) && Days.All(day => day.Missing().Count == 0);
}

sealed record DemoLayer(string Layer, long Rows, double Seconds);
