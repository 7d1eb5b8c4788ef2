namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>What a compaction takes.</summary>
/// <param name="Before">Days (UTC) before this one are closed; partitions that are no days always are.</param>
/// <param name="TargetBytes">Size of a file that is worth no rewriting; null: what the table says, else 128 MB.</param>
public sealed record CompactOptions(DateOnly Before, long? TargetBytes = null);
