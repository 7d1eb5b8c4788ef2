using System.Text;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Columns;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>The columns of a bronze table that say where a row comes from.</summary>
internal sealed class Coordinates(ColumnBatch batch)
{
    readonly TextColumn logId = batch.Text(batch.Contract.IndexOf("_log_id"));
    readonly TextColumn topic = batch.Text(batch.Contract.IndexOf("_topic"));
    readonly Int32Column partition = batch.Int32(batch.Contract.IndexOf("_kafka_partition"));
    readonly Int64Column offset = batch.Int64(batch.Contract.IndexOf("_offset"));
    readonly Int64Column timestamp = batch.Int64(batch.Contract.IndexOf("_timestamp"));
    readonly TextColumn key = batch.Text(batch.Contract.IndexOf("_key"));
    readonly Int32Column schemaId = batch.Int32(batch.Contract.IndexOf("_schema_id"));
    readonly Int64Column ingestedAt = batch.Int64(batch.Contract.IndexOf("_ingested_at"));

    /// <summary>Appends them; the record's key is UTF-8.</summary>
    public void Append(in KafkaRecord record, in LogName log, int schema, long ingestedMicros)
    {
        if (!record.HasKey)
            key.AppendNull();
        else
            key.Append(record.Key);
        logId.Append(log.LogId);
        topic.Append(log.Topic);
        partition.Append(record.Partition);
        offset.Append(record.Offset);
        if (record.TimestampMicros < 0)
            timestamp.AppendNull();
        else
            timestamp.Append(record.TimestampMicros);
        schemaId.Append(schema);
        ingestedAt.Append(ingestedMicros);
    }
}

/// <summary>A log's id and topic as UTF-8, made once.</summary>
internal readonly struct LogName(LogIdentity log)
{
    public byte[] LogId { get; } = Encoding.UTF8.GetBytes(log.LogId);
    public byte[] Topic { get; } = Encoding.UTF8.GetBytes(log.Topic);
}
