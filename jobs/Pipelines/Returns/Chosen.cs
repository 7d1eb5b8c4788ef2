using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Returns;

/// <summary>Which records that were set aside an act is about; what is null chooses all.</summary>
public sealed record Chosen
{
    public string? Topic { get; init; }

    /// <summary>Of a dead letter, as in the column <c>reason</c>; of a quarantined row the rule.</summary>
    public string? Reason { get; init; }

    public int? Partition { get; init; }

    /// <summary>The first offset.</summary>
    public long? From { get; init; }

    /// <summary>The last offset.</summary>
    public long? To { get; init; }

    /// <summary>Of a dead letter the day (UTC) on which it was read; of a quarantined row its trade date.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>Those that were dropped too.</summary>
    public bool Dropped { get; init; }

    /// <summary>Whether anything is chosen by.</summary>
    public bool IsAll => this with { Dropped = false } == new Chosen();

    /// <summary>The choice as a condition on columns that both tables have.</summary>
    /// <param name="reason">Column of the reason.</param>
    /// <param name="date">SQL of the date.</param>
    internal string Where(string reason, string date)
    {
        var terms = new List<string>();
        if (Topic is { } topic)
            terms.Add($"_topic = {Quoted(topic)}");
        if (Reason is { } why)
            terms.Add($"{reason} = {Quoted(why)}");
        if (Partition is { } partition)
            terms.Add($"_kafka_partition = {partition}");
        if (From is { } from)
            terms.Add($"_offset >= {from}");
        if (To is { } to)
            terms.Add($"_offset <= {to}");
        if (Date is { } day)
            terms.Add($"{date} = DATE '{day:yyyy-MM-dd}'");
        return terms.Count == 0 ? "true" : string.Join(" AND ", terms);
    }

    internal static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The places as rows of VALUES: log, topic, partition, offset.</summary>
    internal static string Values(IEnumerable<LogPosition> places) => string.Join(", ", places.Select(p =>
        $"({Quoted(p.Partition.LogId)}, {Quoted(p.Partition.Topic)}, {p.Partition.Partition}, {p.Next}::BIGINT)"));
}
