using System.Globalization;
using Dart.Lake.Lakehouse.Iceberg.Manifests;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// Which manifests a commit rewrites into one (Java's ManifestMergeManager), by the table's <c>commit.manifest…</c> properties.
/// </summary>
static class ManifestMerging
{
    const long DefaultTargetSize = 8 << 20;
    const int DefaultMinCount = 100;

    /// <summary>
    /// Groups of neighbours, newest first; a group of one stays as it is. The group with the newest manifest is only merged from
    /// a minimal count on, so that each commit does not rewrite the last one's.
    /// </summary>
    /// <param name="newestFirst">Of the next snapshot.</param>
    /// <param name="properties">The table's.</param>
    /// <param name="always">The commit is maintenance and rare: what is small is merged whatever its count.</param>
    public static List<List<ManifestFile>> Plan(
        IReadOnlyList<ManifestFile> newestFirst, IReadOnlyDictionary<string, string> properties, bool always)
    {
        var merges = !string.Equals(properties.GetValueOrDefault("commit.manifest-merge.enabled", "true"), "false", StringComparison.OrdinalIgnoreCase);
        var target = Number(properties, "commit.manifest.target-size-bytes", DefaultTargetSize);
        var minCount = Number(properties, "commit.manifest.min-count-to-merge", DefaultMinCount);
        var groups = new List<List<ManifestFile>>();
        foreach (var spec in newestFirst.GroupBy(m => (m.Content, m.SpecId)))
        {
            var mergeable = merges && spec.Key.Content == ManifestFile.Data;
            var first = true;
            foreach (var group in mergeable ? Pack([.. spec], target) : [.. spec.Select(m => new List<ManifestFile> { m })])
            {
                if (first && !always && group.Count < minCount)
                    groups.AddRange(group.Select(m => new List<ManifestFile> { m }));
                else
                    groups.Add(group);
                first = false;
            }
        }
        return groups;
    }

    /// <summary>
    /// Packs from the oldest end, so that old groups stay full and only the newest one changes (Java's packEnd, lookback 1).
    /// </summary>
    static List<List<ManifestFile>> Pack(List<ManifestFile> newestFirst, long target)
    {
        var groups = new List<List<ManifestFile>>();
        var size = 0L;
        for (var i = newestFirst.Count - 1; i >= 0; i--)
        {
            if (groups.Count == 0 || size + newestFirst[i].Length > target)
            {
                groups.Insert(0, []);
                size = 0;
            }
            groups[0].Insert(0, newestFirst[i]);
            size += newestFirst[i].Length;
        }
        return groups;
    }

    static long Number(IReadOnlyDictionary<string, string> properties, string key, long otherwise) =>
        !properties.TryGetValue(key, out var text) ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value
        : throw LakeException.Invalid($"the table property {key} is '{text}'; set it to a positive number");
}
