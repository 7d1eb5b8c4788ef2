namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>
/// What the Java implementation checks when it loads table metadata; a file that fails here would be refused by other engines.
/// </summary>
static class TableMetadataCheck
{
    /// <summary>Clocks of writers may differ by this much.</summary>
    const long ToleranceMs = 60_000;

    /// <exception cref="LakeException">Corrupt, with what is wrong.</exception>
    public static void Check(TableMetadata table)
    {
        Need(table.Schemas.Any(s => s.SchemaId == table.CurrentSchemaId), $"there is no schema with the current-schema-id {table.CurrentSchemaId}");
        Need(table.PartitionSpecs.Any(s => s.SpecId == table.DefaultSpecId), $"there is no partition spec with the default-spec-id {table.DefaultSpecId}");
        Need(table.SortOrders.Any(o => o.OrderId == table.DefaultSortOrderId), $"there is no sort order with the default-sort-order-id {table.DefaultSortOrderId}");
        Need(table.FormatVersion < 3 || table.Others.ContainsKey("next-row-id"), "the field 'next-row-id' is missing");
        CheckSnapshots(table);
        CheckLogs(table);
    }

    static void CheckSnapshots(TableMetadata table)
    {
        var ids = new HashSet<long>();
        foreach (var snapshot in table.Snapshots)
        {
            Need(ids.Add(snapshot.SnapshotId), $"the snapshot {snapshot.SnapshotId} is there twice");
            Need(
                snapshot.SequenceNumber <= table.LastSequenceNumber,
                $"the snapshot {snapshot.SnapshotId} has sequence number {snapshot.SequenceNumber}, the table only {table.LastSequenceNumber}");
        }
        if (table.CurrentSnapshotId is { } current)
            Need(ids.Contains(current), $"the current snapshot {current} is not among the snapshots");
        foreach (var (name, reference) in table.Refs)
        {
            Need(ids.Contains(reference.SnapshotId), $"the ref '{name}' names snapshot {reference.SnapshotId}, which is not there");
            Need(reference.Type is SnapshotRef.Branch or SnapshotRef.Tag, $"the ref '{name}' is neither branch nor tag");
        }
        var main = table.Refs.GetValueOrDefault(SnapshotRef.Main);
        Need(main?.SnapshotId == table.CurrentSnapshotId, $"main names snapshot {main?.SnapshotId}, current-snapshot-id {table.CurrentSnapshotId}");
    }

    static void CheckLogs(TableMetadata table)
    {
        CheckOrder("snapshot-log", table.SnapshotLog.Select(e => e.TimestampMs), table.LastUpdatedMs);
        CheckOrder("metadata-log", table.MetadataLog.Select(e => e.TimestampMs), table.LastUpdatedMs);
    }

    static void CheckOrder(string name, IEnumerable<long> times, long lastUpdated)
    {
        var before = long.MinValue + ToleranceMs;
        foreach (var time in times.Append(lastUpdated))
        {
            Need(time >= before - ToleranceMs, $"the times of '{name}' and last-updated-ms are not in order");
            before = time;
        }
    }

    static void Need(bool holds, string otherwise)
    {
        if (!holds)
            throw LakeException.Corrupt(otherwise);
    }
}
