using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// Which snapshots stay in the metadata: the newest hundred, those that refs need, and the one that the property
/// <c>dartlake.position</c> names (it carries the offsets from which a stream resumes).
/// </summary>
static class SnapshotRetention
{
    public const int MaxSnapshots = 100;

    /// <summary>The metadata without the snapshots that may go, and those.</summary>
    public static (TableMetadata Table, IReadOnlyList<Snapshot> Expired) Apply(TableMetadata table)
    {
        if (table.Snapshots.Count <= MaxSnapshots)
            return (table, []);
        var kept = table.Refs.Values.Select(r => r.SnapshotId).ToHashSet();
        if (PositionOf(table) is { } position)
            kept.Add(position);
        foreach (var snapshot in table.Snapshots
            .Where(s => !kept.Contains(s.SnapshotId))
            .OrderByDescending(s => s.SequenceNumber)
            .Take(MaxSnapshots)
            .ToList())
            kept.Add(snapshot.SnapshotId);
        var expired = table.Snapshots.Where(s => !kept.Contains(s.SnapshotId)).ToList();
        if (expired.Count == 0)
            return (table, []);
        return (table with
        {
            Snapshots = [.. table.Snapshots.Where(s => kept.Contains(s.SnapshotId))],
            SnapshotLog = WithoutGaps(table.SnapshotLog, kept),
            Statistics = [.. table.Statistics.Where(s => kept.Contains(s.Long("snapshot-id")))],
            PartitionStatistics = [.. table.PartitionStatistics.Where(s => kept.Contains(s.Long("snapshot-id")))],
        }, expired);
    }

    /// <summary>
    /// The snapshot that the position property names, or null. Of the
    /// property's text, which the jobs write and read, only this is looked at.
    /// </summary>
    /// <exception cref="LakeException">Corrupt: the property is not a JSON object.</exception>
    public static long? PositionOf(TableMetadata table)
    {
        if (!table.Properties.TryGetValue(LakeNames.Position, out var text))
            return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.OptionalLong("snapshot-id");
        }
        catch (JsonException e)
        {
            throw LakeException.Corrupt($"the table property {LakeNames.Position} of {table.Location} is not JSON ({e.Message}); accept a new position with stream --accept-position", e);
        }
    }

    /// <summary>
    /// A log with a hole would answer time travel wrongly, so it begins after the last expired entry (Java's TableMetadata).
    /// </summary>
    static List<SnapshotLogEntry> WithoutGaps(IReadOnlyList<SnapshotLogEntry> log, HashSet<long> kept)
    {
        var rest = new List<SnapshotLogEntry>();
        foreach (var entry in log)
            if (kept.Contains(entry.SnapshotId))
                rest.Add(entry);
            else
                rest.Clear();
        return rest;
    }
}
