namespace Dart.Lake.Sql.Staging;

/// <summary>A position of the cut V: rows of that partition of that log with smaller offsets belong to the day.</summary>
public sealed record LogPosition(string LogId, string Topic, int Partition, long NextOffset);
