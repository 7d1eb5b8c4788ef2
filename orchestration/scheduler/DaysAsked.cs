namespace Dart.Lake.Orchestration;

/// <summary>What an end of day is asked for: a day, with those before it that were skipped, or a range.</summary>
/// <param name="Day">The day, or the last one of the range.</param>
public sealed record DaysAsked(DateOnly Day)
{
    /// <summary>The first day of a range, of which every trading day is published, with events or without; null: no range.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Days before it that were skipped are an error, and are not built.</summary>
    public bool Only { get; init; }
}
