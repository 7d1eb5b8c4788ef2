using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Encoding;

/// <summary>schemas/avro/market_data_raw.avsc. Prices are unscaled with 6 places, sizes with 4; times are UTC microseconds.</summary>
readonly record struct MarketDataEvent(
    MarketDataKind Kind, EncodedText Instrument, long EventTime, long IngestTime, EncodedText Source, long Sequence, EncodedText? Venue)
{
    public long? Bid { get; init; }
    public long? BidSize { get; init; }
    public long? Ask { get; init; }
    public long? AskSize { get; init; }
    public long? Price { get; init; }
    public long? Size { get; init; }
    public EncodedText? Condition { get; init; }
    public bool? Suspicious { get; init; }
}

/// <summary>schemas/avro/trades_raw.avsc. Price and fee are unscaled with 6 places, quantity with 4; times are UTC microseconds.</summary>
readonly record struct TradeEvent(
    TradeKind Kind, EncodedText Account, EncodedText Instrument, long EventTime, long IngestTime, EncodedText Source, long Sequence,
    EncodedText Currency, EncodedText Venue)
{
    public long? RefSequence { get; init; }
    public Side? Side { get; init; }
    public long? Price { get; init; }
    public long? Quantity { get; init; }
    public long? Fee { get; init; }
}

/// <summary>
/// schemas/avro/reference_raw.avsc. Strike and value are unscaled with 6 places,
/// multiplier with 4, limit with 2; times are UTC microseconds, dates days since 1970.
/// </summary>
sealed record ReferenceEvent(
    ReferenceKind Kind, string Id, long EventTime, long IngestTime, EncodedText Source, long Sequence, long ValidFrom)
{
    public long? ValidTo { get; init; }
    public string? Name { get; init; }
    public InstrumentKind? InstrumentKind { get; init; }
    public string? Currency { get; init; }
    public string? ToCurrency { get; init; }
    public string? Venue { get; init; }
    public string? Underlying { get; init; }
    public long? Strike { get; init; }
    public int? Expiry { get; init; }
    public OptionRight? OptionRight { get; init; }
    public ExerciseStyle? Exercise { get; init; }
    public long? Multiplier { get; init; }
    public string? Desk { get; init; }
    public long? MarginLimit { get; init; }
    public ActionKind? Action { get; init; }
    public long? Numerator { get; init; }
    public long? Denominator { get; init; }
    public int? AsOf { get; init; }
    public long? Value { get; init; }
}
