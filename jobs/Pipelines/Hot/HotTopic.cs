using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
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
    readonly ColumnBatch batch;
    readonly WriterSchemas schemas;
    readonly Int64Column eventTime;
    readonly List<(int Partition, long Offset)> rows = [];
    readonly TradeColumns? trades;
    readonly MarketColumns? market;
    readonly ReferenceColumns? references;
    ReadPosition[] positions = [];

    public HotTopic(Topic topic, ISchemaRegistry registry, HotState state, TimeProvider time)
    {
        Topic = topic.Name;
        batch = new(topic.Contract, 4096);
        schemas = new(registry, batch, topic.Schema.RecordName, time);
        eventTime = batch.Int64(batch.Contract.IndexOf("event_time"));
        // by the table: a topic under another name, as in tests, feeds it too
        if (topic.Table == Topics.Trades.Table)
            trades = new(batch, state.Names);
        else if (topic.Table == Topics.MarketData.Table)
            market = new(batch, state.Names, state.Market.Conditions);
        else if (topic.Table == Topics.Reference.Table)
            references = new(batch);
    }

    public string Topic { get; }

    /// <summary>How far each partition is read, by its number.</summary>
    public IReadOnlyList<ReadPosition> Positions => positions;

    /// <summary>Records taken.</summary>
    public long Taken { get; private set; }

    /// <summary>Reads on from these positions, one of every partition.</summary>
    public void Begin(IEnumerable<ReadPosition> from)
    {
        positions = [.. from];
        rows.Clear();
        batch.Reset();
    }

    /// <summary>Takes the i-th record of a batch. When its schema is not known yet nothing has happened: load the id and call again.</summary>
    /// <returns>The schema id to load, or null.</returns>
    /// <exception cref="LakeException">Corrupt: the log is another one under the same id.</exception>
    public int? Take(in KafkaRecord record, int i, HotGate gate)
    {
        var position = positions[record.Partition];
        WriterSchema? schema = null;
        ReadOnlySpan<byte> payload = default;
        if (record.Offset >= position.Next && record.HasValue && Frame.TryRead(record.Value, out var id, out payload) && (schema = schemas.TryGet(id)) is null)
            return id;
        if (!position.Accept(record, out _, out _))
            return null;
        position.Newest(i);
        Taken++;
        if (schema is { IsEndOfDay: true })
        {
            if (EndOfDayMarker.TryRead(payload, out var marker))
                gate.Mark(position.Partition, record.Offset, marker!.TradeDate);
        }
        else if (schema?.Decoder is { } decoder && (trades ?? market ?? (object?)references) is not null)
        {
            Decode(decoder, payload, record);
        }
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
            var (partition, offset) = (positions[rows[i].Partition].Partition, rows[i].Offset);
            if (trades is not null)
                gate.Apply(partition, offset, trades[i]);
            else if (market is not null)
                gate.Apply(partition, offset, market[i]);
            else
                gate.Apply(partition, offset, references![i]);
        }
        rows.Clear();
        batch.Reset();
    }

    void Decode(RowDecoder decoder, ReadOnlySpan<byte> payload, in KafkaRecord record)
    {
        if (decoder.Decode(payload) is null && Topics.IsPlausible(eventTime.Values[^1]) && (!record.HasKey || System.Text.Unicode.Utf8.IsValid(record.Key)))
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
