using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>Rows of a decoded batch of trades_raw.</summary>
sealed class TradeColumns
{
    readonly ColumnBatch batch;
    readonly ColumnCodes accounts, instruments, sources, currencies, venues;
    readonly TextColumn kind, side;
    readonly Int64Column eventTime, ingestTime, sequence, refSequence, price, quantity, fee;

    public TradeColumns(ColumnBatch batch, HotNames names)
    {
        this.batch = batch;
        (accounts, instruments, sources) = (new(batch, "account", names.Accounts), new(batch, "instrument", names.Instruments), new(batch, "source", names.Sources));
        (currencies, venues) = (new(batch, "currency", names.Currencies), new(batch, "venue", names.Venues));
        (kind, side) = (batch.Text(batch.Contract.IndexOf("kind")), batch.Text(batch.Contract.IndexOf("side")));
        (eventTime, ingestTime, sequence, refSequence) = (Whole("event_time"), Whole("ingest_time"), Whole("sequence"), Whole("ref_sequence"));
        (price, quantity, fee) = (Whole("price"), Whole("quantity"), Whole("fee"));
    }

    public void Reset()
    {
        foreach (var codes in new[] { accounts, instruments, sources, currencies, venues })
            codes.Reset();
    }

    public TradeRow this[int row] => new()
    {
        Kind = Symbols.Read<TradeKind>(kind[row]),
        Side = TradeRow.SideOf(Symbols.Read<Side>(side[row]), side.IsNull(row)),
        Account = accounts[row],
        Instrument = instruments[row],
        Source = sources[row],
        Currency = currencies[row],
        Venue = venues[row],
        EventTime = eventTime.Values[row],
        IngestTime = ingestTime.Values[row],
        Sequence = sequence.Values[row],
        RefSequence = refSequence.OrNone(row),
        Price = price.OrNone(row),
        Quantity = quantity.OrNone(row),
        Fee = fee.OrNone(row),
    };

    Int64Column Whole(string name) => batch.Int64(batch.Contract.IndexOf(name));
}
