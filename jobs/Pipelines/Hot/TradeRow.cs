namespace Dart.Lake.Jobs.Pipelines.Hot;

enum TradeKind : byte { New, Correct, Bust }

/// <summary>Where a row lies; the order of logs is that of their names.</summary>
readonly record struct Coordinate(int Log, int Partition, long Offset);

/// <summary>What names a row of trades_raw.</summary>
readonly record struct TradeKey(int Source, long Sequence);

/// <summary>A row of trades_raw; strings are codes of <see cref="HotNames"/>, nulls have a place that no value takes (<see cref="None"/>).</summary>
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

/// <summary>The names behind the codes of rows.</summary>
sealed class HotNames
{
    public Codes Accounts { get; } = new();
    public Codes Instruments { get; } = new();
    public Codes Sources { get; } = new();
    public Codes Currencies { get; } = new();
    public Codes Venues { get; } = new();
    public Codes Logs { get; } = new();

    /// <summary>(log, partition, offset): the first of equal rows stays.</summary>
    public int Compare(in Coordinate a, in Coordinate b) =>
        Logs.Compare(a.Log, b.Log) is not 0 and var log ? log
        : a.Partition != b.Partition ? a.Partition.CompareTo(b.Partition) : a.Offset.CompareTo(b.Offset);

    /// <summary>(event time, source, sequence): the order of trades and of prices.</summary>
    public int Compare(long timeA, in TradeKey a, long timeB, in TradeKey b) =>
        timeA != timeB ? timeA.CompareTo(timeB)
        : Sources.Compare(a.Source, b.Source) is not 0 and var source ? source : a.Sequence.CompareTo(b.Sequence);
}
