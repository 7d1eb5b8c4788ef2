using System.Text;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>
/// Rows of bronze.dead_letters that wait for a commit, and how many of each reason were committed. The first of a reason is told.
/// </summary>
internal sealed class DeadLetters
{
    public const string Table = LakeNames.DeadLetters;
    readonly ILogger log;
    readonly SortedDictionary<string, long> waiting = new(StringComparer.Ordinal), committed = new(StringComparer.Ordinal);
    readonly HashSet<(string Topic, DeadLetterReason Reason)> told = [];
    readonly int logId, topic, partition, offset, timestamp, ingestedAt, schemaId, reason, detail, key, value;

    /// <param name="log">What an operator should know.</param>
    /// <param name="contract">As the table has it; null: as a new one has.</param>
    public DeadLetters(ILogger log, TableContract? contract = null)
    {
        this.log = log;
        var c = contract ?? TableContracts.Get(Table);
        Batch = new(c, 64);
        (logId, topic, partition, offset, timestamp, ingestedAt) = (
            c.IndexOf("_log_id"), c.IndexOf("_topic"), c.IndexOf("_kafka_partition"), c.IndexOf("_offset"), c.IndexOf("_timestamp"), c.IndexOf("_ingested_at"));
        (schemaId, reason, detail, key, value) = (c.IndexOf("schema_id"), c.IndexOf("reason"), c.IndexOf("detail"), c.IndexOf("key"), c.IndexOf("value"));
    }

    public ColumnBatch Batch { get; private set; }

    /// <summary>The table has other columns than the batch; what waits is forgotten.</summary>
    /// <param name="contract">See <see cref="TableColumns.Of"/>: the columns of ours come first, in their order.</param>
    public void Adopt(TableContract contract) => Batch = new(contract, 64);

    /// <summary>Committed since the start, by reason.</summary>
    public IReadOnlyDictionary<string, long> Committed => committed.ToDictionary(StringComparer.Ordinal);

    /// <summary>What waits is in the table.</summary>
    public void SetCommitted()
    {
        foreach (var (why, count) in waiting)
            committed[why] = committed.GetValueOrDefault(why) + count;
        Forget();
    }

    /// <summary>What waits is read again.</summary>
    public void Forget()
    {
        waiting.Clear();
        Batch.Reset();
    }

    public void Add(in KafkaRecord record, in LogName name, int? schema, DecodeFailure failure, long ingestedMicros)
    {
        Tell(record, Encoding.UTF8.GetString(name.Topic), failure);
        Batch.Text(logId).Append(name.LogId);
        Batch.Text(topic).Append(name.Topic);
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

    void Tell(in KafkaRecord record, string topicName, DecodeFailure failure)
    {
        var why = failure.Reason.Text();
        waiting[why] = waiting.GetValueOrDefault(why) + 1;
        if (told.Add((topicName, failure.Reason)))
            log.DeadLetter(why, topicName, record.Partition, record.Offset, failure.Detail);
    }

    void Put(int column, bool present, ReadOnlySpan<byte> bytes)
    {
        if (present)
            Batch.Binary(column).Append(bytes);
        else
            Batch[column].AppendNull();
    }
}
