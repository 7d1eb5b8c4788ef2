using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Books;

/// <summary>
/// An account's trades and lots in an instrument: the lots that the oldest kept day opened with, and the
/// trades of the kept days in their order. What came in order is folded at once; anything else (out of
/// order, a correction, a bust, a split, a late reference) makes the book fold again from its opening lots.
/// A trade is kept by its own book and by each that a correction of it names: where it counts is told at the fold.
/// </summary>
sealed class Book
{
    readonly SortedList<int, List<Trade>> days = [];
    readonly LotQueue lots = new();
    readonly HotNames names;
    readonly References references;
    readonly Comparer<Trade> order;
    int foldedDay = int.MinValue;
    long multiplier;
    int? currency;

    /// <param name="id">Position in the state's list of books.</param>
    /// <param name="account">Code.</param>
    /// <param name="instrument">Code.</param>
    /// <param name="openedAfter">See <see cref="OpenedAfter"/>.</param>
    /// <param name="names">Names of the codes.</param>
    /// <param name="references">Multipliers and splits, and whether the account and instrument of a correction are known.</param>
    public Book(int id, int account, int instrument, int openedAfter, HotNames names, References references)
    {
        (Id, Account, Instrument, OpenedAfter) = (id, account, instrument, openedAfter);
        (this.names, this.references) = (names, references);
        order = Comparer<Trade>.Create((a, b) => names.Compare(a.Row.EventTime, a.Row.Key, b.Row.EventTime, b.Row.Key));
    }

    public int Id { get; }
    public int Account { get; }
    public int Instrument { get; }

    /// <summary>Lots at the end of <see cref="OpenedAfter"/>, before the splits of later days; null: not known.</summary>
    public IReadOnlyList<Lot>? Opening { get; private set; } = [];

    /// <summary>The day whose end <see cref="Opening"/> is; trades of that day and of earlier ones are not kept.</summary>
    public int OpenedAfter { get; private set; }

    /// <summary>Must be folded again before it is read.</summary>
    public bool IsStale { get; private set; } = true;

    /// <summary>Trades whose references have not come; they count as soon as these do.</summary>
    public int Parked { get; private set; }

    /// <summary>Where a trade counts hangs on the references of other accounts or instruments, which may yet come or change.</summary>
    public bool HangsOnOthers { get; private set; }

    /// <summary>
    /// Its numbers are beyond what the types hold, or what it opens with is not known: it has none, until other trades or references
    /// make them smaller.
    /// </summary>
    public bool IsLost { get; private set; }

    public long Quantity => lots.Quantity;
    public Int128 Cost => lots.Cost;

    /// <summary>Of the day that was folded last, as are fees, volume and trades.</summary>
    public Int128 Realised { get; private set; }
    public Int128 Fees { get; private set; }
    public Int128 Volume { get; private set; }
    public int Trades { get; private set; }

    /// <summary>Whether there is nothing to tell of it: it is flat, was not traded on the day, and no split has ended it then.</summary>
    public bool IsIdle => Quantity == 0 && Trades == 0 && Realised == 0 && !IsLost;

    /// <summary>Event time of the last trade in order.</summary>
    public long LastTime { get; private set; }

    public IReadOnlyList<Lot> Lots => lots.ToList();

    public void Invalidate() => IsStale = true;

    /// <summary>Sets where the book begins; trades kept of that day and of earlier ones are forgotten.</summary>
    /// <param name="opening">Null: not known; the book is lost until it begins elsewhere.</param>
    /// <param name="after">The day.</param>
    /// <returns>The trades that are forgotten.</returns>
    public IReadOnlyList<Trade> Open(IReadOnlyList<Lot>? opening, int after)
    {
        (Opening, OpenedAfter, IsStale) = (opening, after, true);
        var forgotten = new List<Trade>();
        while (days.Count > 0 && days.Keys[0] <= after)
        {
            forgotten.AddRange(days.Values[0]);
            days.Values[0].ForEach(trade => trade.Books--);
            days.RemoveAt(0);
        }
        return forgotten;
    }

    /// <summary>
    /// The lots that a kept day opens with, before its splits; the book shows <paramref name="day"/> afterwards. Null: they cannot be
    /// computed, which says nothing of what the day closes with.
    /// </summary>
    public IReadOnlyList<Lot>? OpeningOf(int day)
    {
        if (OpenedAfter >= day - 1)
            return Opening;
        Refold(day - 1);
        var opening = IsLost ? null : Lots;
        Refold(day);
        return opening;
    }

    /// <summary>Takes a NEW of a kept day in.</summary>
    public void Insert(Trade trade, int? today)
    {
        var day = trade.Day!.Value;
        if (!days.TryGetValue(day, out var list))
            days.Add(day, list = []);
        var isLast = list.Count == 0 || order.Compare(list[^1], trade) < 0;
        list.Insert(isLast ? list.Count : ~list.BinarySearch(trade, order), trade);
        trade.Books++;
        if (IsStale || IsLost || Parked > 0 || day != today || foldedDay != today || !isLast || multiplier == 0)
            IsStale = true;
        else if (TryResolve(trade, out var terms))
            OrLost(() => Fold(terms));
    }

