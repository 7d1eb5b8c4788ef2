namespace Dart.Lake.Jobs.Pipelines.Hot.Shown;

/// <summary>An account's numbers in its currency, 2 places, each rounded once.</summary>
sealed record AccountValue(string Account, string Currency, string Desk, long? MarginLimit)
{
    public long Realised { get; init; }
    public long Unrealised { get; init; }
    public long Fees { get; init; }
    public long Gross { get; init; }
    public long Net { get; init; }
    public int Trades { get; init; }
    public int ActivePositions { get; init; }
    public long LastTime { get; init; }

    /// <summary>Some number is beyond its type: there is none.</summary>
    public bool IsLost { get; init; }

    /// <summary>Whether its numbers are there.</summary>
    public bool IsKnown => MissingFixing is null && !IsLost;

    /// <summary>A fixing that has not come (from and to currency): the numbers are not complete.</summary>
    public string? MissingFixing { get; init; }
}
