using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>
/// Records that somebody had released into a table, and that are nowhere since the table was brought back to a state before it: they are
/// dead letters no more, and lie before what is read again.
/// </summary>
public static class UndoneActs
{
    static readonly TableIdent letters = TableIdent.Parse(LakeNames.DeadLetters), holes = TableIdent.Parse(LakeNames.LogHoles);

    /// <summary>Their offsets, by partition. Reads the table's rows only when an act has touched one of its partitions.</summary>
    /// <param name="lake">Has the table.</param>
    /// <param name="table">As it is now.</param>
    /// <param name="reached">Up to which offset its rows go, by partition.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="LakeException">Corrupt, Unavailable: a file of a table, which is named.</exception>
    public static async Task<IReadOnlyList<(LogPartition Partition, OffsetRun Offsets)>> FindAsync(
        Lake lake, Table table, IReadOnlyDictionary<LogPartition, long> reached, CancellationToken cancel)
    {
        if (await lake.Catalog.TryLoadAsync(ActNumber.Table, cancel).ConfigureAwait(false) is not { } acts)
            return [];
        var coverage = new Coverage();
        await TableCoverage.AddAsync(lake, acts, coverage, cancel).ConfigureAwait(false);
        var concerned = reached.Where(place => Acted(place.Key).Any(run => run.From < place.Value)).ToList();
        if (concerned.Count == 0)
            return [];
        await TableCoverage.AddAsync(lake, table, coverage, cancel).ConfigureAwait(false);
        foreach (var aside in (await lake.Catalog.LoadAllAsync([letters, holes], cancel).ConfigureAwait(false)).Values)
            await TableCoverage.AddAsync(lake, aside, coverage, cancel).ConfigureAwait(false);
        return [.. concerned.OrderBy(place => place.Key).SelectMany(Missing)];

        IEnumerable<OffsetRun> Acted(LogPartition partition) => coverage.RowsOf(acts.Ident, partition).Offsets.Runs();

        IEnumerable<(LogPartition, OffsetRun)> Missing(KeyValuePair<LogPartition, long> place)
        {
            var missing = new OffsetBitmap();
            foreach (var run in Acted(place.Key))
                for (var offset = run.From; offset < Math.Min(run.To, place.Value); offset++)
                    if (!IsThere(place.Key, offset))
                        missing.Add(offset);
            return missing.Runs().Select(run => (place.Key, run));
        }

        bool IsThere(LogPartition partition, long offset) =>
            coverage.RowsOf(table.Ident, partition).Offsets.Contains(offset)
            || coverage.RowsOf(letters, partition).Offsets.Contains(offset)
            || coverage.HolesOf(partition).Any(hole => hole.From <= offset && offset < hole.To);
    }
}
