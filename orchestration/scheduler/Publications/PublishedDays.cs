using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Publications;

/// <summary>What the ledger says of days that were published.</summary>
internal sealed class PublishedDays
{
    readonly SortedDictionary<DateOnly, (PublicationBody Body, int Times, string RunId)> days = [];
    readonly Dictionary<string, int> runs = new(StringComparer.Ordinal);

    public static async Task<PublishedDays> ReadAsync(Ledger ledger, CancellationToken cancel)
    {
        var published = new PublishedDays();
        foreach (var publication in await ledger.ListPublicationsAsync(null, null, cancel))
        {
            published.runs[publication.RunId] = published.runs.Count;
            if (publication.Kind != PublicationBody.Kind)
                continue;
            var body = PublicationBody.Parse(publication.RunId, publication.Body);
            foreach (var day in body.Days)
                published.days[day.Date] = (body, published.days.GetValueOrDefault(day.Date).Times + 1, publication.RunId);
        }
        return published;
    }

    /// <summary>How far reference data were read by the publications, each partition's greatest position.</summary>
    public IReadOnlyDictionary<LogPartition, long> ReferenceCut => days.Values
        .SelectMany(d => d.Body.Cut)
        .Where(p => p.Partition.Topic == Topics.Reference.Name)
        .GroupBy(p => p.Partition)
        .ToDictionary(p => p.Key, p => p.Max(position => position.Next));

    /// <summary>The last act of <c>ops.acts</c> whose releases some publication holds.</summary>
    public long Acts => days.Values.Select(d => d.Body.Acts).DefaultIfEmpty(0).Max();

    public IReadOnlyCollection<DateOnly> Days => days.Keys;

    public DateOnly? Last => days.Count == 0 ? null : days.Keys.Max();

    /// <summary>The newest publication of the day, or null.</summary>
    public PublicationBody? Find(DateOnly day) => days.TryGetValue(day, out var found) ? found.Body : null;

    /// <summary>All runs whose commits the ledger has.</summary>
    public IReadOnlyCollection<string> Runs => runs.Keys;

    /// <summary>
    /// Whether what a run published of a day is part of the day as it is published now: the day's newest publication, or models by hand
    /// after it. A table that an older one alone wrote has no model any more.
    /// </summary>
    public bool Holds(DateOnly day, string runId) =>
        days.TryGetValue(day, out var newest) && runs.TryGetValue(runId, out var at) && at >= runs[newest.RunId];

    /// <summary>The tag of the day's next publication.</summary>
    public string NextTag(DateOnly day) => LakeNames.DayTag(day, days.GetValueOrDefault(day).Times + 1);
}
