using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>Looks at a table and says what its maintenance would do; changes nothing.</summary>
public sealed class HealthCheck(Lake lake, IdSource ids)
{
    /// <param name="table">As it is.</param>
    /// <param name="compact">Which days are closed.</param>
    /// <param name="expire">Which snapshots are old.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">A table that cannot be planned.</exception>
    public async Task<TableHealth> LookAsync(Table table, CompactOptions compact, ExpireOptions expire, CancellationToken cancel)
    {
        var metadata = table.Metadata;
        var plan = await lake.Scan.PlanAsync(table, new ScanOptions(), cancel);
        var small = Compaction.CanCompact(metadata) ? await new Compaction(lake, ids).PlanAsync(table, plan.Files, compact, cancel) : [];
        await using var file = await lake.Store.TryOpenAsync(table.MetadataLocation, cancel);
        return new(
            table.Ident,
            plan.Files.Count,
            small.Sum(bin => bin.Count),
            plan.Files.Sum(f => f.FileSizeInBytes),
            await lake.Scan.ManifestsAsync(table, cancel),
            metadata.Snapshots.Count,
            await new Expiry(lake).CountAsync(table, expire, cancel),
            metadata.MetadataLog.Count + 1,
            file?.Length ?? 0,
            TableUpkeep.Of(metadata).Collects,
            TableNumber.Ignored(metadata.Properties));
    }
}
