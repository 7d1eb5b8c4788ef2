using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>What a rollback did.</summary>
/// <param name="From">The snapshot that was current.</param>
/// <param name="To">That is it now; the same: nothing was done.</param>
/// <param name="HoldsStream">The table's position names a snapshot that is not in the history any more, so that its stream stops.</param>
public sealed record RollbackReport(TableIdent Table, long? From, long To, bool HoldsStream);

/// <summary>
/// Makes an earlier snapshot of a table the current one again. Nothing is deleted: what came after it stays until it expires.
/// </summary>
public sealed class Rollback(Lake lake)
{
    /// <param name="ident">Of a table that is there.</param>
    /// <param name="word">A snapshot, tag or time, as <c>--as-of</c> takes them.</param>
    /// <param name="anySnapshot">Also one that main does not descend from.</param>
    /// <param name="cancel">Ends it before the commit.</param>
    /// <exception cref="LakeException">Invalid: no such table or state, or a snapshot that is no ancestor of the current one.</exception>
    public async Task<RollbackReport> RunAsync(TableIdent ident, string word, bool anySnapshot, CancellationToken cancel)
    {
        var table = await lake.Catalog.TryLoadAsync(ident, cancel)
            ?? throw LakeException.Invalid($"there is no table {ident}; 'dartlake table ls' lists all");
        var (options, _) = await NamedState.Find(word, [table], lake.Scan).OfAsync(table, cancel);
        var target = TimeTravel.Choose(table, options).Snapshot
            ?? throw LakeException.Invalid($"{ident} had no snapshot then; see 'dartlake table history {ident}'");
        var change = new TableChange(ident, now => IntentOf(now, target.SnapshotId, anySnapshot)) { Uuid = table.Metadata.TableUuid };
        var after = (await lake.Catalog.CommitAsync([change], null, cancel))[0].Metadata;
        var holds = SnapshotRetention.PositionOf(after) is { } position
            && !after.AncestryOf(after.CurrentSnapshot!).Any(s => s.SnapshotId == position);
        return new(ident, table.Metadata.CurrentSnapshotId, target.SnapshotId, holds);
    }

    static TableIntent IntentOf(Table now, long target, bool anySnapshot)
    {
        var isAncestor = now.Metadata.CurrentSnapshot is { } current
            && now.Metadata.AncestryOf(current).Any(s => s.SnapshotId == target);
        return isAncestor || anySnapshot ? new TableIntent { Rollback = target }
            : throw LakeException.Invalid($"the current snapshot of {now.Ident} does not descend from {target}: this would not be a way back; add --any-snapshot to set it all the same");
    }
}
