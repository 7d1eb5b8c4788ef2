using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>A row of reference_raw, as far as the hot path reads it. Dates are days since 1970; null: not given.</summary>
sealed record ReferenceRow
{
    /// <summary>The kind as it came; it may be one that the contract does not name.</summary>
    public required string KindWord { get; init; }

    /// <summary>Null: a kind that the contract does not name.</summary>
    public ReferenceKind? Kind => Symbols.Read<ReferenceKind>(KindWord);

    public required string Id { get; init; }
    public required long EventTime { get; init; }
    public required long IngestTime { get; init; }
    public required long Sequence { get; init; }
    public required long ValidFrom { get; init; }

    /// <summary>Null: open.</summary>
    public long? ValidTo { get; init => field = Validity.End(value); }
    public string? Currency { get; init; }
    public string? ToCurrency { get; init; }
    public string? Venue { get; init; }
    public string? Desk { get; init; }
    /// <summary>Of an option, as are strike (6 places), expiry and right.</summary>
    public string? Underlying { get; init; }
    public long? Strike { get; init; }
    public int? Expiry { get; init; }

    /// <summary>As they came, as are the kind of an instrument, the exercise and the action.</summary>
    public string? OptionRight { get; init; }
    public string? InstrumentKind { get; init; }
    public string? Exercise { get; init; }
    public string? Action { get; init; }

    public bool IsCall => OptionRight == Schemas.OptionRight.Call.Word();
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
