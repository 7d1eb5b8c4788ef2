using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Positions;

/// <summary>How far a job has read a partition, and the newest record, by which it knows the log again.</summary>
/// <param name="partition">Its log.</param>
/// <param name="start">Where reading begins.</param>
/// <param name="anchor">The newest record before it, null when there is none.</param>
internal sealed class ReadPosition(LogPartition partition, StartDecision start, Anchor? anchor)
{
    Anchor? verify = start.Verify, last = anchor;
    int newest = -1;

    public LogPartition Partition { get; } = partition;

    /// <summary>The first offset that has not been consumed.</summary>
    public long Next { get; private set; } = start.Next;

    /// <summary>Where the client is told to read: at the anchor, or at <see cref="Next"/>.</summary>
    public long ReadFrom { get; } = start.ReadFrom;

    public PartitionPosition Position => new(Next, last);

    /// <summary>
    /// Takes notice of a record: false when it is older than the position. The offsets skipped before it, if any, are From to To.
    /// </summary>
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
        return !record.IsEnd;
    }

    /// <summary>The i-th entry of the batch at hand is the newest record.</summary>
    public void Newest(int i) => newest = i;

    /// <summary>Keeps the newest record of a batch as the anchor, before the batch's memory goes.</summary>
    public void KeepAnchor(BatchConsumer batch)
    {
        if (newest < 0)
            return;
        last = Anchor.Of(batch[newest]);
        newest = -1;
    }
}
