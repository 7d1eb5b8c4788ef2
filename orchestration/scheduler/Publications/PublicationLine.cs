using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Publications;

/// <summary>
/// Decides, from a table's line of snapshots, whether main still holds a day as it was published (docs/decisions, 0040). Ordinary are
/// publications of ours and snapshots that only rewrite files; what expired is taken for ordinary, since an expiry is.
/// </summary>
internal static class PublicationLine
{
    /// <summary>Null: it stands.</summary>
    /// <param name="table">As it is now; null: it is not in the catalog.</param>
    /// <param name="published">What the ledger says.</param>
    /// <param name="runs">Runs of the ledger.</param>
    public static Departure? Find(TableMetadata? table, PublishedTable published, IReadOnlyCollection<string> runs)
    {
        if (table is null)
            return new("was dropped");
        if (table.TableUuid != published.TableUuid)
            return new("was dropped and made again");
        var isKept = table.FindSnapshot(published.SnapshotId) is not null;
        if (table.CurrentSnapshot is not { } now)
            return new($"has no current snapshot any more, {published.SnapshotId} was published", isKept);
        var line = new MainLine(table);
        var foreign = line.Snapshots.FirstOrDefault(s => s.SequenceNumber > published.SequenceNumber && !IsOrdinary(s, runs));
        if (foreign is not null)
            return new($"was changed by snapshot {foreign.SnapshotId} ({What(foreign)})", isKept);
        return line.DescendsFrom(published.SnapshotId, published.SequenceNumber) ? null
            : new($"was rolled back: snapshot {now.SnapshotId} does not descend from the published {published.SnapshotId}", isKept);
    }

    static bool IsOrdinary(Snapshot snapshot, IReadOnlyCollection<string> runs) =>
        snapshot.Operation == "replace" || snapshot.Summary.TryGetValue(LakeNames.Run, out var run) && runs.Contains(run);

    static string What(Snapshot snapshot) =>
        snapshot.Summary.GetValueOrDefault("engine-name") is { Length: > 0 } engine ? $"{snapshot.Operation}, {engine}" : snapshot.Operation;
}
