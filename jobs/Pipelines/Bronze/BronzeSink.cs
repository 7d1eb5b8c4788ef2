using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>One topic on its way into its table: every record becomes a row, a dead letter or a hole.</summary>
internal sealed class BronzeSink
{
    readonly ISchemaRegistry registry;
    readonly TimeProvider time;
    readonly DeadLetters deadLetters;
    readonly LogHoles holes;
    Coordinates coordinates;
    LogName name;
    PartitionState?[] byNumber = [];

    public BronzeSink(Topic topic, ISchemaRegistry registry, DeadLetters deadLetters, LogHoles holes, TimeProvider time)
    {
        Topic = topic;
        Table = TableIdent.Parse(topic.Table);
        this.deadLetters = deadLetters;
        this.holes = holes;
        this.registry = registry;
        this.time = time;
        Batch = new(topic.Contract, 4096);
        coordinates = new(Batch);
        Admission = new(Batch, registry, topic.Schema, time);
    }

    public Topic Topic { get; }
    public TableIdent Table { get; }
    public ColumnBatch Batch { get; private set; }

    /// <summary>Records that were taken since the job started; the one by which a log is known again is not taken twice.</summary>
    public long Events { get; private set; }

    /// <summary>Decides on records, and knows the writers' schemas.</summary>
    public Admission Admission { get; private set; }

    /// <summary>The table had rows when the job last read on from it.</summary>
    public bool TableHasRows { get; private set; }

    /// <summary>See <see cref="ReadAgain.Mark"/>.</summary>
    public bool? ReadAgainMark { get; private set; }

    /// <summary>Those that this process reads.</summary>
    public IReadOnlyList<PartitionState> Partitions { get; private set; } = [];

    /// <summary>
    /// The table has other columns than the batch: the rows that wait are kept, with those of their columns that the table has no more,
    /// at which their commit is refused.
    /// </summary>
    /// <param name="contract">See <see cref="TableColumns.Of"/>.</param>
    /// <returns>Whether anything is other than before.</returns>
    public bool Adopt(TableContract contract)
    {
        if (Batch.RowCount > 0)
            contract = contract with
            {
                Columns = [.. contract.Columns, .. Batch.Contract.Columns.Where(c => contract.IndexOf(c.Name) < 0)],
            };
        if (contract.Columns.SequenceEqual(Batch.Contract.Columns) && contract.OtherNames.SequenceEqual(Batch.Contract.OtherNames))
            return false;
        Batch = Batch.Reshape(contract);
        coordinates = new(Batch);
        Admission = new(Batch, registry, Topic.Schema, time);
        return true;
    }

    /// <summary>Starts anew on a log, with this process's share of its partitions.</summary>
    public void Begin(LogIdentity log, IReadOnlyList<PartitionState> partitions, bool tableHasRows = false, bool? readAgainMark = null)
    {
        (TableHasRows, ReadAgainMark) = (tableHasRows, readAgainMark);
        name = new(log);
        Partitions = partitions;
        byNumber = new PartitionState?[log.Partitions];
        foreach (var partition in partitions)
            byNumber[partition.Partition.Partition] = partition;
        Batch.Reset();
    }

    /// <summary>
    /// Takes the i-th record of a batch. When its schema is not known yet nothing has happened: load the id and call again.
    /// </summary>
    /// <returns>The schema id to load, or null.</returns>
    /// <exception cref="LakeException">Corrupt: the log is another one under the same id.</exception>
    public int? Take(in KafkaRecord record, int i, long ingestedMicros)
    {
        // the client may still hold records of a partition that went to another process, or with its topic
        if ((uint)record.Partition >= (uint)byNumber.Length || byNumber[record.Partition] is not { } partition)
            return null;
        FramedValue frame = default;
        var isAside = partition.IsSetAside(record.Offset);
        if (record.Offset >= partition.Next && !isAside && !Admission.TryFrame(record, out frame))
            return frame.SchemaId;
        var isNew = partition.Accept(record, out var skippedFrom, out var skippedTo);
        if (skippedTo > skippedFrom)
            foreach (var run in partition.NotSetAside(skippedFrom, skippedTo))
                holes.Add(partition.Partition, run.From, run.To, LogHoles.SkippedReason, null, ingestedMicros);
        if (!isNew)
            return null;
        Events++;
        partition.Newest(i);
        if (!isAside)
            Book(record, frame, partition, ingestedMicros);
        return null;
    }

    void Book(in KafkaRecord record, in FramedValue frame, PartitionState partition, long ingestedMicros)
    {
        var fate = Admission.Decide(record, frame);
        if (fate.DeadLetter is { } failure)
        {
            deadLetters.Add(record, name, frame.Schema is null ? null : frame.SchemaId, failure, ingestedMicros);
        }
        else if (fate.Marker is { } marker)
        {
            holes.Add(partition.Partition, record.Offset, record.Offset + 1, LogHoles.EndOfDayReason, marker, ingestedMicros);
        }
        else
        {
            coordinates.Append(record, name, frame.SchemaId, ingestedMicros);
            Batch.EndRow();
        }
    }
}
