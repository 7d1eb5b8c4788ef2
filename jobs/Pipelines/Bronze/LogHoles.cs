using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>Rows of ops.log_holes that wait for a commit: offsets that hold no event.</summary>
internal sealed class LogHoles
{
    public const string Table = LakeNames.LogHoles;
    public const string EndOfDayReason = "END_OF_DAY", SkippedReason = "SKIPPED", GapReason = "GAP";
    readonly int logId, topic, partition, from, to, reason, tradeDate, source, ingestedAt;

    /// <param name="contract">As the table has it; null: as a new one has.</param>
    public LogHoles(TableContract? contract = null)
    {
        var c = contract ?? TableContracts.Get(Table);
        Batch = new(c, 64);
        (logId, topic, partition, from, to) = (c.IndexOf("_log_id"), c.IndexOf("_topic"), c.IndexOf("_kafka_partition"), c.IndexOf("from_offset"), c.IndexOf("to_offset"));
        (reason, tradeDate, source, ingestedAt) = (c.IndexOf("reason"), c.IndexOf("trade_date"), c.IndexOf("source"), c.IndexOf("_ingested_at"));
    }

    public ColumnBatch Batch { get; private set; }

    /// <summary>The table has other columns than the batch; what waits is forgotten.</summary>
    /// <param name="contract">See <see cref="TableColumns.Of"/>: the columns of ours come first, in their order.</param>
    public void Adopt(TableContract contract) => Batch = new(contract, 64);

    /// <summary>Books the offsets <paramref name="first"/> to <paramref name="end"/> (exclusive).</summary>
    public void Add(LogPartition log, long first, long end, string why, EndOfDayMarker? marker, long ingestedMicros)
    {
        Batch.Text(logId).Append(log.LogId);
        Batch.Text(topic).Append(log.Topic);
        Batch.Int32(partition).Append(log.Partition);
        Batch.Int64(from).Append(first);
        Batch.Int64(to).Append(end);
        Batch.Text(reason).Append(why);
        if (marker is null)
        {
            Batch[tradeDate].AppendNull();
            Batch[source].AppendNull();
        }
        else
        {
            Batch.Int32(tradeDate).Append(marker.TradeDate);
            Batch.Text(source).Append(marker.Source);
        }
        Batch.Int64(ingestedAt).Append(ingestedMicros);
        Batch.EndRow();
    }
}
