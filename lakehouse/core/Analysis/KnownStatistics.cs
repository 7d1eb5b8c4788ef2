using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>The statistics from which an analysis may go on: those of the nearest state before, whoever wrote them.</summary>
/// <param name="Snapshot">Which they are of.</param>
/// <param name="Sketches">Of one or more of the columns asked for, by field id.</param>
sealed record KnownStatistics(Snapshot Snapshot, IReadOnlyDictionary<int, ThetaSketch> Sketches)
{
    /// <summary>
    /// Whether the table's rows have statistics of all those columns: of the current snapshot, or of one that was rewritten to it. A file
    /// that is named and gone is none.
    /// </summary>
    public static async Task<bool> HasCurrentAsync(
        TableMetadata table, IReadOnlyList<SchemaField> columns, IObjectStore store, CancellationToken cancel)
    {
        var rows = table.RowsSnapshotId;
        foreach (var snapshot in table.CurrentSnapshot is { } current ? table.AncestryOf(current) : [])
        {
            var whole = EntriesOf(table, snapshot).Where(entry => columns.All(c => FieldsOf(entry).Contains(c.Id))).ToList();
            if (whole.Count > 0)
                return await IsThereAsync(whole[0], store, cancel);
            if (snapshot.SnapshotId == rows)
                return false;
        }
        return false;
    }

    static async Task<bool> IsThereAsync(JsonElement entry, IObjectStore store, CancellationToken cancel)
    {
        try
        {
            await using var file = await store.TryOpenAsync(StatisticsFile.Read(entry).Path, cancel);
            return file is not null;
        }
        catch (LakeException)
        {
            return false;
        }
    }

    /// <summary>
    /// Null: there are none, or they cannot be gone on from. A file that cannot be read is no failure: all can be read anew.
    /// </summary>
    public static async Task<KnownStatistics?> FindAsync(
        TableMetadata table, IReadOnlyList<SchemaField> columns, IObjectStore store, CancellationToken cancel)
    {
        foreach (var snapshot in table.CurrentSnapshot is { } current ? table.AncestryOf(current) : [])
            foreach (var entry in EntriesOf(table, snapshot))
            {
                var then = table.SchemaOf(snapshot);
                var wanted = columns.Where(c => HasSameType(then, c)).Select(c => c.Id).Intersect(FieldsOf(entry)).ToHashSet();
                if (wanted.Count > 0)
                    return await TryReadAsync(snapshot, entry, wanted, store, cancel);
            }
        return null;
    }

    static IEnumerable<JsonElement> EntriesOf(TableMetadata table, Snapshot snapshot) =>
        table.Statistics.Where(s => s.Long("snapshot-id") == snapshot.SnapshotId);

    /// <summary>A value of another type has other bytes, and so another hash.</summary>
    static bool HasSameType(IcebergSchema then, SchemaField column) =>
        then.Fields.FirstOrDefault(f => f.Id == column.Id) is { } before && before.Type == column.Type;

    /// <summary>Columns that an entry has sketches of, as the metadata repeats it; none of one that is not as the spec says.</summary>
    static IEnumerable<int> FieldsOf(JsonElement entry)
    {
        try
        {
            var file = StatisticsFile.Read(entry);
            return file.Blobs.Where(blob => IsSketchOf(blob, file.SnapshotId)).Select(blob => blob.Fields[0]);
        }
        catch (LakeException)
        {
            return [];
        }
    }

    /// <summary>A file may hold blobs of another state than the one that names it, which are nothing to go on from.</summary>
    static bool IsSketchOf(StatisticsBlob blob, long snapshot) =>
        blob is { Type: StatisticsBlob.Theta, Fields: [_] } && blob.SnapshotId == snapshot;

    static async Task<KnownStatistics?> TryReadAsync(
        Snapshot snapshot, JsonElement entry, HashSet<int> wanted, IObjectStore store, CancellationToken cancel)
    {
        try
        {
            var bytes = await store.ReadAsync(StatisticsFile.Read(entry).Path, PuffinFile.MostBytes, cancel);
            var sketches = new Dictionary<int, ThetaSketch>();
            foreach (var (blob, sketch) in PuffinFile.Read(
                bytes, blob => IsSketchOf(blob, snapshot.SnapshotId) && wanted.Contains(blob.Fields[0])))
                sketches[blob.Fields[0]] = ThetaSketchBytes.Read(sketch);
            return sketches.Count > 0 ? new(snapshot, sketches) : null;
        }
        catch (LakeException)
        {
            return null;
        }
    }
}
