using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>
/// Acts on what is chosen in parts, a commit each: whatever ends it, each record is before its act or behind it. A part that somebody
/// else was before is read and decided anew.
/// </summary>
static class ActParts
{
    /// <summary>How often a part is tried when others act too.</summary>
    const int MostTries = 20;

    /// <summary>What became of a part.</summary>
    /// <param name="Report">What it has done; null: somebody else was first, or there was nothing left.</param>
    /// <param name="IsEnd">There was nothing left.</param>
    public readonly record struct Outcome(ActReport? Report, bool IsEnd = false)
    {
        public static Outcome End => new(null, IsEnd: true);
    }

    /// <param name="part">Does the next part; one that was refused is the next one again.</param>
    /// <exception cref="LakeException">Conflict: others act all the time.</exception>
    public static async Task<ActReport> RunAsync(Func<Task<Outcome>> part)
    {
        var (moved, stays) = (new SortedDictionary<string, long>(StringComparer.Ordinal), new Dictionary<(LogPosition, string), Stays>());
        for (var tries = 0; ;)
        {
            var outcome = await part().ConfigureAwait(false);
            if (outcome.IsEnd)
                return new(moved, [.. stays.Values]);
            if (outcome.Report is { } report)
            {
                foreach (var (table, count) in report.Moved)
                    moved[table] = moved.GetValueOrDefault(table) + count;
                // files that others have joined meanwhile are read twice
                foreach (var one in report.Stays)
                    stays[(one.At, one.Reason)] = one;
                tries = 0;
            }
            else if (++tries == MostTries)
            {
                throw LakeException.Conflict($"others changed the same records, or acted, {MostTries} times meanwhile; {moved.Values.Sum()} records are done, run it again for the others");
            }
        }
    }
}
