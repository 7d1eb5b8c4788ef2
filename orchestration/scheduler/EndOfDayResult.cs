using Dart.Lake.Sql.Execution;

namespace Dart.Lake.Orchestration;

public enum EndOfDayOutcome
{
    Published,
    /// <summary>Same inputs, same models, nothing late.</summary>
    NothingToDo,
    /// <summary>An audit failed; nothing is visible.</summary>
    AuditsFailed,
    /// <summary>Two numbers that must be equal are not; nothing is visible.</summary>
    NotReconciled,
}

/// <summary>A day of the run.</summary>
/// <param name="Tag">Its tag in this publication.</param>
/// <param name="Late">By bronze table: events that came after the day was published and are in it now.</param>
public sealed record BuiltDay(DateOnly Date, string Tag, bool IsRestated, IReadOnlyDictionary<string, long> Late);

/// <summary>What an end of day has done.</summary>
/// <param name="Rows">Rows published by table and day.</param>
/// <param name="Seconds">By layer: gate, silver, gold, audit, reconciliation, publication.</param>
/// <param name="Late">By bronze table: events of the day that came after V and are not in this publication.</param>
/// <param name="Differences">What did not reconcile.</param>
/// <param name="Remarks">What a reader must know: that there was no hot job, that events are late.</param>
/// <param name="Quality">What a reader should know of the numbers of each day that was built.</param>
public sealed record EndOfDayResult(
    string RunId,
    DateOnly TradeDate,
    EndOfDayOutcome Outcome,
    IReadOnlyList<BuiltDay> Days,
    IReadOnlyDictionary<string, long> Rows,
    IReadOnlyDictionary<string, double> Seconds,
    IReadOnlyDictionary<string, long> Late,
    IReadOnlyList<AuditOutcome> Audits,
    IReadOnlyList<string> Differences,
    IReadOnlyList<string> Remarks,
    IReadOnlyList<DayQuality> Quality);
