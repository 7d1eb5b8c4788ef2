using Dart.Lake.Jobs.Pipelines.Hot.Prices;

namespace Dart.Lake.Jobs.Pipelines.Hot.Shown;

/// <summary>A position at its mark; amounts in instrument currency, 10 places. Without any price it counts nothing, as in gold.</summary>
readonly record struct PositionValue(Mark Mark, string? Currency, long Multiplier, Int128 MarketValue, Int128 Unrealised)
{
    /// <summary>Some number is beyond its type: there is none.</summary>
    public bool IsLost { get; init; }
}
