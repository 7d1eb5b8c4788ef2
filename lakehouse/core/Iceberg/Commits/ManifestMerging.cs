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
    /// a minimal count on, so that each commit does not rewrite the last one's. What names deletions only stays by itself.
    /// </summary>
    /// <param name="newestFirst">Of the next snapshot.</param>
    /// <param name="properties">The table's.</param>
    /// <param name="always">The commit is maintenance and rare: what is small is merged whatever its count.</param>
    public static List<List<ManifestFile>> Plan(
        IReadOnlyList<ManifestFile> newestFirst, IReadOnlyDictionary<string, string> properties, bool always)
    {
        var merges = !string.Equals(properties.GetValueOrDefault("commit.manifest-merge.enabled", "true"), "false", StringComparison.OrdinalIgnoreCase);
        var target = TableNumber.Of(properties, TableNumber.ManifestTarget, DefaultTargetSize);
        var minCount = TableNumber.Of(properties, TableNumber.ManifestMinCount, DefaultMinCount);
        var groups = new List<List<ManifestFile>>();
        foreach (var spec in newestFirst.GroupBy(m => (m.Content, m.SpecId)))
        {
            var mergeable = spec.Where(m => merges && m.Content == ManifestFile.Data && m.MayHaveLiveFiles).ToList();
            groups.AddRange(spec.Except(mergeable).Select(m => new List<ManifestFile> { m }));
            var first = true;
            foreach (var group in Pack(mergeable, target))
            {
                var merged = always ? group.Count
                    : !first ? Tier(group, 1)
                    : group.Count < minCount ? 0
                    : Tier(group, Math.Max(2, minCount / 2));
                if (merged > 0)
                    groups.Add(group[..merged]);
                groups.AddRange(group[merged..].Select(m => new List<ManifestFile> { m }));
                first = false;
            }
        }
        return groups;
    }

    /// <summary>
    /// How many of the newest are merged: an older one only when what is merged with it is half as large or more. So most merges of a
    /// stream write little, however many files the table has, and an entry is written again as often as its manifest doubles. Without it
    /// a manifest that is almost full is written again by each commit, until not even one more file has room in it.
    /// </summary>
    /// <param name="newestFirst">Of one group.</param>
    /// <param name="least">So many are merged whatever their sizes.</param>
    static int Tier(List<ManifestFile> newestFirst, long least)
    {
        var count = (int)Math.Min(newestFirst.Count, least);
        var size = newestFirst.Take(count).Sum(m => m.Length);
        while (count < newestFirst.Count && newestFirst[count].Length <= 2 * size)
            size += newestFirst[count++].Length;
        return count;
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
}
