using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>Offsets that are dead letters or holes: a topic that is read again has them already.</summary>
public sealed class SetAside
{
    static readonly TableIdent letters = TableIdent.Parse(LakeNames.DeadLetters), holes = TableIdent.Parse(LakeNames.LogHoles);
    readonly Coverage coverage = new();

    SetAside()
    {
    }

    /// <summary>Reads both tables, as far as they are there.</summary>
    /// <exception cref="LakeException">Corrupt, Unavailable: one of them, which is named.</exception>
    public static async Task<SetAside> ReadAsync(Lake lake, CancellationToken cancel)
    {
        var found = new SetAside();
        foreach (var table in (await lake.Catalog.LoadAllAsync([letters, holes], cancel).ConfigureAwait(false)).Values)
            await TableCoverage.AddAsync(lake, table, found.coverage, cancel).ConfigureAwait(false);
        return found;
    }

    /// <summary>The offsets of a partition from one on, rising, none twice.</summary>
    public IReadOnlyList<OffsetRun> Of(LogPartition partition, long from)
    {
        var joined = new List<OffsetRun>();
        foreach (var run in coverage.RowsOf(letters, partition).Offsets.Runs().Concat(coverage.HolesOf(partition))
            .Where(run => run.To > from).OrderBy(run => run.From))
            if (joined.Count > 0 && joined[^1].To >= run.From)
                joined[^1] = joined[^1] with { To = Math.Max(joined[^1].To, run.To) };
            else
                joined.Add(run);
        return joined;
    }
}
