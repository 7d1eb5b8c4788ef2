using Dart.Lake.Orchestration.Reconciliation;

namespace Dart.Lake.Host;

/// <summary>The producers' manifests of a data folder, as the source's side of a reconciliation.</summary>
static class Sources
{
    const int LongestGapDays = 10;

    /// <summary>The manifest of the last day before a date that has one.</summary>
    public static SourceTotals? Before(string dataDir, DateOnly date) =>
        Enumerable.Range(1, LongestGapDays).Select(days => SourceTotals.TryLoad(dataDir, date.AddDays(-days))).FirstOrDefault(totals => totals is not null);
}
