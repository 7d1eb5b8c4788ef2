using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Scan;

/// <summary>When a tag was made. The specification does not write it down, but the metadata files before the current one tell it.</summary>
static class TagTime
{
    /// <summary>
    /// The time of the first metadata file that has the tag; of its snapshot, which is never later, when the file before is gone (it was
    /// deleted, or the lake was moved, which begins the log anew). Looks into as many files as halving their log takes.
    /// </summary>
    public static async Task<long> FindAsync(MetadataStore store, Table table, string tag, CancellationToken cancel)
    {
        var reference = table.Metadata.Refs[tag];
        var log = table.Metadata.MetadataLog;
        var (low, high) = (0, log.Count);
        var (first, place, isBeforeRead) = (table.Metadata, table.MetadataLocation, false);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var then = await TryReadAsync(store, log[middle].MetadataFile, cancel);
            if (then?.Refs.GetValueOrDefault(tag)?.SnapshotId == reference.SnapshotId)
                (high, first, place) = (middle, then, log[middle].MetadataFile);
            else
                (low, isBeforeRead) = (middle + 1, then is not null);
        }
        var isKnown = low == 0 ? first.MetadataLog.Count == 0 && MetadataName.NumberOf(place) == 0 : isBeforeRead;
        return isKnown ? first.LastUpdatedMs : table.Metadata.FindSnapshot(reference.SnapshotId)!.TimestampMs;
    }

    static async Task<TableMetadata?> TryReadAsync(MetadataStore store, string location, CancellationToken cancel)
    {
        try
        {
            return await store.ReadAsync(location, cancel);
        }
        catch (LakeException)
        {
            return null;
        }
    }
}
