using Dart.Lake.Jobs.Pipelines.Hot.Rows;

namespace Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;

/// <summary>
/// What was said of one thing, by the time from when it holds; of two for the same time the newer by (ingest time, sequence) counts.
/// </summary>
sealed class Versions
{
    readonly SortedList<long, ReferenceRow> byValidFrom = [];

    /// <returns>Whether it changes anything.</returns>
    public bool Add(ReferenceRow row)
    {
        if (byValidFrom.TryGetValue(row.ValidFrom, out var known)
            && (known.IngestTime, known.Sequence).CompareTo((row.IngestTime, row.Sequence)) >= 0)
            return false;
        byValidFrom[row.ValidFrom] = row;
        return true;
    }

    /// <summary>What begins to hold at a time.</summary>
    public ReferenceRow? From(long validFrom) => byValidFrom.GetValueOrDefault(validFrom);

    /// <summary>What holds at the close of a day: of those that are valid then, the one that became valid last.</summary>
    /// <param name="closeOf">The close that a record is measured by.</param>
    public ReferenceRow? At(Func<ReferenceRow, long> closeOf)
    {
        for (var i = byValidFrom.Count - 1; i >= 0; i--)
            if (byValidFrom.Values[i] is var row
                && closeOf(row) is var close
                && row.ValidFrom <= close
                && (row.ValidTo is null || row.ValidTo > close))
                return row;
        return null;
    }

    /// <summary>Of each, null where it names none.</summary>
    public IEnumerable<string?> Currencies => byValidFrom.Values.Select(row => row.Currency);

    /// <summary>The one that becomes valid first.</summary>
    public ReferenceRow First => byValidFrom.Values[0];

    /// <summary>The one that becomes valid last.</summary>
    public ReferenceRow Last => byValidFrom.Values[^1];

    /// <summary>The one that became valid last by the close of a day, ended or not.</summary>
    /// <param name="closeOf">The close that a record is measured by.</param>
    public ReferenceRow? LastKnown(Func<ReferenceRow, long> closeOf)
    {
        for (var i = byValidFrom.Count - 1; i >= 0; i--)
            if (byValidFrom.Values[i] is var row && row.ValidFrom <= closeOf(row))
                return row;
        return null;
    }
}
