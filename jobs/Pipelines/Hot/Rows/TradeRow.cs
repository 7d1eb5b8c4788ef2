using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>
/// A row of trades_raw; strings are codes of <see cref="HotNames"/>, nulls have a place that no value takes (<see cref="None"/>).
/// </summary>
record struct TradeRow
{
    /// <summary>Stands for a null price, quantity, fee or referenced sequence: outside decimal(18).</summary>
    public const long None = long.MinValue;

    public TradeKind Kind;
    /// <summary>1 buy, -1 sell, 0 null.</summary>
    public sbyte Side;
    public int Account, Instrument, Source, Currency, Venue;
    public long EventTime, IngestTime, Sequence, RefSequence, Price, Quantity, Fee;

    public readonly TradeKey Key => new(Source, Sequence);

    public readonly TradeKey RefKey => new(Source, RefSequence);
}
