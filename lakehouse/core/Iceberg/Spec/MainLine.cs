using System.Globalization;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>
/// The snapshots of main as far as they are kept. An expiry cuts the line: Java leaves the oldest a parent that is not there, PyIceberg
/// leaves it none, though the first snapshot of a table alone has the sequence number 1.
/// </summary>
public sealed class MainLine
{
    readonly TableMetadata table;

    public MainLine(TableMetadata table) =>
        (this.table, Snapshots) = (table, table.CurrentSnapshot is { } current ? [.. table.AncestryOf(current)] : []);

    /// <summary>Newest first; none when main has no snapshot.</summary>
    public IReadOnlyList<Snapshot> Snapshots { get; }

    /// <summary>
    /// Whether main descends from that snapshot: it is in the line, or it lies where others have cut the line by an expiry. False after a
    /// rollback to before it.
    /// </summary>
    /// <param name="snapshotId">A snapshot that main had once.</param>
    /// <param name="sequence">
    /// Its sequence number; null: known only when the snapshot is kept. When it is not, a main that is not the newest snapshot of the table
    /// was rolled back.
    /// </param>
    /// <param name="records">
    /// Rows that the table had with it; null: not known. Maintenance takes none away: a main with fewer was rolled back before it was cut.
    /// </param>
    public bool DescendsFrom(long snapshotId, long? sequence = null, long? records = null)
    {
        if (Snapshots.Any(s => s.SnapshotId == snapshotId))
            return true;
        if (Snapshots.Count == 0)
            return false;
        var oldest = Snapshots[^1];
        var isCut = oldest.ParentSnapshotId is not null || oldest.SequenceNumber > 1;
        return isCut && !(RecordsOf(Snapshots[0]) < records) && ((sequence ?? table.FindSnapshot(snapshotId)?.SequenceNumber) is { } known
            ? oldest.SequenceNumber > known
            : Snapshots[0].SequenceNumber == table.LastSequenceNumber);
    }

    /// <summary>Rows of a table with that snapshot as its summary says; none without a snapshot; null: it does not say.</summary>
    public static long? RecordsOf(Snapshot? snapshot) => snapshot is null ? 0
        : long.TryParse(snapshot.Summary.GetValueOrDefault("total-records"), NumberStyles.None, CultureInfo.InvariantCulture, out var records)
            ? records : null;
}
