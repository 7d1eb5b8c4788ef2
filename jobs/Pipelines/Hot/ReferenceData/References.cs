using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;

/// <summary>Instruments, accounts, fixings, splits and prior marks, as they hold for a day.</summary>
sealed class References(HotCalendar calendar)
{
    readonly Dictionary<string, Versions> instruments = new(StringComparer.Ordinal),
        accounts = new(StringComparer.Ordinal),
        fixings = new(StringComparer.Ordinal);
    readonly Dictionary<string, SortedList<int, ReferenceRow>> marks = new(StringComparer.Ordinal), splits = new(StringComparer.Ordinal);

    readonly SortedSet<int> closed = [];

    const string Split = "SPLIT";

    public IEnumerable<string> AccountIds => accounts.Keys;

    /// <returns>Whether it changes anything.</returns>
    public bool Add(ReferenceRow row) => row.Kind switch
    {
        ReferenceKind.Instrument => Add(instruments, row.Id, row),
        ReferenceKind.Account => Add(accounts, row.Id, row),
        ReferenceKind.FxFixing => Add(fixings, row.Id, row),
        ReferenceKind.CorporateAction when row is { Action: Split, Numerator: > 0, Denominator: > 0, AsOf: not null } =>
            AddDated(splits, row),
        ReferenceKind.PriorClose or ReferenceKind.Mark when row is { AsOf: not null, Value: not null } => AddDated(marks, row),
        _ => false,
    };

    public ReferenceRow? Instrument(string id, int day) => instruments.GetValueOrDefault(id)?.At(r => calendar.CloseOf(r.Venue, day));

    public ReferenceRow? Account(string id, int day) => accounts.GetValueOrDefault(id)?.At(_ => calendar.CloseOf(null, day));

    /// <summary>The venue that the instrument's newest record names; prices without a venue are its.</summary>
    public string? PrimaryVenue(string instrument) => instruments.GetValueOrDefault(instrument)?.Last.Venue;

    /// <summary>
    /// To-currency per one unit of from, 6 places; null when there is none. Never a cross of two others, never the inverse of one.
    /// </summary>
    public long? Fixing(string from, string to, int day) =>
        from == to ? 1_000_000 : fixings.GetValueOrDefault(from + to)?.At(_ => calendar.CloseOf(null, day))?.Value;

    /// <summary>A day is cut: splits up to it that no earlier one has booked are booked on it.</summary>
    public void Close(int day) => closed.Add(day);

    /// <summary>
    /// Splits with an ex date past <paramref name="after"/> and not past <paramref name="until"/>, in their order. Those that are booked
    /// on one day are one, multiplied: the first day that was cut from their ex date on, else <paramref name="until"/>.
    /// </summary>
    /// <exception cref="OverflowException">A product is beyond 64 bits.</exception>
    public IReadOnlyList<BookedSplit> Splits(string instrument, int after, int until) =>
        [.. SplitsOf(instrument, after, until)
            .GroupBy(s => BookedOn(s.AsOf!.Value, until))
            .OrderBy(onDay => onDay.Key)
            .Select(onDay => onDay.Aggregate(
                new BookedSplit(onDay.Key, 1, 1),
                (all, s) => checked(new(all.Day, all.Numerator * s.Numerator!.Value, all.Denominator * s.Denominator!.Value))))];

    /// <summary>Of days before the first cut that is known, each trading day was cut.</summary>
    int BookedOn(int exDay, int until)
    {
        if (closed.Count == 0 || exDay < closed.Min)
            return Math.Min(calendar.TradingDayFrom(exDay), until);
        foreach (var day in closed.GetViewBetween(exDay, until))
            return day;
        return until;
    }

    /// <summary>
    /// A price of the end of a day as one of another: splits between them are taken out. Null: it is beyond the type of prices, or the
    /// splits together are beyond 64 bits.
    /// </summary>
    public long? Adjusted(string instrument, long price, int after, int until)
    {
        var (numerator, denominator) = (1L, 1L);
        foreach (var split in SplitsOf(instrument, after, until))
        {
            if (numerator > long.MaxValue / split.Numerator!.Value || denominator > long.MaxValue / split.Denominator!.Value)
                return null;
            (numerator, denominator) = (numerator * split.Numerator.Value, denominator * split.Denominator.Value);
        }
        if (numerator == denominator)
            return price;
        var adjusted = Money.Share(price, denominator, numerator);
        return Money.Fits(adjusted, 18) ? (long)adjusted : null;
    }

    /// <summary>The mark of the last day before, as a price of <paramref name="until"/>.</summary>
    /// <param name="instrument">Its id.</param>
    /// <param name="day">The mark is of a day before this one.</param>
    /// <param name="until">Splits up to this day are taken out.</param>
    public long? PriorMark(string instrument, int day, int until)
    {
        if (!marks.TryGetValue(instrument, out var byDay))
            return null;
        for (var i = byDay.Count - 1; i >= 0; i--)
            if (byDay.Keys[i] < day)
                return Adjusted(instrument, byDay.Values[i].Value!.Value, byDay.Keys[i], until);
        return null;
    }

    IEnumerable<ReferenceRow> SplitsOf(string instrument, int after, int until) =>
        splits.TryGetValue(instrument, out var byDay) ? byDay.Values.Where(s => s.AsOf > after && s.AsOf <= until) : [];

    /// <summary>Of two for one date an official mark beats a prior close; of two alike the newer counts.</summary>
    static bool AddDated(Dictionary<string, SortedList<int, ReferenceRow>> to, ReferenceRow row)
    {
        if (!to.TryGetValue(row.Id, out var byDay))
            to.Add(row.Id, byDay = []);
        if (byDay.TryGetValue(row.AsOf!.Value, out var known) && Rank(known).CompareTo(Rank(row)) >= 0)
            return false;
        byDay[row.AsOf.Value] = row;
        return true;

        static (bool, long, long) Rank(ReferenceRow r) => (r.Kind == ReferenceKind.Mark, r.IngestTime, r.Sequence);
    }

    static bool Add(Dictionary<string, Versions> to, string id, ReferenceRow row)
    {
        if (!to.TryGetValue(id, out var versions))
            to.Add(id, versions = new());
        return versions.Add(row);
    }
}
