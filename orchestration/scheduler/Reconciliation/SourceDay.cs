using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>What the producers say of a day: its manifest, and those of the days around it, which hold what was sent of it later.</summary>
/// <param name="Of">The day's own.</param>
/// <param name="Before">The day before, whose late records lie before this day's cut; null: there is none.</param>
/// <param name="After">The day that corrected trades of this one; null: there is none.</param>
public sealed record SourceDay(DayManifest Of, DayManifest? Before = null, DayManifest? After = null)
{
    const int LongestGapDays = 10;

    /// <summary>The manifests in a data folder; null: the day's source left none.</summary>
    /// <exception cref="LakeException">Corrupt: one cannot be read.</exception>
    public static SourceDay? TryLoad(string dataDir, DateOnly date)
    {
        if (DayManifest.Find(dataDir, date) is not { } of)
            return null;
        return new(of, Near(-1).FirstOrDefault(), Near(1).FirstOrDefault(after => after.PriorDay?.Date == date));

        IEnumerable<DayManifest> Near(int step) =>
            Enumerable.Range(1, LongestGapDays).Select(days => DayManifest.Find(dataDir, date.AddDays(step * days))).OfType<DayManifest>();
    }

    /// <summary>Live trades by account as they are in a publication.</summary>
    /// <param name="cutOf">The day whose cut is the publication's V: the day
    /// itself, or a later one when it is restated with what came late.</param>
    public IEnumerable<AccountTotals> Accounts(DateOnly cutOf) =>
        cutOf <= Of.Date ? Of.Accounts
        : After is { PriorDay: { } corrected } && After.Date <= cutOf ? corrected.Accounts
        : Of.Accounts.Concat(Of.Late);
}
