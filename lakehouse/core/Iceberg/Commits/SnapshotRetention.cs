using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// Which snapshots stay in the metadata: the newest hundred, those that refs need, and the line of descent from the current one to that
/// which the property <c>dartlake.position</c> names (it carries the offsets from which a stream resumes, and a gap in the line would
/// look like a rollback). A table without garbage collection keeps all.
/// </summary>
static class SnapshotRetention
{
    public const int MaxSnapshots = 100;

    /// <summary>The metadata without the snapshots that may go, and those.</summary>
    /// <param name="table">As it would be without the retention.</param>
    /// <param name="expire">Go before their time; what is needed stays all the same.</param>
    public static (TableMetadata Table, IReadOnlyList<Snapshot> Expired) Apply(TableMetadata table, IReadOnlySet<long> expire)
    {
        if (table.Snapshots.Count <= MaxSnapshots && expire.Count == 0 || !TableUpkeep.Of(table).Collects)
            return (table, []);
        var kept = Needed(table);
        var named = Named(table);
        kept.UnionWith(table.Snapshots
            .Where(s => !named.Contains(s.SnapshotId))
            .OrderByDescending(s => s.SequenceNumber)
            .Take(MaxSnapshots)
            .Select(s => s.SnapshotId)
            .Where(id => !expire.Contains(id)));
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

    /// <summary>Snapshots that neither a commit nor maintenance takes out.</summary>
    public static HashSet<long> Needed(TableMetadata table)
    {
        var needed = Named(table);
        if (table.CurrentSnapshot is not { } current)
            return needed;
        needed.Add(current.SnapshotId);
        if (PositionOf(table) is { } position)
        {
            var line = table.AncestryOf(current).Select(s => s.SnapshotId).ToList();
            needed.UnionWith(line.Take(line.IndexOf(position) + 1));
        }
        return needed;
    }

    static HashSet<long> Named(TableMetadata table)
    {
        var named = table.Refs.Values.Select(r => r.SnapshotId).ToHashSet();
        if (PositionOf(table) is { } position)
            named.Add(position);
        return named;
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
