using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>An END_OF_DAY marker that holds nothing back: a later day is complete, or somebody said so.</summary>
/// <param name="Partition">Where it stands.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Day">The day that it ends, days since 1970.</param>
sealed record PassedMarker(LogPartition Partition, long Offset, int Day);
