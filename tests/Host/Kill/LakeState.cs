using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>What the jobs have left in a lake, seen from outside the process.</summary>
static class LakeState
{
    public static readonly IReadOnlyList<(string Topic, string Table)> Tables =
        [("market_data_raw", "market_data"), ("permit_raw", "permit"), ("reference_raw", "reference"), ("trades_raw", "trades")];

    /// <summary>Commits of the four tables and the next offset of each partition.</summary>
    public static async Task<(int Snapshots, IReadOnlyDictionary<(string Topic, int Partition), long> Next)> ReadAsync(
        Lake lake, CancellationToken cancel)
    {
        var next = new Dictionary<(string, int), long>();
        var snapshots = 0;
        foreach (var (_, name) in Tables)
            if (await lake.Catalog.TryLoadAsync(new TableIdent("bronze", name), cancel) is { } table)
            {
                snapshots += table.Metadata.Snapshots.Count;
                foreach (var (place, position) in TablePosition.Of(table).Partitions)
                    next[(place.Topic, place.Partition)] = position.Next;
            }
        return (snapshots, next);
    }

    /// <summary>Whether a snapshot is in the table, now or earlier.</summary>
    public static async Task<bool> HasSnapshotAsync(Lake lake, TableIdent table, long snapshot, CancellationToken cancel) =>
        (await lake.Catalog.TryLoadAsync(table, cancel))?.Metadata.FindSnapshot(snapshot) is not null;
}
