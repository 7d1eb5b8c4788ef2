namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>Where a row lies; the order of logs is that of their names.</summary>
readonly record struct Coordinate(int Log, int Partition, long Offset);
