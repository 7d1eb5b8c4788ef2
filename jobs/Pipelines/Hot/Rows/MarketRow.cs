using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>
/// A row of market_data_raw; strings are codes of <see cref="HotNames"/> (-1: null), null numbers are <see cref="TradeRow.None"/>.
/// </summary>
record struct MarketRow
{
    /// <summary>Somebody has released it from quarantine.</summary>
    public bool IsReleased;

    /// <summary>Null: a kind that the contract does not name.</summary>
    public MarketDataKind? Kind;
    public bool IsSuspicious;

    /// <summary>Known to be a later copy of a print: its size was counted with the first.</summary>
    public bool IsCopy;
    public int Instrument, Source, Venue, Condition;
    public long EventTime, IngestTime, Sequence, Bid, Ask, Price, Size;
}
