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
/// One topic on its way into the state: markers go to the gate at once, a batch's rows go through it together. Dead letters are bronze's.
/// </summary>
sealed class HotSink
{
    /// <summary>Puts a row of the batch through the gate.</summary>
    delegate void ApplyRow(int row, LogPartition partition, long offset, HotGate gate);

    readonly Admission admission;
    readonly ColumnBatch batch;
    readonly List<(int Partition, long Offset)> rows = [];
    readonly Action beginRows;

    /// <summary>Null: of this topic only markers and positions count.</summary>
    readonly ApplyRow? apply;
    ReadPosition[] positions = [];

    readonly UnknownSchemas? unknown;

    /// <param name="topic">What is read.</param>
    /// <param name="registry">Has the writers' schemas.</param>
    /// <param name="state">Where rows go.</param>
    /// <param name="time">Clock.</param>
    /// <param name="unknown">Is told of records whose schema the registry lacks; null: nobody is.</param>
    public HotSink(Topic topic, ISchemaRegistry registry, HotState state, TimeProvider time, UnknownSchemas? unknown = null)
    {
        this.unknown = unknown;
        Topic = topic;
        batch = new(topic.Contract, 4096);
        admission = new(batch, registry, topic.Schema, time);
        (beginRows, apply) = RowsOf(topic, batch, state);
    }

    public Topic Topic { get; }

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

    /// <summary>
    /// Takes the i-th record of a batch. When its schema is not known yet nothing has happened: load the id and call again.
    /// </summary>
    /// <returns>The schema id to load, or null.</returns>
    /// <exception cref="LakeException">Corrupt: the log is another one under the same id.</exception>
    public int? Take(in KafkaRecord record, int i, HotGate gate)
    {
        var position = positions[record.Partition];
        FramedValue frame = default;
        if (record.Offset >= position.Next && !admission.TryFrame(record, out frame))
            return frame.SchemaId;
        if (!position.Accept(record, out _, out _))
            return null;
        position.Newest(i);
        Taken++;
        Keep(record, frame, position.Partition, gate);
        return null;
    }

    /// <summary>Decides on records, and knows the writers' schemas.</summary>
    public Admission Admission => admission;

    /// <summary>Puts the batch's rows through the gate.</summary>
    public void Apply(HotGate gate)
    {
        beginRows();
        for (var row = 0; row < rows.Count; row++)
            apply!(row, positions[rows[row].Partition].Partition, rows[row].Offset, gate);
        rows.Clear();
        batch.Reset();
    }

    void Keep(in KafkaRecord record, in FramedValue frame, LogPartition partition, HotGate gate)
    {
        if (frame.Schema is { IsUnknown: true })
            unknown?.Skip(partition, record.Offset);
        if (apply is null && frame.Schema?.Marker is null)
            return;
        var fate = admission.Decide(record, frame);
        if (fate.Marker is { } marker)
        {
            gate.Mark(partition, record.Offset, marker.TradeDate);
        }
        else if (fate.IsRow)
        {
            batch.EndRow();
            rows.Add((record.Partition, record.Offset));
        }
    }

    /// <summary>
    /// How rows of a topic are read from its batch: what a new batch begins with, and a row's way. Its table decides, for a
    /// topic may have another name.
    /// </summary>
    static (Action BeginRows, ApplyRow? Apply) RowsOf(Topic topic, ColumnBatch batch, HotState state)
    {
        if (topic.Table == Topics.Trades.Table)
        {
            var trades = new TradeColumns(batch, state.Names);
            return (trades.Reset, (row, partition, offset, gate) => gate.Apply(partition, offset, trades[row]));
        }
        if (topic.Table == Topics.MarketData.Table)
        {
            var market = new MarketColumns(batch, state.Names, state.Market.Conditions);
            return (market.Reset, (row, partition, offset, gate) => gate.Apply(partition, offset, market[row]));
        }
        if (topic.Table == Topics.Reference.Table)
        {
            var references = new ReferenceColumns(batch);
            return (static () => { }, (row, partition, offset, gate) => gate.Apply(partition, offset, references[row]));
        }
        return (static () => { }, null);
    }
}
