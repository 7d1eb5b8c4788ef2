using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Statistics;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>The statistics from which an analysis may go on: those of the nearest state before, whoever wrote them.</summary>
/// <param name="Snapshot">Which they are of.</param>
/// <param name="Sketches">Of all columns asked for, by field id.</param>
sealed record KnownStatistics(Snapshot Snapshot, IReadOnlyDictionary<int, ThetaSketch> Sketches)
{
    /// <summary>Whether the table's rows have statistics: of the current snapshot, or of one that was rewritten to it.</summary>
    public static bool HasCurrent(TableMetadata table)
    {
        var of = table.Statistics.Select(s => s.Long("snapshot-id")).ToHashSet();
        var rows = table.RowsSnapshotId;
        foreach (var snapshot in table.CurrentSnapshot is { } current ? table.AncestryOf(current) : [])
            if (of.Contains(snapshot.SnapshotId))
                return true;
            else if (snapshot.SnapshotId == rows)
                return false;
        return false;
    }

    /// <summary>
    /// Null: there are none of all columns, or they cannot be gone on from. A file that cannot be read is no failure: all can be read anew.
    /// </summary>
    public static async Task<KnownStatistics?> FindAsync(
        TableMetadata table, IReadOnlyList<SchemaField> columns, IObjectStore store, CancellationToken cancel)
    {
        if (table.CurrentSnapshot is not { } current)
            return null;
        foreach (var snapshot in table.AncestryOf(current))
            foreach (var entry in table.Statistics.Where(s => s.Long("snapshot-id") == snapshot.SnapshotId))
                return HaveSameTypes(table.SchemaOf(snapshot), columns)
                    ? await TryReadAsync(snapshot, entry, columns, store, cancel)
                    : null;
        return null;
    }

    /// <summary>A value of another type has other bytes, and so another hash.</summary>
    static bool HaveSameTypes(IcebergSchema then, IReadOnlyList<SchemaField> columns) =>
        columns.All(c => then.Fields.FirstOrDefault(f => f.Id == c.Id) is { } before && before.Type == c.Type);

    static async Task<KnownStatistics?> TryReadAsync(
        Snapshot snapshot, JsonElement entry, IReadOnlyList<SchemaField> columns, IObjectStore store, CancellationToken cancel)
    {
        try
        {
            var bytes = await store.ReadAsync(StatisticsFile.Read(entry).Path, PuffinFile.MostBytes, cancel);
            var sketches = new Dictionary<int, ThetaSketch>();
            foreach (var (blob, sketch) in PuffinFile.Read(bytes))
                if (blob is { Type: StatisticsBlob.Theta, Fields: [var field] } && columns.Any(c => c.Id == field))
                    sketches[field] = ThetaSketchBytes.Read(sketch);
            return columns.All(c => sketches.ContainsKey(c.Id)) ? new(snapshot, sketches) : null;
        }
        catch (LakeException)
        {
            return null;
        }
    }
}
