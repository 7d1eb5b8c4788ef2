using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>
/// Takes old snapshots out of a table's metadata, in one commit; the files that only they need wait for their deletion, those with rows
/// for a day. What a tag or branch, the position, a run's inputs or a publication need stays, whatever its age.
/// </summary>
public sealed class Expiry(Lake lake)
{
    /// <exception cref="LakeException">Invalid: no such table, or one whose gc.enabled is false; Corrupt: a run in the ledger, or the
    /// table's position, whose needs are not known then.</exception>
    public async Task<ExpireReport> RunAsync(TableIdent ident, ExpireOptions options, CancellationToken cancel)
    {
        var table = await lake.Catalog.TryLoadAsync(ident, cancel)
            ?? throw LakeException.Invalid($"there is no table {ident}; 'dartlake table ls' lists all");
        if (!TableUpkeep.Of(table.Metadata).Collects)
            throw LakeException.Invalid($"{TableUpkeep.Gc} is false for {ident}: nothing of it is deleted; another engine set it, which can set it to true");
        var runs = await RunInputs.ReadAsync(lake.Ledger, ident, cancel);
        var (old, needed) = Choose(table.Metadata, options, runs);
        if (old.Count > 0)
        {
            var change = new TableChange(ident, now => new TableIntent { Expire = Choose(now.Metadata, options, runs).Old })
            {
                Uuid = table.Metadata.TableUuid,
            };
            var after = (await lake.Catalog.CommitAsync([change], null, cancel))[0];
            var gone = table.Metadata.Snapshots.Count(s => after.Metadata.FindSnapshot(s.SnapshotId) is null);
            return new(ident, gone, after.Metadata.Snapshots.Count, needed, lake.WaitingDeletions().Count);
        }
        return new(ident, 0, table.Metadata.Snapshots.Count, needed, lake.WaitingDeletions().Count);
    }

    /// <summary>How many snapshots would go.</summary>
    internal async Task<int> CountAsync(Table table, ExpireOptions options, CancellationToken cancel) =>
        TableUpkeep.Of(table.Metadata).Collects
        ? Choose(table.Metadata, options, await RunInputs.ReadAsync(lake.Ledger, table.Ident, cancel)).Old.Count
        : 0;

    /// <summary>Snapshots that may go, and the number of those that are old but needed.</summary>
    static (HashSet<long> Old, int Needed) Choose(TableMetadata table, ExpireOptions options, IReadOnlySet<long> runs)
    {
        var keep = (int)Math.Min(int.MaxValue, Math.Max(options.Keep, TableNumber.Of(table.Properties, TableNumber.MinSnapshots, 1)));
        var recent = RecentlyCurrent(table, options.Before.ToUnixTimeMilliseconds());
        recent.UnionWith(table.Snapshots.OrderByDescending(s => s.SequenceNumber).Take(keep).Select(s => s.SnapshotId));
        var old = table.Snapshots.Select(s => s.SnapshotId).Where(id => !recent.Contains(id)).ToHashSet();
        var all = old.Count;
        old.ExceptWith(SnapshotRetention.Needed(table));
        old.ExceptWith(runs);
        return (old, all - old.Count);
    }

    /// <summary>Snapshots that were made since then, or were the current one at some moment since.</summary>
    static HashSet<long> RecentlyCurrent(TableMetadata table, long since)
    {
        var recent = table.Snapshots.Where(s => s.TimestampMs >= since).Select(s => s.SnapshotId).ToHashSet();
        var log = table.SnapshotLog;
        for (var i = 0; i < log.Count; i++)
            if (i + 1 == log.Count || log[i + 1].TimestampMs > since)
                recent.Add(log[i].SnapshotId);
        return recent;
    }
}
