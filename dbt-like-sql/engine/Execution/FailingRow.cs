namespace Dart.Lake.Sql.Execution;

/// <summary>A failing row of an audit as one line.</summary>
static class FailingRow
{
    /// <summary>A column of an audit's own query that holds the whole line: what is wrong, and what to do.</summary>
    const string Says = "says";

    const int LongestMax = 500;

    static readonly string[] place = ["_log_id", "_topic", "_kafka_partition", "_offset"];

    /// <summary>What the row says of itself; else its values by name, with its coordinate in bronze where it has one.</summary>
    public static string Text(IReadOnlyList<string> columns, IReadOnlyList<string?> values)
    {
        // a query may name two columns alike: of those that say where it is the first counts
        var row = columns.Zip(values).GroupBy(c => c.First, c => c.Second, StringComparer.Ordinal)
            .ToDictionary(c => c.Key, c => c.First(), StringComparer.Ordinal);
        if (row.GetValueOrDefault(Says) is { } says)
            return says;
        var texts = columns.Zip(values).Where(c => c.Second is not null && !c.First.StartsWith('_')).Select(c => $"{c.First} {c.Second}");
        if (place.All(row.ContainsKey))
            texts = texts.Prepend($"{row["_topic"]}[{row["_kafka_partition"]}]@{row["_offset"]} of log {row["_log_id"]}");
        var text = string.Join(", ", texts);
        return text.Length <= LongestMax ? text : $"{text[..LongestMax]}…";
    }
}
