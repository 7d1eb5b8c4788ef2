using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>What the job knows of a partition between two commits.</summary>
internal sealed class PartitionState
{
    Anchor? verify;
    Anchor? anchor;
    int newest = -1;

    /// <param name="partition">Its log.</param>
    /// <param name="committed">The table's position, null when it has none.</param>
    /// <param name="start">Where reading begins.</param>
    /// <param name="end">The offset after the log's last at this time.</param>
    public PartitionState(LogPartition partition, PartitionPosition? committed, StartDecision start, long end)
    {
        End = end;
        Partition = partition;
        Committed = committed?.Next;
        anchor = committed?.Anchor;
        Next = start.Next;
        ReadFrom = start.ReadFrom;
        verify = start.Verify;
    }

    public LogPartition Partition { get; }

    /// <summary>The table's position that the next commit starts from; null: the table has none.</summary>
    public long? Committed { get; private set; }

    /// <summary>The first offset that has not been consumed.</summary>
    public long Next { get; private set; }

    /// <summary>Where the client was told to read: at the anchor, or at <see cref="Next"/>.</summary>
    public long ReadFrom { get; }

    /// <summary>Uncommitted bytes of values.</summary>
    public long Bytes { get; private set; }

    /// <summary>Where the log ended at the start.</summary>
    public long End { get; }

    public bool Moved => Next != (Committed ?? 0);

    public PartitionPosition Position => new(Next, anchor);

    /// <summary>Takes notice of a record: false when it is older than the position. The offsets skipped before it, if any, are From to To.</summary>
    /// <exception cref="LakeException">Corrupt: the record at the anchor's offset is another one.</exception>
    public bool Accept(in KafkaRecord record, out long skippedFrom, out long skippedTo)
    {
        skippedFrom = skippedTo = 0;
        if (verify is not null)
        {
            verify.Verify(Partition, record);
            verify = null;
        }
        if (record.Offset < Next)
            return false;
        if (record.Offset > Next)
            (skippedFrom, skippedTo) = (Next, record.Offset);
        Next = record.IsEnd ? record.Offset : record.Offset + 1;
        Bytes += record.Value.Length;
        return !record.IsEnd;
    }

    /// <summary>The i-th entry of the batch at hand is the newest record.</summary>
    public void Newest(int i) => newest = i;

    /// <summary>Keeps the newest record of a batch as the anchor, before the batch's memory goes.</summary>
    public void KeepAnchor(BatchConsumer batch)
    {
        if (newest < 0)
            return;
        anchor = Anchor.Of(batch[newest]);
        newest = -1;
    }

    /// <summary>What was consumed is in the table; a partition of which nothing was is not.</summary>
    public void SetCommitted()
    {
        if (Moved)
            Committed = Next;
        Bytes = 0;
    }
}
