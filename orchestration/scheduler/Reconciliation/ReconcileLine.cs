namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>Two values that must be equal, and where they are from.</summary>
/// <param name="Check">What is compared.</param>
/// <param name="Subject">Account, instrument, table or coordinate; "all" where nothing differs.</param>
/// <param name="LeftName">Where the left value is from.</param>
/// <param name="RightName">Where the right value is from.</param>
/// <param name="Left">The left value.</param>
/// <param name="Right">The right value.</param>
public sealed record ReconcileLine(string Check, string Subject, string LeftName, string RightName, decimal Left, decimal Right)
{
    public decimal Difference => Left - Right;
    public bool Ok { get; init; } = Left == Right;

    /// <summary>What the values do not say: a coordinate, or why the line could not be computed.</summary>
    public string Says { get; init; } = "";
}

/// <summary>All lines of a day.</summary>
public sealed record ReconcileReport(DateOnly Date, IReadOnlyList<ReconcileLine> Lines)
{
    public bool Ok => Lines.All(line => line.Ok);
}
