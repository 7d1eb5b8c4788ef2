using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// What a table may have deleted. Metadata says whatever somebody wrote into it: another table's files that were registered here, a path
/// that is no table's at all. The search for orphans, which looks at all tables, takes what is left.
/// </summary>
static class OwnFile
{
    /// <summary>Whether a file is of a kind that tables have, and lies below the table's own location.</summary>
    public static bool IsOf(TableMetadata table, string location) =>
        TableFileKind.Of(location) is not null && FileLocation.IsBelow(location, table.Location);
}
