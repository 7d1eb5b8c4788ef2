namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>A folder of the warehouse in which the search for orphans takes nothing.</summary>
/// <param name="Path">As it is without links, or its location in a bucket.</param>
/// <param name="Why">Whose it is, and why it is spared.</param>
public sealed record SparedFolder(string Path, string Why);
