using Dart.Lake.Jobs.Pipelines.Hot.Books;

namespace Dart.Lake.Jobs.Pipelines.Hot.Shown;

/// <summary>An account's numbers in its currency, 2 places, each rounded once.</summary>
sealed record AccountValue(string Account, string Currency, string Desk, long? MarginLimit)
{
    public long Realised { get; init; }
    public long Unrealised { get; init; }
    public long Fees { get; init; }
    public long Gross { get; init; }
    public long Net { get; init; }

    /// <summary>The level that the day began at; null: it is not known in this currency.</summary>
    public long? UnrealisedPrior { get; init; }

    public int Trades { get; init; }
    public int ActivePositions { get; init; }
    public long LastTime { get; init; }

    /// <summary>What is made of it: of the day, and with what open positions had made before.</summary>
    public long Total => Realised + Unrealised - Fees;

    /// <summary>What the day has made; null: the level that it began at is not known.</summary>
    public long? TotalDay => Total - UnrealisedPrior;

    /// <summary>What the account has made at a cut.</summary>
    public AccountLevel Level => new(Account, Currency, IsKnown ? Unrealised : null);

    /// <summary>Some number is beyond its type: there is none.</summary>
    public bool IsLost { get; init; }

    /// <summary>Whether its numbers are there.</summary>
    public bool IsKnown => MissingFixing is null && !IsLost;

    /// <summary>A fixing that has not come (from and to currency): the numbers are not complete.</summary>
    public string? MissingFixing { get; init; }
}
