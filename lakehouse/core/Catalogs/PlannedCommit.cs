namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>A commit whose files are written.</summary>
/// <param name="Changes">To its tables.</param>
/// <param name="Snapshot">The snapshot that it makes in the first of them, by which it is found again.</param>
public sealed record PlannedCommit(IReadOnlyList<TableChange> Changes, long Snapshot);
