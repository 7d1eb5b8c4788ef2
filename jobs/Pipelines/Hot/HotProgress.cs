using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>How far a hot job is; told after every flush.</summary>
/// <param name="Events">Records consumed since the start.</param>
/// <param name="EventsPerSecond">Over about the last second.</param>
/// <param name="Lag">
/// Records that the logs hold beyond what was consumed, as far as the client knows, and those that a marker holds back.
/// </param>
/// <param name="TradeDate">The day whose numbers are shown.</param>
/// <param name="Closed">The last day that is in <c>ops.hot_close</c>.</param>
/// <param name="Accounts">PnL by account, refreshed about once a second and at a cut.</param>
/// <param name="Applied">The first offset per partition that the state does not contain: what backpressure waits for.</param>
/// <param name="Late">Rows of closed days that came after their cut, by day.</param>
public sealed record HotProgress(
    long Events, double EventsPerSecond, long Lag, DateOnly? TradeDate, DateOnly? Closed,
    IReadOnlyList<HotAccountPnl> Accounts, IReadOnlyList<LogPosition> Applied, IReadOnlyDictionary<DateOnly, long> Late)
{
    /// <summary>A marker that holds records back, in words and with its age; null: none.</summary>
    public string? Waits { get; init; }
}
