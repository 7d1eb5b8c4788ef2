using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>The updates of snapshots, refs and statistics.</summary>
sealed class SnapshotEdit(TableEdit edit, long nowMs)
{
    /// <summary>How far a client's clock may be ahead of ours.</summary>
    const long FutureMs = 3_600_000;

    readonly HashSet<long> added = [];
    readonly HashSet<long> superseded = [];
    bool hasRemoved;

    /// <summary>False: the update is of another kind.</summary>
    public bool Apply(string action, JsonElement update)
    {
        switch (action)
        {
            case "add-snapshot":
                Add(TableMetadataJson.ReadSnapshot(update.Need("snapshot"), edit.Table.FormatVersion));
                return true;
            case "set-snapshot-ref":
                SetRef(update.Text("ref-name"), TableMetadataJson.ReadRef(update));
                return true;
            case "remove-snapshot-ref":
                RemoveRef(update.Text("ref-name"));
                return true;
            case "remove-snapshots":
                Remove(update.Items("snapshot-ids").Select(id => id.GetInt64()).ToHashSet());
                return true;
            default:
                return ApplyToStatistics(action, update);
        }
    }

    void RefuseDangling()
    {
        foreach (var (name, branch) in edit.Table.Refs)
            if (edit.Table.FindSnapshot(branch.SnapshotId) is null)
                throw LakeException.Conflict($"Cannot remove snapshot {branch.SnapshotId}: the {branch.Type} {name} names it");
    }

    /// <summary>The table with a history that has no holes, once all updates are applied.</summary>
    /// <exception cref="LakeException">Conflict: a branch or tag names a snapshot that was removed. Clients say of a removal only which
    /// table it is for, and may not have seen a rollback or a new tag.</exception>
    public TableMetadata Finish()
    {
        if (hasRemoved)
            RefuseDangling();
        superseded.Remove(edit.Table.CurrentSnapshotId ?? 0);
        if (superseded.Count == 0 && !hasRemoved)
            return edit.Table;
        var kept = edit.Table.Snapshots.Select(s => s.SnapshotId).ToHashSet();
        var log = new List<SnapshotLogEntry>();
        foreach (var entry in edit.Table.SnapshotLog.Where(e => !superseded.Contains(e.SnapshotId)))
            if (kept.Contains(entry.SnapshotId))
                log.Add(entry);
            else if (hasRemoved)
                log.Clear();
        return edit.Table with { SnapshotLog = log };
    }

    void Add(Snapshot snapshot)
    {
        var table = edit.Table;
        if (table.Schemas.Count == 0)
            throw LakeException.Invalid("Attempting to add a snapshot before a schema is added");
        if (table.FindSnapshot(snapshot.SnapshotId) is not null)
            throw LakeException.Invalid($"Snapshot already exists for id: {snapshot.SnapshotId}");
        Check(table, snapshot);
        if (table.FormatVersion >= 3)
            table = WithRows(table, snapshot);
        added.Add(snapshot.SnapshotId);
        edit.Table = table with
        {
            Snapshots = [.. table.Snapshots, snapshot],
            LastSequenceNumber = Math.Max(table.LastSequenceNumber, snapshot.SequenceNumber),
            LastUpdatedMs = Math.Max(table.LastUpdatedMs, snapshot.TimestampMs),
        };
    }

    /// <summary>Numbers that no later commit could go on from are not believed.</summary>
    void Check(TableMetadata table, Snapshot snapshot)
    {
        var (sequence, last) = (snapshot.SequenceNumber, table.LastSequenceNumber);
        if (snapshot.SnapshotId < 0)
            throw LakeException.Invalid($"the snapshot id {snapshot.SnapshotId} is negative");
        if (table.FormatVersion > 1 && sequence <= last && snapshot.ParentSnapshotId is not null)
            throw LakeException.Conflict($"Cannot add snapshot with sequence number {sequence} older than last sequence number {last}");
        if (table.FormatVersion > 1 && sequence > last + 1)
            throw LakeException.Conflict($"Cannot add snapshot with sequence number {sequence}: the table's next is {last + 1}");
        if (snapshot.TimestampMs < 0 || snapshot.TimestampMs > nowMs + FutureMs)
            throw LakeException.Invalid($"the snapshot's timestamp-ms {snapshot.TimestampMs} is no time of now, which is {nowMs}");
    }

    /// <summary>Rows of v3 have ids, which snapshots take one after the other.</summary>
    static TableMetadata WithRows(TableMetadata table, Snapshot snapshot)
    {
        var next = FormatVersions.NextRowIdOf(table);
        if (!snapshot.Others.TryGetValue("first-row-id", out var first) || !snapshot.Others.TryGetValue("added-rows", out var rows))
            throw LakeException.Invalid("a snapshot of a v3 table needs first-row-id and added-rows");
        return rows.GetInt64() < 0 ? throw LakeException.Invalid($"a snapshot cannot add {rows} rows") : first.GetInt64() < next
            ? throw LakeException.Conflict($"Cannot add a snapshot, first-row-id is behind table next-row-id: {first} < {next}")
            : FormatVersions.WithNextRowId(table, checked(first.GetInt64() + rows.GetInt64()));
    }

