using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>Markers that somebody said to go on without.</summary>
/// <param name="Days">The days that they end, days since 1970.</param>
/// <param name="Until">Up to where the logs went when that was said: a marker that comes later counts.</param>
sealed record MarkerPass(IReadOnlySet<int> Days, IReadOnlyDictionary<LogPartition, long> Until)
{
    public bool Covers(LogPartition partition, long offset, int day) => Days.Contains(day) && offset < Until.GetValueOrDefault(partition);
}
