using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>
/// Which files of a table hold nothing but rows that the sketches of an earlier state have seen: the files of that state, and what they
/// were rewritten to since. A row that a sketch sees twice is counted once, so a file that was rewritten together with newer ones is
/// simply read.
/// </summary>
/// <param name="scan">Plans the states.</param>
/// <param name="table">As it is.</param>
sealed class KnownFiles(TableScan scan, Table table)
{
    /// <summary>All of whose rows were seen.</summary>
    HashSet<string> known = [];

    /// <summary>With rows that were seen, perhaps beside others.</summary>
    HashSet<string> touched = [];

    /// <summary>
    /// Null: rows that were seen have gone, which a sketch cannot forget, or a state between cannot be planned; all is to be read.
    /// </summary>
    /// <param name="since">The state that was seen, an ancestor of the current one.</param>
    /// <param name="now">The current state.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<IReadOnlySet<string>?> FindAsync(Snapshot since, ScanPlan now, CancellationToken cancel)
    {
        try
        {
            known = await PathsAsync(since, cancel);
            touched = [.. known];
            var live = Paths(now);
            if (!touched.IsSubsetOf(live))
                await FollowAsync(since, cancel);
            return touched.IsSubsetOf(live) ? known : null;
        }
        catch (LakeException)
        {
            return null;
        }
    }

    /// <summary>Follows what was rewritten from the state that was seen to the current one.</summary>
    async Task FollowAsync(Snapshot since, CancellationToken cancel)
    {
        var newer = table.Metadata.AncestryOf(table.Metadata.CurrentSnapshot!).TakeWhile(s => s.SnapshotId != since.SnapshotId);
        var line = newer.Append(since).Reverse().ToList();
        for (var i = 1; i < line.Count; i++)
        {
            if (line[i].Operation != "replace")
                continue;
            var before = await PathsAsync(line[i - 1], cancel);
            // several in a row are as one
            while (i + 1 < line.Count && line[i + 1].Operation == "replace")
                i++;
            Rewrite(before, await PathsAsync(line[i], cancel));
        }
    }

    /// <summary>
    /// Files were rewritten without a change of rows. A file that had gone before stays in what was touched, and shows at the end.
    /// </summary>
    void Rewrite(HashSet<string> before, HashSet<string> after)
    {
        HashSet<string> gone = [.. before.Except(after)], come = [.. after.Except(before)];
        if (gone.Overlaps(touched))
        {
            touched.UnionWith(come);
            if (gone.IsSubsetOf(known))
                known.UnionWith(come);
        }
        touched.ExceptWith(gone);
        known.ExceptWith(gone);
    }

    async Task<HashSet<string>> PathsAsync(Snapshot state, CancellationToken cancel) =>
        Paths(await scan.PlanAsync(table, new ScanOptions { SnapshotId = state.SnapshotId }, cancel));

    static HashSet<string> Paths(ScanPlan plan) => plan.Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
}
