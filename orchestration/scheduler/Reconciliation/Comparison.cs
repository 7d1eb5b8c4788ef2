namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>
/// A comparison as SQL: rows of <c>subject, left_value, right_value</c>, one per subject, null
/// where a side has none; a fourth column says what differs. <paramref name="EachSubject"/>: every
/// subject is a line of its own; else one line for all that are equal and one for each that is not.
/// </summary>
sealed record Comparison(string Check, string LeftName, string RightName, bool EachSubject, string Sql)
{
    /// <summary>How a large day is compared a part at a time; null: it is one question of any size.</summary>
    public PlaceParts? Parts { get; init; }
}
