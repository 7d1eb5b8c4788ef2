using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>Which files a compaction joins: a pure function of the files of a table.</summary>
static class CompactionPlan
{
    const long DefaultTarget = 128L << 20;

    /// <summary>A file of this part of the target is large enough to stay: rewriting it would win nothing.</summary>
    const double LargeEnough = 0.75;

    static readonly int epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>Bytes that a file shall have.</summary>
    public static long TargetOf(TableMetadata table, CompactOptions options) =>
        options.TargetBytes ?? TableNumber.Of(table.Properties, TableNumber.FileTarget, DefaultTarget);

    /// <summary>The small files of closed partitions, the older first.</summary>
    public static IReadOnlyList<DataFile> Small(TableMetadata table, IReadOnlyList<DataFile> files, CompactOptions options)
    {
        var target = TargetOf(table, options);
        var partition = PartitionType.Of(table, table.DefaultSpecId);
        var before = options.Before.DayNumber - epoch;
        return
        [
            .. files
                .Where(f => f.SpecId == table.DefaultSpecId
                    && f.FileSizeInBytes < target * LargeEnough
                    && IsClosed(partition, f.Partition, before))
                .OrderBy(f => f.SequenceNumber)
                .ThenBy(f => f.Path, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// Groups of at least two files of one partition and one shape, each of which gives a file of at most the target's size. In order, so
    /// that rows stay in the order in which they were written.
    /// </summary>
    /// <param name="small">Files with what columns they have.</param>
    /// <param name="target">Bytes.</param>
    public static IReadOnlyList<IReadOnlyList<DataFile>> Bins(IReadOnlyList<(DataFile File, string Shape)> small, long target)
    {
        var bins = new List<List<DataFile>>();
        foreach (var group in small.GroupBy(s => (s.File.Partition, s.Shape)))
        {
            var (bin, size) = (new List<DataFile>(), 0L);
            bins.Add(bin);
            foreach (var (file, _) in group)
            {
                if (bin.Count > 0 && size + file.FileSizeInBytes > target)
                {
                    bins.Add(bin = []);
                    size = 0;
                }
                bin.Add(file);
                size += file.FileSizeInBytes;
            }
        }
        return [.. bins.Where(bin => bin.Count > 1)];
    }

    /// <summary>
    /// Whether all of a partition's time lies before that day (since 1970). What has no time is closed: appends never touch its files.
    /// </summary>
    static bool IsClosed(PartitionType partition, PartitionKey key, int before)
    {
        for (var i = 0; i < partition.Fields.Count && i < key.Values.Count; i++)
            if (key.Values[i] is int value && EndOf(partition.Fields[i], value) is { } end && end > before)
                return false;
        return true;
    }

    /// <summary>The first day after a partition value's time, of whatever year that is; null when it is none.</summary>
    static long? EndOf(
        (PartitionField Field, IcebergType? Source, IcebergType? Result) field, int value) => field.Field.Transform.Kind switch
        {
            TransformKind.Identity when field.Result?.Name == "date" => value + 1L,
            TransformKind.Day => value + 1L,
            TransformKind.Hour => (long)Math.Floor(value / 24.0) + 1,
            TransformKind.Month => FirstDayOf(value + 1L),
            TransformKind.Year => FirstDayOf((value + 1L) * 12),
            _ => null,
        };

    /// <summary>Months since 1970 as days; what lies outside of the calendar's years is at that end of all days.</summary>
    static long FirstDayOf(long months) =>
        months < (DateOnly.MinValue.Year - DateTime.UnixEpoch.Year) * 12L ? long.MinValue
        : months >= (DateOnly.MaxValue.Year + 1 - DateTime.UnixEpoch.Year) * 12L ? long.MaxValue
        : DateOnly.FromDateTime(DateTime.UnixEpoch).AddMonths((int)months).DayNumber - epoch;
}
