namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// A file that no state of a table needs once a commit is done. Who planned before still reads it: metadata soon after, rows
/// (<paramref name="HoldsRows"/>) for as long as a query may take.
/// </summary>
sealed record ObsoleteFile(string Location, bool HoldsRows);
