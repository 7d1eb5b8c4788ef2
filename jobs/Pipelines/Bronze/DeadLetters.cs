using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>Rows of bronze.dead_letters that wait for a commit.</summary>
internal sealed class DeadLetters
{
    public const string Table = LakeNames.DeadLetters;
    readonly int logId, topic, partition, offset, timestamp, ingestedAt, schemaId, reason, detail, key, value;

    public DeadLetters()
    {
        var c = TableContracts.Get(Table);
        Batch = new(c, 64);
        (logId, topic, partition, offset, timestamp, ingestedAt) = (
            c.IndexOf("_log_id"), c.IndexOf("_topic"), c.IndexOf("_kafka_partition"), c.IndexOf("_offset"), c.IndexOf("_timestamp"), c.IndexOf("_ingested_at"));
        (schemaId, reason, detail, key, value) = (c.IndexOf("schema_id"), c.IndexOf("reason"), c.IndexOf("detail"), c.IndexOf("key"), c.IndexOf("value"));
    }

    public ColumnBatch Batch { get; }

    public void Add(in KafkaRecord record, in LogName log, int? schema, DecodeFailure failure, long ingestedMicros)
    {
        Batch.Text(logId).Append(log.LogId);
        Batch.Text(topic).Append(log.Topic);
        Batch.Int32(partition).Append(record.Partition);
        Batch.Int64(offset).Append(record.Offset);
        if (record.TimestampMicros < 0)
            Batch[timestamp].AppendNull();
        else
            Batch.Int64(timestamp).Append(record.TimestampMicros);
        Batch.Int64(ingestedAt).Append(ingestedMicros);
        if (schema is { } id)
            Batch.Int32(schemaId).Append(id);
        else
            Batch[schemaId].AppendNull();
        Batch.Text(reason).Append(failure.Reason.Text());
        Batch.Text(detail).Append(failure.Detail);
        Put(key, record.HasKey, record.Key);
        Put(value, record.HasValue, record.Value);
        Batch.EndRow();
    }

    void Put(int column, bool present, ReadOnlySpan<byte> bytes)
    {
        if (present)
            Batch.Binary(column).Append(bytes);
        else
            Batch[column].AppendNull();
    }
}
