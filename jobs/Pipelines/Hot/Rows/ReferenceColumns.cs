using System.Text;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>Rows of a decoded batch of reference_raw.</summary>
sealed class ReferenceColumns(ColumnBatch batch)
{
    public ReferenceRow this[int row] => new()
    {
        KindWord = Text("kind", row)!,
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
        OptionRight = Text("option_right", row),
        InstrumentKind = Text("instrument_kind", row),
        Exercise = Text("exercise", row),
        Action = Text("action", row),
        Multiplier = Whole("multiplier", row),
        MarginLimit = Whole("margin_limit", row),
        Numerator = Whole("numerator", row),
        Denominator = Whole("denominator", row),
        Value = Whole("value", row),
        AsOf = Date("as_of", row),
    };

    string? Text(string name, int row) =>
        batch.Text(batch.Contract.IndexOf(name)) is var text && text.IsNull(row) ? null : Encoding.UTF8.GetString(text[row]);

    int? Date(string name, int row) => batch.Int32(batch.Contract.IndexOf(name)) is var days && days.IsNull(row) ? null : days.Values[row];

    long? Whole(string name, int row) =>
        batch.Int64(batch.Contract.IndexOf(name)) is var whole && whole.IsNull(row) ? null : whole.Values[row];
}
