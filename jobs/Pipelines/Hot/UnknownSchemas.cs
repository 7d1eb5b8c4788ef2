using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>
/// Records that the job has left out because the registry did not have their schema, against those that are dead letters of bronze for it.
/// The registry may get the schema between the two decisions, whichever comes first, and bronze's is the one that stays. Pure.
/// </summary>
/// <param name="most">
/// So many records are remembered; what follows in a partition is taken as both have decided, until the state is read again.
/// </param>
sealed class UnknownSchemas(int most = 100_000)
{
    /// <summary>Up to where both are known to have decided alike.</summary>
    readonly Dictionary<LogPartition, long> settled = [];
    readonly HashSet<LogPosition> skipped = [];
    readonly Dictionary<LogPartition, long> forgottenFrom = [];

    /// <summary>Records that bronze has not decided on, as far as is known.</summary>
    public int Waiting => skipped.Count;

    /// <summary>The least offset from which on bronze's dead letters count.</summary>
    public long From => settled.Values.DefaultIfEmpty(0).Min();

    /// <summary>The job takes its own decisions from here on.</summary>
    public void Begin(IEnumerable<LogPosition> from)
    {
        foreach (var (partition, next) in from)
            settled[partition] = next;
        forgottenFrom.Clear();
    }

    /// <summary>A record was left out.</summary>
    public void Skip(LogPartition partition, long offset)
    {
        if (skipped.Count < most && !forgottenFrom.ContainsKey(partition))
            skipped.Add(new(partition, offset));
        else
            forgottenFrom.TryAdd(partition, offset);
    }

    /// <summary>Compares what both have decided on.</summary>
    /// <param name="bronze">How far bronze is.</param>
    /// <param name="next">How far the job is.</param>
    /// <param name="letters">Bronze's dead letters without a schema, as they were when it was there.</param>
    /// <returns>The first record that one of them has left out and the other has not; null: none.</returns>
    public LogPosition? Compare(
        IReadOnlyDictionary<LogPartition, long> bronze, IEnumerable<LogPosition> next, IReadOnlyCollection<LogPosition> letters)
    {
        foreach (var (partition, read) in next.Order())
        {
            var known = Math.Min(read, forgottenFrom.GetValueOrDefault(partition, long.MaxValue));
            var (from, to) = (settled[partition], Math.Min(bronze.GetValueOrDefault(partition), known));
            var ours = skipped.Where(s => s.Partition == partition && s.Next < to).ToHashSet();
            var theirs = letters.Where(l => l.Partition == partition && l.Next >= from && l.Next < to).ToHashSet();
            if (!ours.SetEquals(theirs))
                return ours.Union(theirs).Except(ours.Intersect(theirs)).Min();
            skipped.ExceptWith(ours);
            settled[partition] = Math.Max(from, to);
        }
        return null;
    }
}