    public bool Has(Trade trade) => days.GetValueOrDefault(trade.Day!.Value)?.BinarySearch(trade, order) >= 0;

    public void Remove(Trade trade)
    {
        if (days.GetValueOrDefault(trade.Day!.Value)?.Remove(trade) == true)
            trade.Books--;
        IsStale = true;
    }

    /// <summary>Folds the kept days up to <paramref name="today"/>, whose numbers the book then shows.</summary>
    public void Refold(int today)
    {
        (IsStale, HangsOnOthers, Parked, foldedDay, LastTime) = (false, false, 0, today, 0);
        OrLost(() => FoldAll(today));
    }

    void FoldAll(int today)
    {
        lots.Reset(Opening ?? []);
        var previous = OpenedAfter;
        Turn(previous, previous);
        foreach (var (day, trades) in days)
        {
            if (day > today)
                break;
            Turn(previous, day);
            previous = day;
            if (multiplier == 0)
                Parked += trades.Count;
            else
                foreach (var trade in trades)
                    if (TryResolve(trade, out var terms))
                        Fold(terms);
        }
        if (previous < today)
            Turn(previous, today);
    }

    /// <summary>Forgets the days before <paramref name="day"/>: what they leave is what the book opens with.</summary>
    /// <returns>The trades that are forgotten.</returns>
    public IReadOnlyList<Trade> Trim(int day)
    {
        if (OpenedAfter >= day - 1)
            return [];
        Refold(day - 1);
        // What is lost cannot be opened with: its trades are kept, a correction may yet mend it.
        return IsLost ? [] : Open(Lots, day - 1);
    }

    /// <summary>Folds; when a number is beyond its type the book has none.</summary>
    void OrLost(Action fold)
    {
        try
        {
            fold();
            IsLost = Opening is null || !Money.Fits(lots.Quantity, 18) || !Money.Fits(lots.Cost, 38);
        }
        catch (OverflowException)
        {
            IsLost = true;
        }
        if (IsLost)
        {
            lots.Reset([]);
            (Realised, Fees, Volume, Trades) = (0, 0, 0, 0);
        }
    }

    /// <summary>Begins a day: its counters, its multiplier (0: references are missing) and currency, its splits.</summary>
    void Turn(int previous, int day)
    {
        (Realised, Fees, Volume, Trades) = (0, 0, 0, 0);
        lots.BeginDay();
        var instrument = names.Instruments[Instrument];
        var reference = day != int.MinValue && references.Account(names.Accounts[Account], day) is not null
            ? references.Instrument(instrument, day)
            : null;
        multiplier = reference is null ? 0 : reference.Multiplier ?? Money.One;
        currency = CurrencyOf(reference);
        if (lots.Count > 0 && day > previous)
            foreach (var split in references.Splits(instrument, previous, day))
            {
                var realised = lots.Split(split.Numerator, split.Denominator);
                if (split.Day == day)
                    Realised += realised;
            }
    }

    /// <summary>
    /// The trade as it counts: its own row, or in its place all fields of the newest correction; false when it does not count, or not here.
    /// </summary>
    bool TryResolve(Trade trade, out TradeRow terms)
    {
        terms = trade.Row;
        if (trade.Broken is not null || trade.Day is not { } day || !Holds(trade.Row, day))
            return false;
        if (trade.Amendments is null)
            return true;
        Trade? newest = null;
        foreach (var amendment in trade.Amendments)
        {
            if (amendment.Row.Kind == TradeKind.Bust)
                return false;
            if (amendment.Broken is not null || newest is not null
                && (amendment.Row.IngestTime, amendment.Row.Sequence).CompareTo((newest.Row.IngestTime, newest.Row.Sequence)) < 0)
                continue;
            if (Holds(amendment.Row, day))
                newest = amendment;
        }
        if (newest is { Row: var correct })
            terms = correct with { Kind = terms.Kind, EventTime = terms.EventTime, Source = terms.Source, Sequence = terms.Sequence };
        return IsOurs(terms);
    }

    bool IsOurs(in TradeRow row) => row.Account == Account && row.Instrument == Instrument;

    /// <summary>Whether references of a row's account and instrument hold for the day, and its currency is the instrument's.</summary>
    bool Holds(in TradeRow row, int day)
    {
        if (IsOurs(row))
            return row.Currency == currency;
        HangsOnOthers = true;
        return references.Account(names.Accounts[row.Account], day) is not null
            && references.Instrument(names.Instruments[row.Instrument], day) is { } reference
            && row.Currency == CurrencyOf(reference);
    }

    int? CurrencyOf(ReferenceRow? instrument) => instrument?.Currency is { } word ? names.Currencies.Of(word) : null;

    void Fold(in TradeRow terms)
    {
        checked
        {
            Realised += lots.Trade(terms.Source, terms.Sequence, terms.EventTime, terms.Price, terms.Side * terms.Quantity, multiplier);
            Fees += Money.FromPrice(terms.Fee);
            Volume += terms.Quantity;
            Trades++;
            LastTime = terms.EventTime;
        }
    }
}
