using System.Text;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

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
        IsCall = IsCall(Text("option_right", row)),
        Multiplier = Whole("multiplier", row),
        MarginLimit = Whole("margin_limit", row),
        Numerator = Whole("numerator", row),
        Denominator = Whole("denominator", row),
        Value = Whole("value", row),
        AsOf = Date("as_of", row),
    };

    /// <summary>Of a word of the contract; garbage is refused before.</summary>
    public static ReferenceKind KindOf(string word) => Symbols.Read(word, otherwise: ReferenceKind.Rate);

    /// <summary>Whether an option's right is a call; null: it is no option.</summary>
    public static bool IsCall(string? word) => Symbols.Read(word, otherwise: OptionRight.Put) == OptionRight.Call;

    string? Text(string name, int row) =>
        batch.Text(batch.Contract.IndexOf(name)) is var text && text.IsNull(row) ? null : Encoding.UTF8.GetString(text[row]);

    int? Date(string name, int row) => batch.Int32(batch.Contract.IndexOf(name)) is var days && days.IsNull(row) ? null : days.Values[row];

    long? Whole(string name, int row) =>
        batch.Int64(batch.Contract.IndexOf(name)) is var whole && whole.IsNull(row) ? null : whole.Values[row];
}
