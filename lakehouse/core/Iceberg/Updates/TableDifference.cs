using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>Tells of a table whether a change that somebody wanted to make is in it.</summary>
static class TableDifference
{
    /// <param name="now">The table as it is.</param>
    /// <param name="before">What the change was made from.</param>
    /// <param name="after">What it was to become.</param>
    public static bool Shows(TableMetadata now, TableMetadata before, TableMetadata after)
    {
        if (now.TableUuid != after.TableUuid)
            return false;
        // an id is drawn at random for one try of one commit
        var added = after.Snapshots.Where(s => before.FindSnapshot(s.SnapshotId) is null).Select(s => s.SnapshotId).ToList();
        if (added.Count > 0)
            return added.All(id => now.FindSnapshot(id) is not null || now.SnapshotLog.Any(entry => entry.SnapshotId == id));
        return now.CurrentSchemaId == after.CurrentSchemaId
            && Same(before.Properties, after.Properties, now.Properties)
            && Same(before.Refs, after.Refs, now.Refs)
            && Same(FilesOf(before), FilesOf(after), FilesOf(now))
            && before.Snapshots.All(s => after.FindSnapshot(s.SnapshotId) is not null || now.FindSnapshot(s.SnapshotId) is null);
    }

    /// <summary>Whether a request that was made from the state before is refused by the table as it is, now and for ever.</summary>
    public static bool HasMoved(TableMetadata now, TableMetadata before, TableMetadata after) =>
        now.TableUuid != before.TableUuid
        || now.CurrentSnapshotId != before.CurrentSnapshotId
        || before.Refs.Keys.Union(after.Refs.Keys)
            .Where(name => before.Refs.GetValueOrDefault(name) != after.Refs.GetValueOrDefault(name))
            .Any(name => now.Refs.GetValueOrDefault(name)?.SnapshotId != before.Refs.GetValueOrDefault(name)?.SnapshotId);

    /// <summary>Whether a table that was committed is as the commit has left it, as far as its rows, tags and properties go.</summary>
    public static bool IsStill(TableMetadata now, TableMetadata committed) =>
        now.TableUuid == committed.TableUuid
        && now.CurrentSnapshotId == committed.CurrentSnapshotId
        && now.CurrentSchemaId == committed.CurrentSchemaId
        && Same(new Dictionary<string, SnapshotRef>(), committed.Refs, now.Refs)
        && Same(new Dictionary<string, string>(), committed.Properties, now.Properties);

    /// <summary>The file of statistics of each snapshot.</summary>
    static Dictionary<string, string> FilesOf(TableMetadata table) => table.Statistics
        .GroupBy(file => file.Long("snapshot-id"))
        .ToDictionary(files => $"{files.Key}", files => files.Last().Text("statistics-path"), StringComparer.Ordinal);

    static bool Same<T>(IReadOnlyDictionary<string, T> before, IReadOnlyDictionary<string, T> after, IReadOnlyDictionary<string, T> now) =>
        before.Keys.Union(after.Keys)
            .Where(key => !Equals(before.GetValueOrDefault(key), after.GetValueOrDefault(key)))
            .All(key => Equals(now.GetValueOrDefault(key), after.GetValueOrDefault(key)));
}
