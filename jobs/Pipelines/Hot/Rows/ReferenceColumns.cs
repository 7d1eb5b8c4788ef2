using System.Text;
using Dart.Lake.Lakehouse.Columns;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

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
