using System.Globalization;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>A day of a source without markers that is over in some partitions and is kept open by others.</summary>
/// <param name="Day">The day, days since 1970.</param>
/// <param name="By">The partitions that keep it open, at least one.</param>
sealed record LiveWait(int Day, IReadOnlyList<LogPartition> By)
{
    /// <summary>What to do, in words.</summary>
    public const string WayOut = "see what it brings: it may not be read to there yet, be silent for less than Hot:IdleLimitSeconds, or have rows that break a rule (silver.quarantine names it)";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{HotCalendar.Date(Day):yyyy-MM-dd} is over elsewhere, and kept open by {By[0].Topic}[{By[0].Partition}]{(By.Count > 1 ? $" and {By.Count - 1} other partitions" : "")}");
}
