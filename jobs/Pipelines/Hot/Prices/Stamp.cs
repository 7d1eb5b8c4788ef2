using Dart.Lake.Jobs.Pipelines.Hot.Rows;

namespace Dart.Lake.Jobs.Pipelines.Hot.Prices;

/// <summary>A value and its place in the order (event time, source, sequence); the default is before all.</summary>
readonly record struct Stamp(long Time, TradeKey Key, long Value, bool IsSet)
{
    /// <summary>The later of the two; of equal ones the one that was there.</summary>
    public Stamp Or(long time, int source, long sequence, long value, HotNames names) =>
        !IsSet || names.Compare(time, new(source, sequence), Time, Key) > 0 ? new(time, new(source, sequence), value, true) : this;
}
