using System.Globalization;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>The summary of a new snapshot: its operation, what it added and removed, and the totals after it (spec, Appendix F).</summary>
static class SnapshotSummary
{
    /// <summary>Totals are the parent's plus the difference; one that the parent lacks is left out rather than guessed.</summary>
    public static Dictionary<string, string> Make(
        Snapshot? parent,
        TableIntent intent,
        IReadOnlyCollection<DataFile> added,
        IReadOnlyCollection<DataFile> removed)
    {
        var summary = new Dictionary<string, string>(StringComparer.Ordinal) { ["operation"] = Operation(intent) };
        if (intent.Replace is not null)
            summary["replace-partitions"] = "true";
        foreach (var (key, value) in intent.Summary)
            summary[key] = key is "operation" ? throw LakeException.Invalid("a commit does not set the summary key 'operation'") : value;
        Set(summary, "added-data-files", added.Count);
        Set(summary, "added-records", added.Sum(f => f.RecordCount));
        Set(summary, "added-files-size", added.Sum(f => f.FileSizeInBytes));
        Set(summary, "deleted-data-files", removed.Count);
        Set(summary, "deleted-records", removed.Sum(f => f.RecordCount));
        Set(summary, "removed-files-size", removed.Sum(f => f.FileSizeInBytes));
        Set(summary, "changed-partition-count", added.Concat(removed).Select(f => f.Partition).Distinct().Count());
        Total(summary, parent, "total-data-files", added.Count - removed.Count);
        Total(summary, parent, "total-records", added.Sum(f => f.RecordCount) - removed.Sum(f => f.RecordCount));
        Total(summary, parent, "total-files-size", added.Sum(f => f.FileSizeInBytes) - removed.Sum(f => f.FileSizeInBytes));
        foreach (var key in (ReadOnlySpan<string>)["total-delete-files", "total-position-deletes", "total-equality-deletes"])
            Total(summary, parent, key, 0);
        return summary;
    }

    static string Operation(TableIntent intent) => intent switch
    {
        { Rewrite: not null } => "replace",
        { Replace: not null } or { Remove: not null } => "overwrite",
        _ => "append",
    };

    static void Set(Dictionary<string, string> summary, string key, long value)
    {
        if (value != 0)
            summary[key] = value.ToString(CultureInfo.InvariantCulture);
    }

    static void Total(Dictionary<string, string> summary, Snapshot? parent, string key, long difference)
    {
        if (parent is null)
            summary[key] = difference.ToString(CultureInfo.InvariantCulture);
        else if (parent.Summary.TryGetValue(key, out var text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var before))
            summary[key] = (before + difference).ToString(CultureInfo.InvariantCulture);
    }
}
