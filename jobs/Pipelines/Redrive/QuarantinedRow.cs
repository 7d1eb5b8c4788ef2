using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>A row of silver.quarantine.</summary>
/// <param name="TradeDate">Its day.</param>
/// <param name="Table">The table that did not take it.</param>
/// <param name="Rule">That it breaks.</param>
/// <param name="Reason">The same in words.</param>
/// <param name="Json">The payload, every value as text.</param>
/// <param name="Source">The feed.</param>
/// <param name="Sequence">Its position in the feed.</param>
/// <param name="At">Its place in the log, in bronze too.</param>
/// <param name="State">open, dropped, or released: the next run takes it.</param>
public sealed record QuarantinedRow(
    DateOnly TradeDate,
    string Table,
    string Rule,
    string Reason,
    string? Json,
    string? Source,
    long? Sequence,
    LogPosition At,
    string State)
{
    public const string Open = "open", Dropped = "dropped", Released = "released";
}
