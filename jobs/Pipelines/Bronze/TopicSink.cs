using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>One topic on its way into its table: every record becomes a row, a dead letter or a hole.</summary>
internal sealed class TopicSink
{
    readonly Coordinates coordinates;
    readonly Int64Column eventTime;
    readonly DeadLetters deadLetters;
    readonly LogHoles holes;
    LogName name;
    PartitionState?[] byNumber = [];

    public TopicSink(Topic topic, ISchemaRegistry registry, DeadLetters deadLetters, LogHoles holes, TimeProvider time)
    {
        Topic = topic;
        Table = TableIdent.Parse(topic.Table);
        this.deadLetters = deadLetters;
        this.holes = holes;
        Batch = new(topic.Contract, 4096);
        coordinates = new(Batch);
        eventTime = Batch.Int64(Batch.Contract.IndexOf("event_time"));
        Schemas = new(registry, Batch, topic.Schema.RecordName, time);
    }

    public Topic Topic { get; }
    public TableIdent Table { get; }
    public ColumnBatch Batch { get; }
    public WriterSchemas Schemas { get; }

    /// <summary>Those that this process reads.</summary>
    public IReadOnlyList<PartitionState> Partitions { get; private set; } = [];

    /// <summary>Starts anew on a log, with this process's share of its partitions.</summary>
    public void Begin(LogIdentity log, IReadOnlyList<PartitionState> partitions)
    {
        name = new(log);
        Partitions = partitions;
        byNumber = new PartitionState?[log.Partitions];
        foreach (var partition in partitions)
            byNumber[partition.Partition.Partition] = partition;
        Batch.Reset();
    }

    /// <summary>Takes a record. When its schema is not known yet nothing has happened: load the id and call again.</summary>
    /// <returns>The schema id to load, or null.</returns>
    public int? Take(in KafkaRecord record, int index, long ingestedMicros)
    {
        WriterSchema? schema = null;
        var framed = false;
        var id = 0;
        ReadOnlySpan<byte> payload = default;
        if (record.HasValue && Frame.TryRead(record.Value, out id, out payload))
        {
            framed = true;
            schema = Schemas.TryGet(id);
            if (schema is null)
                return id;
        }
        if (byNumber[record.Partition] is not { } partition)
            throw LakeException.Bug($"a record of {Topic.Name}[{record.Partition}], which is not this process's");
        var isNew = partition.Accept(record, out var skippedFrom, out var skippedTo);
        if (skippedTo > skippedFrom)
            holes.Add(partition.Partition, skippedFrom, skippedTo, LogHoles.SkippedReason, null, ingestedMicros);
        if (!isNew)
            return null;
        partition.Newest(index);
        var failure = !record.HasValue ? new(DeadLetterReason.NullValue, "the record has no value")
            : !framed ? new(DeadLetterReason.NotFramed, "the value does not begin with a zero byte and a schema id")
            : schema!.IsEndOfDay ? Mark(record, payload, partition, ingestedMicros)
            : schema.Failure ?? Row(record, schema.Decoder!, payload, id, ingestedMicros);
        if (failure is not null)
            deadLetters.Add(record, name, framed ? id : null, failure, ingestedMicros);
        return null;
    }

    DecodeFailure? Mark(in KafkaRecord record, ReadOnlySpan<byte> payload, PartitionState partition, long ingestedMicros)
    {
        if (!EndOfDayMarker.TryRead(payload, out var marker))
            return new(DeadLetterReason.Malformed, "not a trade date and a source");
        holes.Add(partition.Partition, record.Offset, record.Offset + 1, LogHoles.EndOfDayReason, marker, ingestedMicros);
        return null;
    }

    DecodeFailure? Row(in KafkaRecord record, RowDecoder decoder, ReadOnlySpan<byte> payload, int schemaId, long ingestedMicros)
    {
        var failure = decoder.Decode(payload);
        if (failure is null)
        {
            var time = eventTime.Values[^1];
            if (!Topics.IsPlausible(time))
                failure = new(DeadLetterReason.ImplausibleDay, $"the event time, {time} microseconds since 1970, is not between 1990 and 2100");
            else if (!coordinates.TryAppend(record, name, schemaId, ingestedMicros))
                failure = new(DeadLetterReason.Malformed, "the key is not UTF-8");
        }
        if (failure is null)
            Batch.EndRow();
        else
            Batch.Rollback();
        return failure;
    }
}
