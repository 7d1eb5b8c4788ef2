using System.Text;
using Dart.Lake.Lakehouse.Columns;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>Codes of a text column's values: each distinct value of a batch is looked up once.</summary>
sealed class ColumnCodes(ColumnBatch batch, string column, Codes codes)
{
    readonly TextColumn text = batch.Text(batch.Contract.IndexOf(column));
    int[] known = new int[64];

    /// <summary>Forgets the batch's dictionary.</summary>
    public void Reset() => Array.Fill(known, -1);

    /// <summary>The row's code; -1 for a null.</summary>
    public int this[int row]
    {
        get
        {
            if (text.IsNull(row))
                return -1;
            if (!text.IsDictionary)
                return codes.Of(Encoding.UTF8.GetString(text[row]));
            var at = text.Codes[row];
            if (at >= known.Length)
            {
                var before = known.Length;
                Array.Resize(ref known, Math.Max(before * 2, at + 1));
                Array.Fill(known, -1, before, known.Length - before);
            }
            return known[at] >= 0 ? known[at] : known[at] = codes.Of(Encoding.UTF8.GetString(text[row]));
        }
    }
}

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
        Kind = kind[row][0] switch { (byte)'N' => TradeKind.New, (byte)'C' => TradeKind.Correct, _ => TradeKind.Bust },
        Side = (sbyte)(side.IsNull(row) ? 0 : side[row][0] == 'B' ? 1 : -1),
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
        Kind = kind[row][0] switch { (byte)'Q' => MarketKind.Quote, (byte)'P' => MarketKind.Print, _ => MarketKind.Mark },
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

/// <summary>Rows of a decoded batch of reference_raw.</summary>
sealed class ReferenceColumns(ColumnBatch batch)
{
    public ReferenceRow this[int row] => new()
    {
        Kind = KindOf(Text("kind", row)!),
        Id = Text("id", row)!,
        EventTime = Whole("event_time", row)!.Value,
        IngestTime = Whole("ingest_time", row)!.Value,
        Sequence = Whole("sequence", row)!.Value,
        ValidFrom = Whole("valid_from", row)!.Value,
        ValidTo = Whole("valid_to", row),
        Currency = Text("currency", row),
        ToCurrency = Text("to_currency", row),
        Venue = Text("venue", row),
        Desk = Text("desk", row),
        Underlying = Text("underlying", row),
        Strike = Whole("strike", row),
        Expiry = Date("expiry", row),
        IsCall = Text("option_right", row) == "CALL",
        Multiplier = Whole("multiplier", row),
        MarginLimit = Whole("margin_limit", row),
        Numerator = Whole("numerator", row),
        Denominator = Whole("denominator", row),
        Value = Whole("value", row),
        AsOf = Date("as_of", row),
    };

    /// <summary>The contract's word; garbage is refused before.</summary>
    public static ReferenceKind KindOf(string text) => text switch
    {
        "INSTRUMENT" => ReferenceKind.Instrument,
        "ACCOUNT" => ReferenceKind.Account,
        "FX_FIXING" => ReferenceKind.FxFixing,
        "CORPORATE_ACTION" => ReferenceKind.CorporateAction,
        "PRIOR_CLOSE" => ReferenceKind.PriorClose,
        "MARK" => ReferenceKind.Mark,
        _ => ReferenceKind.Rate,
    };

    string? Text(string name, int row) => batch.Text(batch.Contract.IndexOf(name)) is var text && text.IsNull(row) ? null : Encoding.UTF8.GetString(text[row]);

    int? Date(string name, int row) => batch.Int32(batch.Contract.IndexOf(name)) is var days && days.IsNull(row) ? null : days.Values[row];

    long? Whole(string name, int row) => batch.Int64(batch.Contract.IndexOf(name)) is var whole && whole.IsNull(row) ? null : whole.Values[row];
}

static class NullableValues
{
    /// <summary>The row's value, or <see cref="TradeRow.None"/> for a null.</summary>
    public static long OrNone(this Int64Column column, int row) => column.IsNull(row) ? TradeRow.None : column.Values[row];
}
