using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary>A day whose lots are published.</summary>
/// <param name="Day">Days since 1970.</param>
/// <param name="Cut">V of the lots.</param>
sealed record PublishedCut(int Day, IReadOnlyDictionary<LogPartition, long> Cut)
{
    /// <summary>No trade of a later day is dated before this time: sessions begin the evening before, or before a long weekend.</summary>
    public long EarliestAfter => (Day + 1) * 86_400_000_000L - HotRestore.DayMargin;
}
