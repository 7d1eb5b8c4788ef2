using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>Markers that somebody said to go on without.</summary>
/// <param name="Day">The day that they end, days since 1970.</param>
/// <param name="Until">Up to where the logs went when that was said: a marker that comes later counts.</param>
sealed record MarkerPass(int Day, IReadOnlyDictionary<LogPartition, long> Until)
{
    public bool Covers(LogPartition partition, long offset, int day) => day == Day && offset < Until.GetValueOrDefault(partition);
}
