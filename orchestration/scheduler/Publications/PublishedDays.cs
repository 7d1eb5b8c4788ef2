using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Publications;

/// <summary>What the ledger says of days that were published.</summary>
internal sealed class PublishedDays
{
    readonly SortedDictionary<DateOnly, (PublicationBody Body, int Times)> days = [];

    public static async Task<PublishedDays> ReadAsync(Ledger ledger, CancellationToken cancel)
    {
        var published = new PublishedDays();
        foreach (var publication in await ledger.ListPublicationsAsync(PublicationBody.Kind, null, cancel))
        {
            var body = PublicationBody.Parse(publication.RunId, publication.Body);
            foreach (var day in body.Days)
                published.days[day.Date] = (body, published.days.GetValueOrDefault(day.Date).Times + 1);
        }
        return published;
    }

    public IReadOnlyCollection<DateOnly> Days => days.Keys;

    public DateOnly? Last => days.Count == 0 ? null : days.Keys.Max();

    /// <summary>The newest publication of the day, or null.</summary>
    public PublicationBody? Find(DateOnly day) => days.TryGetValue(day, out var found) ? found.Body : null;

    /// <summary>The tag of the day's next publication.</summary>
    public string NextTag(DateOnly day) => LakeNames.DayTag(day, days.GetValueOrDefault(day).Times + 1);
}
