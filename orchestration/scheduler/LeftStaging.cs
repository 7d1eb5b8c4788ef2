using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Staging;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>What runs on other engines have left in the catalog because they were killed: the next one takes it away.</summary>
static class LeftStaging
{
    static readonly TimeSpan longestAudit = TimeSpan.FromHours(12);

    /// <param name="lake">Whose.</param>
    /// <param name="targets">Who builds; without another engine nothing is looked for.</param>
    /// <param name="remark">Is told when something was there.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="time">The clock.</param>
    public static async Task SweepAsync(Lake lake, RunTargets targets, TimeProvider time, Action<string> remark, CancellationToken cancel)
    {
        if (targets.Layers.Count == 0)
            return;
        var swept = await StagingTables.SweepAsync(lake, IsLivingAsync, cancel);
        if (swept > 0)
            remark($"{swept} staging tables of runs that were killed are gone, with their files");

        // audits by hand have no row in the ledger
        async Task<bool> IsLivingAsync(string run, Table table) => await lake.Ledger.FindRunAsync(run, cancel) is { } known
            ? known.Status == Run.Running
            : time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(table.Metadata.LastUpdatedMs) < longestAudit;
    }
}
