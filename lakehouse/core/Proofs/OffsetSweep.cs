namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>Compares what a partition should hold, every offset below the position once, with what its tables hold.</summary>
static class OffsetSweep
{
    /// <summary>The kinds of run that can be wrong, and the run.</summary>
    public readonly record struct Fault(ProofFindingKind Kind, OffsetRun Offsets);

    /// <summary>
    /// Faults, rising by offset; runs of each kind that touch are one. The three inputs rise by From; runs of one input may overlap.
    /// </summary>
    public static IEnumerable<Fault> Faults(
        IEnumerable<OffsetRun> rows, IEnumerable<OffsetRun> deadLetters, IEnumerable<OffsetRun> holes, long next)
    {
        Fault? pending = null;
        foreach (var (offsets, cover) in Segments(rows, deadLetters, holes, next))
            foreach (var fault in FaultsOf(offsets, cover, next))
                if (pending is { } p && p.Kind == fault.Kind && p.Offsets.To == fault.Offsets.From)
                    pending = p with { Offsets = new(p.Offsets.From, fault.Offsets.To) };
                else
                {
                    if (pending is { } done)
                        yield return done;
                    pending = fault;
                }
        if (pending is { } tail)
            yield return tail;
    }

    static IEnumerable<Fault> FaultsOf(OffsetRun offsets, int cover, long next)
    {
        if (offsets.From >= next && cover > 0)
            yield return new(ProofFindingKind.BeyondPosition, offsets);
        else if (cover == 0 && offsets.From < next)
            yield return new(ProofFindingKind.Gap, offsets);
        else if (cover > 1)
            yield return new(ProofFindingKind.Overlap, offsets);
    }

    /// <summary>
    /// Cuts the axis from 0 where anything begins or ends, and at the position; each piece with the number of runs that cover it.
    /// </summary>
    static IEnumerable<(OffsetRun Offsets, int Cover)> Segments(
        IEnumerable<OffsetRun> rows, IEnumerable<OffsetRun> deadLetters, IEnumerable<OffsetRun> holes, long next)
    {
        var ends = new PriorityQueue<long, long>();
        long at = 0;
        foreach (var run in Merge(rows, deadLetters, holes).Append(new(long.MaxValue, long.MaxValue)))
        {
            while (at < run.From)
            {
                var end = Math.Min(run.From, ends.Count > 0 ? ends.Peek() : run.From);
                if (at < next && next < end)
                    end = next;
                if (end > at && (ends.Count > 0 || at < next))
                    yield return (new(at, end), ends.Count);
                at = end;
                while (ends.Count > 0 && ends.Peek() <= at)
                    ends.Dequeue();
            }
            ends.Enqueue(run.To, run.To);
        }
    }

    static IEnumerable<OffsetRun> Merge(params IEnumerable<OffsetRun>[] inputs)
    {
        var queue = new PriorityQueue<IEnumerator<OffsetRun>, long>();
        foreach (var input in inputs)
            Enqueue(queue, input.GetEnumerator());
        while (queue.TryDequeue(out var first, out _))
        {
            yield return first.Current;
            Enqueue(queue, first);
        }
    }

    static void Enqueue(PriorityQueue<IEnumerator<OffsetRun>, long> queue, IEnumerator<OffsetRun> runs)
    {
        if (runs.MoveNext())
            queue.Enqueue(runs, runs.Current.From);
        else
            runs.Dispose();
    }
}
