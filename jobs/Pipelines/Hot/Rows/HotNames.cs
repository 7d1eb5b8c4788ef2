namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

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
