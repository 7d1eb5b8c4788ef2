using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>Rows of a decoded batch of market_data_raw.</summary>
sealed class MarketColumns
{
    readonly ColumnBatch batch;
    readonly ColumnCodes instruments, sources, venues, conditions;
    readonly TextColumn kind;
    readonly BooleanColumn suspicious;
    readonly Int64Column eventTime, ingestTime, sequence, bid, ask, price, size;

    public MarketColumns(ColumnBatch batch, HotNames names, Codes conditionNames)
    {
        this.batch = batch;
        (instruments, sources, venues) = (new(batch, "instrument", names.Instruments), new(batch, "source", names.Sources), new(batch, "venue", names.Venues));
        conditions = new(batch, "condition", conditionNames);
        kind = batch.Text(batch.Contract.IndexOf("kind"));
        suspicious = batch.Boolean(batch.Contract.IndexOf("suspicious"));
        (eventTime, ingestTime, sequence) = (Whole("event_time"), Whole("ingest_time"), Whole("sequence"));
        (bid, ask, price, size) = (Whole("bid"), Whole("ask"), Whole("price"), Whole("size"));
    }

    public void Reset()
    {
        foreach (var codes in new[] { instruments, sources, venues, conditions })
            codes.Reset();
    }

    public MarketRow this[int row] => new()
    {
        Kind = Symbols.Read<MarketDataKind>(kind[row]),
        IsSuspicious = !suspicious.IsNull(row) && suspicious[row],
        Instrument = instruments[row],
        Source = sources[row],
        Venue = venues[row],
        Condition = conditions[row],
        EventTime = eventTime.Values[row],
        IngestTime = ingestTime.Values[row],
        Sequence = sequence.Values[row],
        Bid = bid.OrNone(row),
        Ask = ask.OrNone(row),
        Price = price.OrNone(row),
        Size = size.OrNone(row),
    };

    Int64Column Whole(string name) => batch.Int64(batch.Contract.IndexOf(name));
}
