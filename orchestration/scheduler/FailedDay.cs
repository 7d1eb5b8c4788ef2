using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Orchestration.Publications;

namespace Dart.Lake.Orchestration;

/// <summary>Why a day was never published: the newest run that should have done it and failed, or was killed.</summary>
/// <param name="Run">Its row of the ledger.</param>
/// <param name="Findings">What it found.</param>
public sealed record FailedDay(Run Run, RunFindings Findings)
{
    /// <summary>So many runs are looked through, the newest first.</summary>
    const int LookedAtMax = 200;

    /// <summary>Null: the day is published, or no run of it failed or was killed.</summary>
    public static async Task<FailedDay?> FindAsync(Lake lake, DateOnly day, CancellationToken cancel)
    {
        if ((await PublishedDays.ReadAsync(lake.Ledger, cancel)).Find(day) is not null)
            return null;
        var runs = await lake.Ledger.ListRunsAsync(PublicationBody.Kind, null, LookedAtMax, cancel);
        return runs.Where(r => r.Status is "failed" or Run.Killed).Select(r => new FailedDay(r, RunFindings.Of(r)))
            .FirstOrDefault(f => f.Run.TradeDate == day || f.Findings.Concern(day));
    }
}
