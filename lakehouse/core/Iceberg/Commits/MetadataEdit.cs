using System.Globalization;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// The steps from one table metadata to the next, each a pure function (spec, "Table Metadata"; Java's TableMetadata.Builder).
/// </summary>
static class MetadataEdit
{
    /// <summary>Snapshots of a table whose statistics of ours are kept: those of two weeks of trading days.</summary>
    public const int MostStatistics = 10;

    /// <summary>Names that Java never keeps as properties.</summary>
    public static readonly IReadOnlySet<string> ReservedProperties = new HashSet<string>(StringComparer.Ordinal)
    {
        "format-version", "uuid", "snapshot-count", "current-snapshot-summary", "current-snapshot-id", "current-snapshot-timestamp-ms",
        "current-schema", "default-partition-spec", "default-sort-order",
    };

    /// <summary>An empty table of format v2. The definition's field ids stay as they are.</summary>
    /// <exception cref="LakeException">Invalid: the definition contradicts itself.</exception>
    public static TableMetadata Create(TableDefinition definition, string location, Guid uuid, long nowMs)
    {
        SchemaEvolution.CheckFields(definition.Schema);
        var spec = new PartitionSpec(
            0, [.. definition.Partitioning.Select((p, i) => Field(definition, p, SpecJson.FirstPartitionFieldId + i))]);
        if (spec.Fields.Select(f => f.Name).Distinct(StringComparer.Ordinal).Count() != spec.Fields.Count)
            throw LakeException.Invalid("two partition fields have the same name");
        var table = new TableMetadata
        {
            TableUuid = uuid.ToString("D"),
            Location = location,
            LastUpdatedMs = nowMs,
            LastColumnId = definition.Schema.HighestFieldId,
            Schemas = [definition.Schema with { SchemaId = 0 }],
            CurrentSchemaId = 0,
            PartitionSpecs = [spec],
            DefaultSpecId = 0,
            LastPartitionId = SpecJson.FirstPartitionFieldId - 1 + spec.Fields.Count,
            Properties = TableUpkeep.OfNewTables,
        };
        return WithProperties(table, definition.Properties.ToDictionary(p => p.Key, p => (string?)p.Value));
    }

    public static TableMetadata WithProperties(TableMetadata table, IReadOnlyDictionary<string, string?> changes)
    {
        if (changes.All(c => string.Equals(table.Properties.GetValueOrDefault(c.Key), c.Value, StringComparison.Ordinal)))
            return table;
        var properties = new Dictionary<string, string>(table.Properties, StringComparer.Ordinal);
        foreach (var (key, value) in changes)
        {
            if (ReservedProperties.Contains(key))
                throw LakeException.Invalid($"'{key}' is not a table property that can be set");
            if (value is null)
                properties.Remove(key);
            else
                properties[key] = value;
        }
        return table with { Properties = properties };
    }

    /// <summary>The snapshot becomes main's head.</summary>
    public static TableMetadata WithSnapshot(TableMetadata table, Snapshot snapshot)
    {
        var main = table.Refs.GetValueOrDefault(SnapshotRef.Main) ?? new SnapshotRef(snapshot.SnapshotId, SnapshotRef.Branch);
        return table with
        {
            LastSequenceNumber = snapshot.SequenceNumber,
            Snapshots = [.. table.Snapshots, snapshot],
            CurrentSnapshotId = snapshot.SnapshotId,
            Refs = With(table.Refs, SnapshotRef.Main, main with { SnapshotId = snapshot.SnapshotId }),
            SnapshotLog = [.. table.SnapshotLog, new(snapshot.TimestampMs, snapshot.SnapshotId)],
        };
    }

    /// <summary>A snapshot that is there becomes main's head again.</summary>
    /// <exception cref="LakeException">Invalid: it is not there.</exception>
    public static TableMetadata WithCurrent(TableMetadata table, long id, long nowMs)
    {
        if (table.CurrentSnapshotId == id)
            return table;
        if (table.FindSnapshot(id) is null)
            throw LakeException.Invalid($"{table.Location} has no snapshot {id}; see its history");
        var main = table.Refs.GetValueOrDefault(SnapshotRef.Main) ?? new SnapshotRef(id, SnapshotRef.Branch);
        return table with
        {
            CurrentSnapshotId = id,
            Refs = With(table.Refs, SnapshotRef.Main, main with { SnapshotId = id }),
            SnapshotLog = [.. table.SnapshotLog, new(nowMs, id)],
        };
    }

