using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>
/// One topic on its way into the state: records are decoded as bronze does it, so that both drop the same ones, and a batch's rows go through the gate together.
/// Of permit_raw only markers and positions count.
/// </summary>
sealed class HotTopic
{
    // Bronze's bounds: an event day outside of them is a dead letter.
    const long EarliestMicros = 631_152_000_000_000, LatestMicros = 4_102_444_800_000_000;

    readonly ColumnBatch batch;
    readonly WriterSchemas schemas;
    readonly Int64Column eventTime;
    readonly List<(int Partition, long Offset)> rows = [];
    readonly TradeColumns? trades;
    readonly MarketColumns? market;
    readonly ReferenceColumns? references;

    public HotTopic(string topic, string table, string record, ISchemaRegistry registry, HotState state, TimeProvider time)
    {
        (Topic, Table) = (topic, table);
        batch = new(TableContracts.Get(table), 4096);
        schemas = new(registry, batch, record, time);
        eventTime = batch.Int64(batch.Contract.IndexOf("event_time"));
        switch (table)
        {
            case "bronze.trades": trades = new(batch, state.Names); break;
            case "bronze.market_data": market = new(batch, state.Names, state.Market.Conditions); break;
            case "bronze.reference": references = new(batch); break;
        }
    }

    public string Topic { get; }
    public string Table { get; }

    /// <summary>By partition number: the next offset to consume.</summary>
    public long[] Next { get; private set; } = [];
    public LogPartition[] Partitions { get; private set; } = [];

    public void Begin(LogIdentity log, long[] next)
    {
        Partitions = [.. Enumerable.Range(0, log.Partitions).Select(p => new LogPartition(log.LogId, log.Topic, p))];
        Next = next;
        rows.Clear();
        batch.Reset();
    }

    /// <summary>Takes a record. When its schema is not known yet nothing has happened: load the id and call again.</summary>
    /// <returns>The schema id to load, or null.</returns>
    public int? Take(in KafkaRecord record, HotGate gate)
    {
        if (record.Offset < Next[record.Partition])
            return null;
        if (!record.IsEnd && record.HasValue && Frame.TryRead(record.Value, out var id, out var payload))
        {
            if (schemas.TryGet(id) is not { } schema)
                return id;
            if (schema.IsEndOfDay)
            {
                if (EndOfDay.TryRead(payload, out var marker))
                    gate.Mark(Partitions[record.Partition], record.Offset, marker!.TradeDate);
            }
            else if (schema.Decoder is { } decoder && (trades ?? market ?? (object?)references) is not null)
            {
                Decode(decoder, payload, record);
            }
        }
        Next[record.Partition] = record.IsEnd ? record.Offset : record.Offset + 1;
        return null;
    }

    public Task LoadAsync(int id, CancellationToken cancel) => schemas.LoadAsync(id, cancel);

    /// <summary>Puts the batch's rows through the gate.</summary>
    public void Apply(HotGate gate)
    {
        trades?.Reset();
        market?.Reset();
        for (var i = 0; i < rows.Count; i++)
        {
            var (partition, offset) = rows[i];
            if (trades is not null)
                gate.Apply(Partitions[partition], offset, trades[i]);
            else if (market is not null)
                gate.Apply(Partitions[partition], offset, market[i]);
            else
                gate.Apply(Partitions[partition], offset, references![i]);
        }
        rows.Clear();
        batch.Reset();
    }

    void Decode(RowDecoder decoder, ReadOnlySpan<byte> payload, in KafkaRecord record)
    {
        if (decoder.Decode(payload) is null && eventTime.Values[^1] is >= EarliestMicros and < LatestMicros && (!record.HasKey || System.Text.Unicode.Utf8.IsValid(record.Key)))
        {
            batch.EndRow();
            rows.Add((record.Partition, record.Offset));
        }
        else
        {
            batch.Rollback();
        }
    }
}
