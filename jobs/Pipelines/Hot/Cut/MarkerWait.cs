using System.Globalization;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>A marker that holds rows back because other partitions do not have it.</summary>
/// <param name="Day">The day that it ends, days since 1970.</param>
/// <param name="First">The first partition that has it.</param>
/// <param name="Offset">Where it stands there.</param>
/// <param name="Having">How many partitions have it.</param>
/// <param name="Of">Of how many.</param>
/// <param name="IsOutOfOrder">Its day is not the one that ends next, or partitions disagree which one that is.</param>
sealed record MarkerWait(int Day, LogPartition First, long Offset, int Having, int Of, bool IsOutOfOrder)
{
    /// <summary>Days of other markers that rows wait behind, in order.</summary>
    public IReadOnlyList<int> Others { get; init; } = [];

    /// <summary>What to do, in words.</summary>
    public string WayOut => $"send it to the other partitions, or go on without it: stream hot --pass-marker {Date}";

    public string Date => DateOf(Day);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"END_OF_DAY of {Date} stands in {Having} of {Of} partitions{(IsOutOfOrder ? ", out of order" : "")} (first {First.Topic}[{First.Partition}]@{Offset}){Also}");

    string Also => Others.Count == 0 ? "" : $"; others wait behind {string.Join(", ", Others.Select(DateOf))}";

    static string DateOf(int day) => HotCalendar.Date(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
