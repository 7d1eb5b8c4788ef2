using System.Globalization;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

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
    /// <param name="values">Gets what is bound to its <c>?</c>.</param>
    internal string Where(string reason, string date, List<object?> values)
    {
        var terms = new List<string>();
        Add("_topic = ?", Topic);
        Add($"{reason} = ?", Reason);
        Add("_kafka_partition = ?", Partition);
        Add("_offset >= ?", From);
        Add("_offset <= ?", To);
        Add($"{date} = CAST(? AS DATE)", Date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        return terms.Count == 0 ? "true" : string.Join(" AND ", terms);

        void Add(string term, object? value)
        {
            if (value is null)
                return;
            terms.Add(term);
            values.Add(value);
        }
    }
}