    void SetRef(string name, SnapshotRef reference)
    {
        var table = edit.Table;
        if (name.Length == 0 || reference.Type is not (SnapshotRef.Branch or SnapshotRef.Tag))
            throw LakeException.Invalid($"the ref '{name}' of type '{reference.Type}' is neither a branch nor a tag");
        if (reference.Type == SnapshotRef.Tag && (reference.MinSnapshotsToKeep is not null || reference.MaxSnapshotAgeMs is not null))
            throw LakeException.Invalid($"the tag '{name}' cannot say how many snapshots are kept");
        if (reference.MinSnapshotsToKeep <= 0 || reference.MaxSnapshotAgeMs <= 0 || reference.MaxRefAgeMs <= 0)
            throw LakeException.Invalid($"what the ref '{name}' keeps must be more than nothing");
        if (table.FindSnapshot(reference.SnapshotId) is not { } snapshot)
            throw LakeException.Invalid($"Cannot set {name} to unknown snapshot: {reference.SnapshotId}");
        if (table.Refs.GetValueOrDefault(name) == reference)
            return;
        table = table with { Refs = new Dictionary<string, SnapshotRef>(table.Refs, StringComparer.Ordinal) { [name] = reference } };
        edit.Table = name == SnapshotRef.Main ? WithCurrent(table, snapshot, reference) : table;
    }

    TableMetadata WithCurrent(TableMetadata table, Snapshot snapshot, SnapshotRef main)
    {
        if (main.Type != SnapshotRef.Branch)
            throw LakeException.Invalid("main is a branch");
        if (table.CurrentSnapshotId == snapshot.SnapshotId)
            return table;
        var isNew = added.Contains(snapshot.SnapshotId);
        if (isNew)
            superseded.Add(snapshot.SnapshotId);
        // a snapshot that was there becomes the current one now
        var at = isNew ? snapshot.TimestampMs : Math.Max(nowMs, table.LastUpdatedMs);
        return table with
        {
            CurrentSnapshotId = snapshot.SnapshotId,
            SnapshotLog = [.. table.SnapshotLog, new(at, snapshot.SnapshotId)],
            // the log may not be ahead of the table, which is of an hour ago where nothing was added since
            LastUpdatedMs = Math.Max(table.LastUpdatedMs, at),
        };
    }

    void RemoveRef(string name)
    {
        if (!edit.Table.Refs.ContainsKey(name))
            return;
        edit.Table = edit.Table with
        {
            Refs = edit.Table.Refs.Where(r => r.Key != name).ToDictionary(StringComparer.Ordinal),
            CurrentSnapshotId = name == SnapshotRef.Main ? null : edit.Table.CurrentSnapshotId,
        };
    }

    void Remove(HashSet<long> ids)
    {
        var table = edit.Table;
        if (!table.Snapshots.Any(s => ids.Contains(s.SnapshotId)))
            return;
        hasRemoved = true;
        edit.Table = table with
        {
            Snapshots = [.. table.Snapshots.Where(s => !ids.Contains(s.SnapshotId))],
            Statistics = Without(table.Statistics, ids),
            PartitionStatistics = Without(table.PartitionStatistics, ids),
        };
    }

    bool ApplyToStatistics(string action, JsonElement update)
    {
        var table = edit.Table;
        switch (action)
        {
            case "set-statistics":
                edit.Table = table with { Statistics = With(table.Statistics, update.Need("statistics")) };
                return true;
            case "set-partition-statistics":
                edit.Table = table with { PartitionStatistics = With(table.PartitionStatistics, update.Need("partition-statistics")) };
                return true;
            case "remove-statistics":
                edit.Table = table with { Statistics = Without(table.Statistics, [update.Long("snapshot-id")]) };
                return true;
            case "remove-partition-statistics":
                edit.Table = table with { PartitionStatistics = Without(table.PartitionStatistics, [update.Long("snapshot-id")]) };
                return true;
            default:
                return false;
        }
    }

    /// <summary>A snapshot has one file of each kind.</summary>
    static IReadOnlyList<JsonElement> With(IReadOnlyList<JsonElement> known, JsonElement statistics)
    {
        _ = statistics.Text("statistics-path");
        return [.. Without(known, [statistics.Long("snapshot-id")]), statistics.Clone()];
    }

    static IReadOnlyList<JsonElement> Without(IReadOnlyList<JsonElement> known, HashSet<long> snapshots) =>
        [.. known.Where(s => !snapshots.Contains(s.Long("snapshot-id")))];
}
