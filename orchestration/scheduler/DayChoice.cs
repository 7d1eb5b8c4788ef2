namespace Dart.Lake.Orchestration;

/// <summary>Decides which days a run builds.</summary>
internal static class DayChoice
{
    /// <summary>
    /// The wanted days unless they stand as they would be built, days that are stale, and every published day after the first of
    /// these, since lots continue from day to day. Empty: nothing to do.
    /// </summary>
    /// <param name="wanted">The days asked for, and those before them that were skipped.</param>
    /// <param name="published">Days that are published.</param>
    /// <param name="stale">Published days that late events belong to, or that a table does not hold any more.</param>
    /// <param name="stands">Whether the published day was built from the same models, settings and cut.</param>
    public static IReadOnlyList<DateOnly> Choose(
        IReadOnlyCollection<DateOnly> wanted,
        IReadOnlyCollection<DateOnly> published,
        IReadOnlyCollection<DateOnly> stale,
        Func<DateOnly, bool> stands)
    {
        var changed = stale.Concat(wanted.Where(day => !published.Contains(day) || !stands(day))).ToList();
        if (changed.Count == 0)
            return [];
        var first = changed.Min();
        return [.. published.Concat(changed).Where(day => day >= first).Distinct().Order()];
    }
}
