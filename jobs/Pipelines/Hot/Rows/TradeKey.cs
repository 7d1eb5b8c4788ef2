namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>What names a row of trades_raw.</summary>
readonly record struct TradeKey(int Source, long Sequence);
