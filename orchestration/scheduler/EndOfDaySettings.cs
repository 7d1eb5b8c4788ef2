namespace Dart.Lake.Orchestration;

/// <summary>What the end of day is told once.</summary>
public sealed record EndOfDaySettings
{
    public required string FirmCurrency { get; init; }
    public required int CalendarVersion { get; init; }

    /// <summary>How long the gate waits for the cut and for bronze.</summary>
    public required TimeSpan GateTimeout { get; init; }

    /// <summary>How often the gate looks.</summary>
    public TimeSpan GateInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long one table may be read for its statistics; null: as long as it takes.</summary>
    public TimeSpan? AnalysisLimit { get; init; }

    /// <summary>Whether a day without a cut of the hot job is an error; else the gate takes bronze's positions and says so.</summary>
    public bool NeedsHotClose { get; init; } = true;
}
