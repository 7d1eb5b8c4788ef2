using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>A row of reference_raw, as far as the hot path reads it. Dates are days since 1970; null: not given.</summary>
sealed record ReferenceRow
{
    public required ReferenceKind Kind { get; init; }
    public required string Id { get; init; }
    public required long EventTime { get; init; }
    public required long IngestTime { get; init; }
    public required long Sequence { get; init; }
    public required long ValidFrom { get; init; }
    public long? ValidTo { get; init; }
    public string? Currency { get; init; }
    public string? ToCurrency { get; init; }
    public string? Venue { get; init; }
    public string? Desk { get; init; }
    /// <summary>Of an option, as are strike (6 places), expiry and right.</summary>
    public string? Underlying { get; init; }
    public long? Strike { get; init; }
    public int? Expiry { get; init; }
    public bool IsCall { get; init; }
    /// <summary>4 places.</summary>
    public long? Multiplier { get; init; }
    /// <summary>2 places.</summary>
    public long? MarginLimit { get; init; }
    /// <summary>A split n:d; other actions are not read.</summary>
    public long? Numerator { get; init; }
    public long? Denominator { get; init; }
    public int? AsOf { get; init; }
    /// <summary>6 places.</summary>
    public long? Value { get; init; }
}
