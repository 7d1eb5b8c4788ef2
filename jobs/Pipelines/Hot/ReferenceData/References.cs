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
    readonly Dictionary<string, SortedList<int, ReferenceRow>> splits = new(StringComparer.Ordinal);

    // By instrument, then by the currency that they say, none as the empty text: the instrument's records tell which of them count.
    readonly Dictionary<string, Dictionary<string, SortedList<int, ReferenceRow>>> marks = new(StringComparer.Ordinal);

    readonly SortedSet<int> closed = [];

    // By day: instruments and accounts of which something was open when it began, although their records had ended.
    readonly SortedList<int, HashSet<(ReferenceKind Kind, string Id)>> open = [];

    const string Split = "SPLIT";

    public IEnumerable<string> AccountIds => accounts.Keys;

    /// <summary>
    /// Whether what books are folded by is another with a record, which is not added yet: what is known of an instrument or an account, or
    /// a split.
    /// </summary>
    public bool ChangesBooks(ReferenceRow row) => row.Kind switch
    {
        ReferenceKind.Instrument => instruments.GetValueOrDefault(row.Id)?.From(row.ValidFrom) is not { } known
            || (known.Currency, known.Multiplier, known.ValidTo) != (row.Currency, row.Multiplier, row.ValidTo),
        ReferenceKind.Account => accounts.GetValueOrDefault(row.Id)?.From(row.ValidFrom) is not { } known || known.ValidTo != row.ValidTo,
        ReferenceKind.CorporateAction when row is { Action: Split, AsOf: { } exDate } =>
            splits.GetValueOrDefault(row.Id)?.GetValueOrDefault(exDate) is not { } known
            || (known.Numerator, known.Denominator) != (row.Numerator, row.Denominator),
        _ => false,
    };

    /// <summary>The trade date on which what a record says begins; before all calendars the date.</summary>
    public int Begins(ReferenceRow row) => row is { Kind: ReferenceKind.CorporateAction, AsOf: { } exDate }
        ? exDate
        : calendar.TradeDate(HotCalendar.KnownOrHome(row.Venue ?? ""), row.ValidFrom) ?? (int)(row.ValidFrom / 86_400_000_000);

    /// <summary>The trade date from which on something is known of what a record is about; the greatest date: nothing is.</summary>
    public int KnownFrom(ReferenceRow row) =>
        (row.Kind == ReferenceKind.Account ? accounts : instruments).TryGetValue(row.Id, out var versions)
            ? Begins(versions.First) : int.MaxValue;

    /// <returns>Whether it changes anything.</returns>
    public bool Add(ReferenceRow row) => row.Kind switch
    {
        ReferenceKind.Instrument => Add(instruments, row.Id, row),
        ReferenceKind.Account => Add(accounts, row.Id, row),
        ReferenceKind.FxFixing => Add(fixings, row.Id, row),
        ReferenceKind.CorporateAction when row is { Action: Split, Numerator: > 0, Denominator: > 0, AsOf: not null } =>
            AddDated(Of(splits, row.Id), row),
        ReferenceKind.PriorClose or ReferenceKind.Mark when row is { AsOf: not null, Value: not null } => AddMark(row),
        _ => false,
    };

    /// <summary>What holds at the close of a day; while something is open, the last that was known where that has ended.</summary>
    public ReferenceRow? Instrument(string id, int day) =>
        Find(ReferenceKind.Instrument, id, day, IsOpen(ReferenceKind.Instrument, id, day));

    /// <inheritdoc cref="Instrument"/>
    public ReferenceRow? Account(string id, int day) =>
        Find(ReferenceKind.Account, id, day, IsOpen(ReferenceKind.Account, id, day));

    /// <summary>Whether the record of an instrument or account has ended by the close of a day.</summary>
    public bool HasEnded(ReferenceKind kind, string id, int day) =>
        Find(kind, id, day, isOpen: false) is null && Find(kind, id, day, isOpen: true) is not null;

    /// <summary>A day began with something open of an instrument or account: its last record counts although it has ended.</summary>
    /// <returns>Whether that was not known.</returns>
    public bool KeepOpen(ReferenceKind kind, string id, int day) =>
        (KeptAny = true) && (open.TryGetValue(day, out var ids) ? ids : open[day] = []).Add((kind, id));

    /// <summary>Whether anything was ever kept open.</summary>
    public bool KeptAny { get; private set; }

    /// <summary>Whether the last record of an instrument or account counts for a day although it has ended.</summary>
    public bool IsOpen(ReferenceKind kind, string id, int day) =>
        open.Count > 0 && open.TryGetValue(day, out var ids) && ids.Contains((kind, id));

    ReferenceRow? Find(ReferenceKind kind, string id, int day, bool isOpen)
    {
        if (!(kind == ReferenceKind.Account ? accounts : instruments).TryGetValue(id, out var versions))
            return null;
        Func<ReferenceRow, long> closeOf = kind == ReferenceKind.Account
            ? _ => calendar.CloseOf(null, day)
            : r => calendar.CloseOf(r.Venue, day);
        return versions.At(closeOf) ?? (isOpen ? versions.LastKnown(closeOf) : null);
    }

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

    /// <summary>The newest mark that the reference feed has before a day, a close or a mark.</summary>
    /// <param name="instrument">Whose.</param>
    /// <param name="day">The day.</param>
    /// <param name="orOfDay">A mark of the day itself counts too.</param>
    /// <returns>The day that it is of, and the price of that day; null: there is none.</returns>
    public (int Day, long Price)? MarkBefore(string instrument, int day, bool orOfDay)
    {
        ReferenceRow? newest = null;
        foreach (var (currency, byDay) in marks.GetValueOrDefault(instrument) ?? [])
            if (IsPricedIn(instrument, currency)
                && Newest(byDay, day, orOfDay) is { } said
                && (newest is null || Rank(said).CompareTo(Rank(newest)) > 0))
                newest = said;
        return newest is { AsOf: { } of, Value: { } price } ? (of, price) : null;

        static (int, bool, long, long) Rank(ReferenceRow r) => (r.AsOf!.Value, r.Kind == ReferenceKind.Mark, r.IngestTime, r.Sequence);
    }

    static ReferenceRow? Newest(SortedList<int, ReferenceRow> byDay, int day, bool orOfDay)
    {
        for (var i = byDay.Count - 1; i >= 0; i--)
            if (byDay.Keys[i] is var of && (of < day || orOfDay && of == day && byDay.Values[i].Kind == ReferenceKind.Mark))
                return byDay.Values[i];
        return null;
    }

    /// <summary>A price that says its currency counts when a record of its instrument has that, or nothing is known of it.</summary>
    bool IsPricedIn(string instrument, string currency) =>
        currency.Length == 0
        || !instruments.TryGetValue(instrument, out var versions)
        || versions.Currencies.Contains(currency)
        || versions.Currencies.All(known => known is null);

    IEnumerable<ReferenceRow> SplitsOf(string instrument, int after, int until) =>
        splits.TryGetValue(instrument, out var byDay) ? byDay.Values.Where(s => s.AsOf > after && s.AsOf <= until) : [];

    /// <summary>Of two for one date an official mark beats a prior close; of two alike the newer counts.</summary>
    static bool AddDated(SortedList<int, ReferenceRow> byDay, ReferenceRow row)
    {
        if (byDay.TryGetValue(row.AsOf!.Value, out var known) && Rank(known).CompareTo(Rank(row)) >= 0)
            return false;
        byDay[row.AsOf.Value] = row;
        return true;

        static (bool, long, long) Rank(ReferenceRow r) => (r.Kind == ReferenceKind.Mark, r.IngestTime, r.Sequence);
    }

    bool AddMark(ReferenceRow row)
    {
        var byCurrency = Of(marks, row.Id);
        var currency = row.Currency ?? "";
        if (!byCurrency.TryGetValue(currency, out var byDay))
            byCurrency.Add(currency, byDay = []);
        return AddDated(byDay, row);
    }

    static bool Add(Dictionary<string, Versions> to, string id, ReferenceRow row) => Of(to, id).Add(row);

    static T Of<T>(Dictionary<string, T> by, string id) where T : new()
    {
        if (!by.TryGetValue(id, out var found))
            by.Add(id, found = new());
        return found;
    }
}
