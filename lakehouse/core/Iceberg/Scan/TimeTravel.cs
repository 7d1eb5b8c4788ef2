using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Scan;

/// <summary>Finds the state of a table that a reader asks for (spec, "Point in Time Reads").</summary>
static class TimeTravel
{
    /// <summary>
    /// The snapshot (null: an empty table) and its schema. The current state and branches are read with the current schema, all
    /// else with the snapshot's own.
    /// </summary>
    /// <exception cref="LakeException">Invalid: there is no such state, or more than one way to name it was given.</exception>
    public static (Snapshot? Snapshot, IcebergSchema Schema) Choose(Table table, ScanOptions options)
    {
        var metadata = table.Metadata;
        if ((options.SnapshotId is null ? 0 : 1) + (options.Tag is null ? 0 : 1) + (options.AsOf is null ? 0 : 1) > 1)
            throw LakeException.Invalid("name a snapshot, a tag or a time, not several of them");
        if (options.SnapshotId is { } id)
            return Own(metadata, metadata.FindSnapshot(id) ?? throw LakeException.Invalid($"{table.Ident} has no snapshot {id}; see its history"));
        if (options.Tag is { } tag)
        {
            var reference = metadata.Refs.GetValueOrDefault(tag)
                ?? throw LakeException.Invalid($"{table.Ident} has no tag '{tag}'{(metadata.Refs.Count == 0 ? "" : $"; it has {string.Join(", ", metadata.Refs.Keys.Order(StringComparer.Ordinal).Take(20))}")}");
            var snapshot = metadata.FindSnapshot(reference.SnapshotId)!;
            return reference.Type == SnapshotRef.Branch ? (snapshot, metadata.Schema) : Own(metadata, snapshot);
        }
        if (options.AsOf is { } time)
        {
            var entry = metadata.SnapshotLog.LastOrDefault(e => e.TimestampMs <= time.ToUnixTimeMilliseconds())
                ?? throw LakeException.Invalid($"{table.Ident} has no state of {time:u} or before; see its history");
            return Own(
                metadata,
                metadata.FindSnapshot(entry.SnapshotId) ?? throw LakeException.Invalid($"the state of {table.Ident} at {time:u}, snapshot {entry.SnapshotId}, has expired"));
        }
        return (metadata.CurrentSnapshot, metadata.Schema);
    }

    static (Snapshot Snapshot, IcebergSchema Schema) Own(TableMetadata metadata, Snapshot snapshot) =>
        (snapshot, metadata.SchemaOf(snapshot));
}
