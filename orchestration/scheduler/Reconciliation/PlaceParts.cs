namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>
/// Rows of a table that are compared by their places, some offsets of one partition at a time: a part fits in memory however large the day
/// is, both sides skip the rest by the bounds of their files, and only the offset is left to join on.
/// </summary>
/// <param name="From">SQL of the rows, as alias s, with their places.</param>
/// <param name="SqlOf">The comparison of the rows for which a condition on the place of an alias holds.</param>
sealed record PlaceParts(string From, Func<Func<string, string>, string> SqlOf)
{
    /// <summary>The comparisons that make up the whole; null: there are so few rows that it is one.</summary>
    /// <param name="ask">Asks the tables.</param>
    /// <param name="most">Rows of a part.</param>
    /// <param name="cancel">Ends the question.</param>
    public async Task<IReadOnlyList<string>?> SqlsAsync(Ask ask, long most, CancellationToken cancel)
    {
        var partitions = await ask($"SELECT s._log_id, s._topic, s._kafka_partition, min(s._offset), max(s._offset), count(*) {From} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", cancel);
        return partitions.Sum(row => SourceComparisons.Number(row[5])) <= most
            ? null
            : [.. partitions.SelectMany(row => PartsOf(row, most))];
    }

    IEnumerable<string> PartsOf(object?[] row, long most)
    {
        var (first, last, count) = ((decimal)(long)row[3]!, (decimal)(long)row[4]!, SourceComparisons.Number(row[5]));
        // holes make a part smaller, nothing makes it larger than its offsets
        var width = Math.Max(1, decimal.Floor((last - first + 1) * most / count));
        for (var from = first; from <= last; from += width)
        {
            var (begin, end) = (from, from + width);
            var (log, topic) = (DaySql.Text((string)row[0]!), DaySql.Text((string)row[1]!));
            yield return SqlOf(t =>
                $"{t}._log_id = {log} AND {t}._topic = {topic} AND {t}._kafka_partition = {row[2]} AND {t}._offset >= {begin} AND {t}._offset < {end}");
        }
    }
}
