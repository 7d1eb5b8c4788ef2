namespace Dart.Lake.Orchestration.Publications;

/// <summary>How a table came away from a day that it was published with.</summary>
/// <param name="Why">What is seen, after the table's name.</param>
/// <param name="RowsDecide">The day still stands when its rows are the published ones.</param>
internal sealed record Departure(string Why, bool RowsDecide = false);
