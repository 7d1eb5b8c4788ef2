using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Proofs;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>What the job knows of a partition between two commits.</summary>
/// <param name="partition">Its log.</param>
/// <param name="committed">The table's position, null when it has none.</param>
/// <param name="start">Where reading begins.</param>
/// <param name="end">The offset after the log's last at this time.</param>
/// <param name="aside">Offsets from there on that are dead letters or holes already, rising; null: none.</param>
internal sealed class PartitionState(
    LogPartition partition, PartitionPosition? committed, StartDecision start, long end, IReadOnlyList<OffsetRun>? aside = null)
{
    readonly IReadOnlyList<OffsetRun> setAside = aside ?? [];
    readonly ReadPosition read = new(partition, start, committed?.Anchor);
    int behind;

    public LogPartition Partition => read.Partition;

    /// <summary>The table's position that the next commit starts from; null: the table has none.</summary>
    public long? Committed { get; private set; } = committed?.Next;

    /// <summary>The first offset that has not been consumed.</summary>
    public long Next => read.Next;

    /// <summary>Where the client was told to read: at the anchor, or at <see cref="Next"/>.</summary>
    public long ReadFrom => read.ReadFrom;

    /// <summary>Uncommitted bytes of values.</summary>
    public long Bytes { get; private set; }

    /// <summary>Where the log ended at the start.</summary>
    public long End { get; } = end;

    public bool Moved => Next != (Committed ?? 0);

    public PartitionPosition Position => read.Position;

    /// <summary>See <see cref="ReadPosition.Accept"/>.</summary>
    public bool Accept(in KafkaRecord record, out long skippedFrom, out long skippedTo)
    {
        var isOld = record.Offset < Next;
        var isNew = read.Accept(record, out skippedFrom, out skippedTo);
        if (!isOld)
            Bytes += record.Value.Length;
        return isNew;
    }

    /// <summary>Whether a record is a dead letter or a hole already; asked with rising offsets.</summary>
    public bool IsSetAside(long offset)
    {
        while (behind < setAside.Count && setAside[behind].To <= offset)
            behind++;
        return behind < setAside.Count && setAside[behind].From <= offset;
    }

    /// <summary>What of a range is not set aside already.</summary>
    public IEnumerable<OffsetRun> NotSetAside(long from, long to)
    {
        foreach (var run in setAside.Where(run => run.To > from && run.From < to))
        {
            if (run.From > from)
                yield return new(from, run.From);
            from = Math.Min(run.To, to);
        }
        if (to > from)
            yield return new(from, to);
    }

    /// <summary>The i-th entry of the batch at hand is the newest record.</summary>
    public void Newest(int i) => read.Newest(i);

    /// <summary>Keeps the newest record of a batch as the anchor, before the batch's memory goes.</summary>
    public void KeepAnchor(BatchConsumer batch) => read.KeepAnchor(batch);

    /// <summary>What was consumed is in the table; a partition of which nothing was is not.</summary>
    public void SetCommitted()
    {
        if (Moved)
            Committed = Next;
        Bytes = 0;
    }
}
