using Dart.Lake.Lakehouse.Engines;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>
/// Compares a day between source, bronze, silver, gold and the hot job's state at the cut. Reads the tables as the engine's session shows them: published
/// ones, or a run's staged day before it is published.
/// </summary>
public sealed class Reconciler(IQueryEngine engine)
{
    /// <summary>So many differing subjects of a comparison are listed.</summary>
    const int ListedMax = 20;

    /// <summary>All comparisons of the day.</summary>
    /// <param name="date">The trade date.</param>
    /// <param name="source">The manifest of the date; null: the source's side is not compared, and a line says so.</param>
    /// <param name="before">The manifest of the trade date before, whose late records lie before this day's cut.</param>
    /// <param name="cancel">Ends the queries.</param>
    /// <exception cref="LakeException">Invalid: a table is not there. Unavailable: the hot job has not cut the day.</exception>
    public async Task<ReconcileReport> ReconcileAsync(DateOnly date, SourceTotals? source, SourceTotals? before, CancellationToken cancel)
    {
        var day = new DaySql(date);
        if (SourceComparisons.Number((await SourceComparisons.ReadAsync(engine, $"SELECT count(*) FROM ops.hot_close WHERE kind = 'OFFSET' AND trade_date = {day.Date}", cancel))[0][0]) == 0)
            throw LakeException.Unavailable($"ops.hot_close holds no cut of {date:yyyy-MM-dd}; let the hot job reach the end of that day, then reconcile");
        var lines = new List<ReconcileLine>();
        if (source is null)
            lines.Add(new("records sent", "all", "source", "bronze", 0, 0) { Says = $"there is no manifest of {date:yyyy-MM-dd}: the source's side is not compared" });
        else
        {
            lines.AddRange(await SourceComparisons.CountsAsync(engine, day, source, before, cancel));
            lines.AddRange(await SourceComparisons.LateAsync(engine, day, source, cancel));
        }
        lines.AddRange(await SourceComparisons.FatesAsync(engine, day, cancel));
        if (source is not null)
            lines.AddRange(await SourceComparisons.AccountsAsync(engine, day, source, cancel));
        foreach (var comparison in BronzeComparisons.Values(day).Concat(GoldComparisons.All(day)))
            lines.AddRange(await CompareAsync(comparison, cancel));
        return new(date, lines);
    }

    async Task<IReadOnlyList<ReconcileLine>> CompareAsync(Comparison comparison, CancellationToken cancel)
    {
        var different = "left_value IS DISTINCT FROM right_value";
        var totals = (await SourceComparisons.ReadAsync(engine, $"SELECT count(*), count(CASE WHEN {different} THEN 1 END), cast(sum(left_value) AS decimal(38, 10)), cast(sum(right_value) AS decimal(38, 10)) FROM ({comparison.Sql}) c", cancel))[0];
        var (subjects, differing) = (SourceComparisons.Number(totals[0]), SourceComparisons.Number(totals[1]));
        if (comparison.EachSubject)
            return [.. (await SourceComparisons.ReadAsync(engine, $"SELECT subject, left_value, right_value FROM ({comparison.Sql}) c ORDER BY subject", cancel)).Select(row => Line(comparison, row))];
        if (differing == 0)
            return [new(comparison.Check, "all", comparison.LeftName, comparison.RightName, SourceComparisons.Number(totals[2]), SourceComparisons.Number(totals[3])) { Says = $"{subjects} compared" }];
        var rows = await SourceComparisons.ReadAsync(engine, $"SELECT subject, left_value, right_value FROM ({comparison.Sql}) c WHERE {different} ORDER BY subject LIMIT {ListedMax}", cancel);
        var lines = rows.Select(row => Line(comparison, row)).ToList();
        if (differing > rows.Count)
            lines.Add(lines[^1] with { Subject = $"and {differing - rows.Count} more" });
        return lines;
    }

    static ReconcileLine Line(Comparison comparison, object?[] row) =>
        new(comparison.Check, (string)row[0]!, comparison.LeftName, comparison.RightName, SourceComparisons.Number(row[1]), SourceComparisons.Number(row[2]))
        {
            Ok = Equals(row[1], row[2]),
            Says = row[1] is null || row[2] is null ? "the row is not the same on both sides" : "",
        };
}
