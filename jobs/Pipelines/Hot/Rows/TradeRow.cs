using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>
/// A row of trades_raw; strings are codes of <see cref="HotNames"/>, nulls have a place that no value takes (<see cref="None"/>).
/// </summary>
record struct TradeRow
{
    /// <summary>Somebody has released it from quarantine.</summary>
    public bool IsReleased;

    /// <summary>Stands for a null price, quantity, fee or referenced sequence: outside decimal(18).</summary>
    public const long None = long.MinValue;

    /// <summary>A side that the contract does not name.</summary>
    public const sbyte UnknownSide = 2;

    /// <summary>The side of a word; null: there is none.</summary>
    public static sbyte SideOf(Side? side, bool isNull) =>
        isNull ? (sbyte)0 : side switch { Schemas.Side.Buy => (sbyte)1, Schemas.Side.Sell => (sbyte)-1, _ => UnknownSide };

    /// <summary>Null: a kind that the contract does not name.</summary>
    public TradeKind? Kind;
    /// <summary>1 buy, -1 sell, 0 null, <see cref="UnknownSide"/>.</summary>
    public sbyte Side;
    public int Account, Instrument, Source, Currency, Venue;
    public long EventTime, IngestTime, Sequence, RefSequence, Price, Quantity, Fee;

    public readonly TradeKey Key => new(Source, Sequence);

    public readonly TradeKey RefKey => new(Source, RefSequence);
}