    /// <summary>
    /// Statistics of a snapshot in place of its own. Of ours those of the newest snapshots stay: each names every column, and all of
    /// them are written with every commit.
    /// </summary>
    /// <exception cref="LakeException">Conflict: the snapshot is not there.</exception>
    public static TableMetadata WithStatistics(TableMetadata table, StatisticsFile? file)
    {
        if (file is null)
            return table;
        if (table.FindSnapshot(file.SnapshotId) is null)
            throw LakeException.Conflict($"the statistics are of snapshot {file.SnapshotId} of {table.Location}, which is not there any more: a table keeps the newest {SnapshotRetention.MaxSnapshots}; analyze it again while nothing is streamed to it");
        var others = table.Statistics.Where(s => s.Long("snapshot-id") != file.SnapshotId).ToList();
        var old = others.Where(StatisticsFile.IsOurs)
            .Select(s => s.Long("snapshot-id"))
            .OrderByDescending(id => table.FindSnapshot(id)?.SequenceNumber ?? 0)
            .Skip(MostStatistics - 1)
            .ToHashSet();
        return table with { Statistics = [.. others.Where(s => !old.Contains(s.Long("snapshot-id"))), file.ToJson()] };
    }

    /// <summary>Tags on the current snapshot. Tags never move.</summary>
    /// <exception cref="LakeException">Conflict: a tag is there and names another snapshot;
    /// Invalid: there is no snapshot, or the tag's name is a branch's.</exception>
    public static TableMetadata WithTags(TableMetadata table, IReadOnlyList<string> tags)
    {
        foreach (var tag in tags)
        {
            var current = table.CurrentSnapshotId ?? throw LakeException.Invalid($"{table.Location} has no snapshot that the tag '{tag}' could name; add one in the same commit");
            if (tag.Length == 0)
                throw LakeException.Invalid("a tag needs a name");
            var known = table.Refs.GetValueOrDefault(tag);
            if (known is { Type: SnapshotRef.Branch })
                throw LakeException.Invalid($"'{tag}' is a branch of {table.Location}; give the tag another name");
            if (known is not null && known.SnapshotId != current)
                throw LakeException.Conflict($"the tag '{tag}' of {table.Location} names snapshot {known.SnapshotId} already; tags never move, use a new one");
            if (known is null)
                table = table with { Refs = With(table.Refs, tag, new(current, SnapshotRef.Tag)) };
        }
        return table;
    }

    /// <summary>Books the file that this metadata replaces. The locations that fall out of the log come back too.</summary>
    public static (TableMetadata Table, IReadOnlyList<string> Dropped) Seal(TableMetadata table, Table before, int keep, long nowMs)
    {
        List<MetadataLogEntry> log = [.. before.Metadata.MetadataLog, new(before.Metadata.LastUpdatedMs, before.MetadataLocation)];
        var dropped = log.Take(Math.Max(0, log.Count - keep)).Select(e => e.MetadataFile).ToList();
        return (table with { MetadataLog = log[dropped.Count..], LastUpdatedMs = nowMs }, dropped);
    }

    static Dictionary<string, SnapshotRef> With(IReadOnlyDictionary<string, SnapshotRef> refs, string name, SnapshotRef named) =>
        new(refs, StringComparer.Ordinal) { [name] = named };

    static PartitionField Field(TableDefinition definition, PartitionFieldDefinition field, int id)
    {
        var source = definition.Schema.Find(field.Source)
            ?? throw LakeException.Invalid($"the partition field '{field.Name}' names the column '{field.Source}', which is not there");
        var transform = Transform.Parse(field.Transform);
        if (transform.ResultType(source.Type) is null)
            throw LakeException.Invalid($"the transform '{field.Transform}' cannot be applied to '{field.Source}' of type {source.Type}");
        var namesake = definition.Schema.Find(field.Name);
        if (namesake is not null && (namesake.Id != source.Id || transform.Kind != TransformKind.Identity))
            throw LakeException.Invalid($"the partition field '{field.Name}' has the name of a column; give it another, such as {field.Source}_{field.Transform}");
        return new(source.Id, id, field.Name, transform);
    }
}
