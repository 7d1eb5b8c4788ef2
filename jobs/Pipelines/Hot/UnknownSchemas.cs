using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>
/// Records that the job has left out because the registry did not have their schema, against those that are dead letters of bronze for it.
/// The registry may get the schema between the two decisions, whichever comes first, and bronze's is the one that stays. Pure.
/// </summary>
/// <param name="most">
/// So many records are remembered; what follows in a partition is taken as both have decided, until the state is read again.
/// </param>
sealed class UnknownSchemas(int most = UnknownSchemas.Most)
{
    public const int Most = 100_000;

    /// <summary>Up to where both are known to have decided alike.</summary>
    readonly Dictionary<LogPartition, long> settled = [];
    readonly HashSet<LogPosition> skipped = [];
    readonly Dictionary<LogPartition, long> forgottenFrom = [];

    /// <summary>Records that bronze has not decided on, as far as is known.</summary>
    public int Waiting => skipped.Count;

    /// <summary>Where bronze's dead letters begin to count.</summary>
    public IReadOnlyDictionary<LogPartition, long> Settled => settled;

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
    /// <param name="letters">
    /// Bronze's dead letters without a schema, as they were when it was there. Null, too many: taken as both have decided.
    /// </param>
    /// <returns>The first record that one of them has left out and the other has not; null: none.</returns>
    public LogPosition? Compare(
        IReadOnlyDictionary<LogPartition, long> bronze, IEnumerable<LogPosition> next, IReadOnlyCollection<LogPosition>? letters)
    {
        var theirs = letters?.ToLookup(l => l.Partition);
        var ours = skipped.ToLookup(s => s.Partition);
        foreach (var (partition, read) in next.Order())
        {
            var known = Math.Min(read, forgottenFrom.GetValueOrDefault(partition, long.MaxValue));
            var (from, to) = (settled[partition], Math.Min(bronze.GetValueOrDefault(partition), known));
            var left = ours[partition].Where(s => s.Next < to).ToHashSet();
            var other = theirs?[partition].Where(l => l.Next >= from && l.Next < to).ToHashSet() ?? left;
            if (!left.SetEquals(other))
                return left.Union(other).Except(left.Intersect(other)).Min();
            skipped.ExceptWith(left);
            settled[partition] = Math.Max(from, to);
        }
        return null;
    }

    /// <summary>Whether all of bronze's letters were compared, or never will be: nothing to look at then, until there are more.</summary>
    public bool HasSettled(IEnumerable<LogPosition> letters) => letters.All(l =>
        forgottenFrom.ContainsKey(l.Partition) || l.Next < settled.GetValueOrDefault(l.Partition, long.MaxValue));
}
