using Dart.Lake.Orchestration.Publications;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>What <c>reconcile</c> says of a day's tables against their publication.</summary>
internal static class PublicationLines
{
    const string Check = "published state", Main = "main";

    /// <param name="tag">Of the day's newest publication.</param>
    /// <param name="compared">What was compared, of that day.</param>
    public static IReadOnlyList<ReconcileLine> Of(string tag, PublishedTables.Compared compared)
    {
        if (compared.Tables.Count == 0)
            return [ReconcileLine.NotCompared(Check, tag, Main, "the ledger does not say which snapshots were published, an earlier program published the day")];
        var stands = compared.Tables.Count - compared.Departed.Count;
        return
        [
            new(Check, "all", tag, Main, stands, stands) { Says = $"{stands} tables are as they were published" },
            .. compared.Departed.Select(d => new ReconcileLine(Check, $"{d.Table}", tag, Main, 1, 0)
            {
                Ok = false,
                Says = $"{d.Table} {d.Why}; 'dartlake eod --date {d.Date:yyyy-MM-dd}' builds the day again",
            }),
        ];
    }

    /// <summary>A source that was compared when the day was published cannot be compared any more.</summary>
    public static ReconcileLine ManifestGone(DateOnly date) => new("source manifest", $"manifest/{date:yyyy-MM-dd}.json", "publication", "data folder", 1, 0)
    {
        Ok = false,
        Says = "the manifest with which the day was published is gone from the data folder; restore it from a backup",
    };
}
