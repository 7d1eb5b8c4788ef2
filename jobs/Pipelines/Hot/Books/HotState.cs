using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Prices;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Books;

/// <summary>
/// Prices, positions and PnL of all accounts, out of the rows that have come: the same rows give the same state in whatever order
/// they come. Pure: no clock, no I/O. Not thread-safe. Numbers are read after <see cref="Settle"/>.
/// </summary>
sealed class HotState
{
    /// <summary>
    /// How long after an event its record may be known, which the rule
    /// known_in_time says: a correction that waits longer waits for nothing.
    /// </summary>
    const long LongestKnown = 2 * 604_800_000_000;

    /// <summary>How long before an event its source may say that it knew it, for clocks and days that differ.</summary>
    const long LongestAhead = 86_400_000_000;

    readonly HotRules rules;
    readonly HotCalendar calendar;
    readonly Dictionary<(int Account, int Instrument), Book> books = [];
    readonly List<Book> bookList = [];
    readonly List<List<Book>> byAccount = [], byInstrument = [];
    readonly MarketState market;
    readonly DirtySet dirtyBooks = new(), dirtyAccounts = new();
    readonly SortedSet<int> days = [];
    readonly Dictionary<Book, List<Trade>> early = [];
    readonly HashSet<LateReference> lateReferences = [];
    int lastSeen = int.MinValue, openedAfter = int.MinValue;
    // Some book may hang on references of other accounts or instruments: which one is asked when one comes, it is that rare.
    bool someHang;
    bool recalling;
    long leftOut;

    public HotState(HotRules rules, HotNames names, HotCalendar calendar)
    {
        (this.rules, this.calendar, Names) = (rules, calendar, names);
        References = new(calendar);
        market = new(rules, names, calendar, References);
        Trades = new(names);
    }

    public HotNames Names { get; }
    public References References { get; }
    public TradeLog Trades { get; }
    public IReadOnlyList<Book> Books => bookList;
    public MarketState Market => market;

    /// <summary>What the accounts had made at the last cuts.</summary>
    public ClosedLevels Levels { get; private set; } = new();

    /// <summary>
    /// The day whose numbers are shown: the first trade date past the last cut
    /// that a row has, else the day that was cut last; null before the first row.
    /// </summary>
    public int? Today { get; private set; }

    /// <summary>Days that have rows and are not cut, in order.</summary>
    public IEnumerable<int> OpenDays => days.GetViewBetween((Closed ?? int.MinValue + 1) + (Closed is null ? 0 : 1), int.MaxValue);

    /// <summary>When the last venue closes on a day, UTC microseconds.</summary>
    public long CloseOf(int day) => calendar.CloseOf(null, day);

    /// <summary>The day that was cut last.</summary>
    public int? Closed { get; private set; }

    /// <summary>Rows of closed days that came after the cut, by day: those days are stale.</summary>
    public SortedDictionary<int, long> Late { get; } = [];

    /// <summary>
    /// Whether rows have come that belong to days which are forgotten: the lake has what they change (<see cref="Recall"/>).
    /// </summary>
    public bool NeedsHistory => early.Count > 0 || Trades.HasUnknown || lateReferences.Count > 0;

    /// <summary>Books that got NEWs of days that they have forgotten, with the first such day.</summary>
    public IReadOnlyList<(Book Book, int Day)> Early => [.. early.Select(e => (e.Key, e.Value.Min(t => t.Day!.Value)))];

    /// <summary>
    /// What has come of instruments, accounts and splits, and concerns days that are forgotten; the answer is given once.
    /// </summary>
    public IReadOnlyCollection<LateReference> TakeLateReferences()
    {
        var taken = lateReferences.ToList();
        lateReferences.Clear();
        return taken;
    }

    /// <summary>Rows that have come and break a rule of their contract: they count nowhere.</summary>
    public long LeftOut => leftOut + market.LeftOut;

    public IReadOnlyList<Book> BooksOf(int account) => account < byAccount.Count ? byAccount[account] : [];

    /// <summary>
    /// Whether a row says how late it is: it breaks no rule, and its source did not know it long before it happened.
    /// </summary>
    public bool TellsTime(in TradeRow row) =>
        row.EventTime - row.IngestTime <= LongestAhead && (row.Kind == TradeKind.Bust || rules.Trade(row) is null);

    /// <inheritdoc cref="TellsTime(in TradeRow)"/>
    public bool TellsTime(in MarketRow row) => row.EventTime - row.IngestTime <= LongestAhead && rules.Market(row) is null;

    public void Apply(in TradeRow row, in Coordinate at)
    {
        if (!Trades.Admits(row, at, out var displaced))
            return;
        if (displaced is not null)
            Displace(displaced);
        var trade = Make(row, at);
        if (row.Kind == TradeKind.New)
        {
            Trades.Add(trade);
            Insert(trade);
        }
        else if (row.Kind is null)
        {
            Trades.Keep(trade);
        }
        else if (Trades.Attach(trade) is { } target)
        {
            Amended(target, trade);
        }
    }

    public void Apply(in MarketRow row)
    {
        if (market.DayOf(row) is not { } day)
            return;
        See(day);
        market.Apply(row, day);
    }

    public void Apply(ReferenceRow row)
    {
        if (rules.Reference(row) is not null)
        {
            leftOut++;
            return;
        }
        var (changesBooks, knownFrom) = (References.ChangesBooks(row), References.KnownFrom(row));
        if (!References.Add(row))
            return;
        if (changesBooks && Closed is { } closed && References.Begins(row) is var begins && begins < closed)
            lateReferences.Add(new(row.Kind!.Value, row.Id, begins, knownFrom));
        if (someHang && row.Kind is (ReferenceKind.Instrument or ReferenceKind.Account))
        {
            someHang = false;
            bookList.FindAll(book => book.HangsOnOthers).ForEach(Invalidate);
        }
        switch (row.Kind)
        {
            case ReferenceKind.Instrument or ReferenceKind.CorporateAction:
                var changed = Names.Instruments.Of(row.Id);
                Invalidate(byInstrument, changed);
                foreach (var waited in market.ReferenceCame(changed, row))
                    Apply(waited);
                break;
            case ReferenceKind.Account:
                var account = Names.Accounts.Of(row.Id);
                Invalidate(byAccount, account);
                dirtyAccounts.Add(account);
                break;
            case ReferenceKind.PriorClose or ReferenceKind.Mark:
                market.Touch(Names.Instruments.Of(row.Id));
                break;
            case ReferenceKind.FxFixing:
                TouchAll();
                break;
        }
    }

    /// <summary>
    /// Sets, before any row, the lots at the end of <paramref name="after"/>, trades of that day and of earlier ones being in them, and
    /// the levels of the cuts that there were.
    /// </summary>
    public void Open(int after, IEnumerable<(string Account, string Instrument, Lot Lot)> lots, ClosedLevels levels)
    {
        (openedAfter, Levels) = (after, levels);
        foreach (var group in lots.GroupBy(l => (l.Account, l.Instrument)))
            BookOf(group.Key.Account, group.Key.Instrument).Open([.. group.Select(l => l.Lot)], after);
    }

    /// <summary>Shows a day's numbers, whatever rows there are: what a cut does before it reads them.</summary>
    public void Show(int day)
    {
        if (Today == day)
            return;
        Today = day;
        foreach (var book in bookList)
            Invalidate(book);
        TouchAll();
    }

    /// <summary>The day is cut: rows of it that come from now on are late, and trades of the days before it are forgotten.</summary>
    public void Close(int day, IEnumerable<AccountLevel>? levels = null)
    {
        Settle();
        // a restart has them from the table of cuts
        if (levels is not null)
            Levels.Close(day, levels);
        Closed = day;
        References.Close(day);
        openedAfter = Math.Max(openedAfter, day - 1);
        // All rows before the cut are here: what a correction still waits for is not among them.
        Trades.TakeUnknown(int.MaxValue);
        Trades.ForgetWaiting(calendar.CloseOf(null, day) - LongestKnown);
        foreach (var book in bookList)
        {
            foreach (var trade in book.Trim(day).Where(t => t.Books == 0))
                Trades.Forget(trade);
            Invalidate(book);
        }
        ShowFirstOpenDay();
    }

    /// <summary>The book of an account and an instrument.</summary>
    public Book BookOf(string account, string instrument) => BookOf(Names.Accounts.Of(account), Names.Instruments.Of(instrument));

    /// <summary>The book of a row.</summary>
    public Book BookOf(in TradeRow row) => BookOf(row.Account, row.Instrument);

    /// <summary>The trade date of a NEW, or null when its venue has no calendar.</summary>
    public int? DayOf(in TradeRow row) => calendar.TradeDate(Names.Venues[row.Venue], row.EventTime);

    /// <summary>
    /// Begins books again at an earlier day than they do: its lots, and all rows of the trades of later days that
    /// were before the last cut; rows past it are here. What the books have of early rows counts from then on.
    /// </summary>
    public void Recall(IEnumerable<(Book Book, int After, IReadOnlyList<Lot> Lots)> opened, IEnumerable<(TradeRow Row, Coordinate At)> rows)
    {
        recalling = true;
        var again = new HashSet<Book>();
        foreach (var (book, after, lots) in opened)
        {
            again.Add(book);
            book.Open(lots, after);
            if (early.Remove(book, out var trades))
                trades.ForEach(trade => book.Insert(trade, Today));
            Invalidate(book);
        }
        foreach (var (row, at) in rows)
        {
            Apply(row, at);
            // a trade that another book has kept is no new one, and is missing here all the same
            if (Trades.Find(row.Kind == TradeKind.New ? row.Key : row.RefKey) is { Day: { } day } trade)
                foreach (var book in BooksOf(trade).Where(b => again.Contains(b) && day > b.OpenedAfter && !b.Has(trade)).ToList())
                    Insert(trade, day, book);
        }
        recalling = false;
    }

    /// <summary>What the book opens with is not known: it has no numbers until it begins again at another day.</summary>
    public void Lose(Book book)
    {
        early.Remove(book);
        book.Open(null, book.OpenedAfter);
        Invalidate(book);
    }

    /// <summary>Folds all books whose trades or references have changed.</summary>
    public void Settle()
    {
        if (Today is not { } today)
            return;
        // what is kept open for one book counts for others of its instrument and account
        for (var kept = true; kept;)
        {
            kept = false;
            foreach (var book in dirtyBooks.Items.Select(id => bookList[id]).Where(b => b.IsStale).ToList())
            {
                Refold(book, today);
                kept |= KeepOpen(book, today);
            }
        }
    }

    /// <summary>
    /// Something is open of an instrument or account whose record has ended: the last one counts for the day, for all books of it.
    /// </summary>
    bool KeepOpen(Book book, int day)
    {
        var (account, instrument) = (Names.Accounts[book.Account], Names.Instruments[book.Instrument]);
        var (ofAccount, ofInstrument) =
            (References.HasEnded(ReferenceKind.Account, account, day), References.HasEnded(ReferenceKind.Instrument, instrument, day));
        if (!ofAccount && !ofInstrument)
            return false;
        var opening = Closed < day ? book.OpeningOf(Closed.Value + 1) : book.Opening;
        book.Refold(day);
        // what cannot be computed may be open
        if (opening is { Count: 0 })
            return false;
        var isNew = ofAccount && References.KeepOpen(ReferenceKind.Account, account, day);
        if (isNew)
            Invalidate(byAccount, book.Account);
        if (ofInstrument && References.KeepOpen(ReferenceKind.Instrument, instrument, day))
        {
            Invalidate(byInstrument, book.Instrument);
            market.Touch(book.Instrument);
            isNew = true;
        }
        return isNew;
    }

    /// <summary>What has changed since the last call, settled: positions, prices and accounts by their codes.</summary>
    public HotChanges TakeChanges()
    {
        if (Today is null)
            return HotChanges.None;
        Settle();
        foreach (var instrument in market.Dirty.Items)
            if (instrument < byInstrument.Count)
                foreach (var book in byInstrument[instrument])
                    dirtyBooks.Add(book.Id);
        foreach (var id in dirtyBooks.Items)
            dirtyAccounts.Add(bookList[id].Account);
        var changes = new HotChanges([.. dirtyBooks.Items.Select(i => bookList[i])], [.. market.Dirty.Items], [.. dirtyAccounts.Items]);
        dirtyBooks.Clear();
        dirtyAccounts.Clear();
        market.Dirty.Clear();
        return changes;
    }

    /// <summary>Makes everything count as changed.</summary>
    public void TouchAll()
    {
        foreach (var book in bookList)
            dirtyBooks.Add(book.Id);
        for (var account = 0; account < Names.Accounts.Count; account++)
            dirtyAccounts.Add(account);
        market.TouchAll();
    }

    Trade Make(TradeRow row, Coordinate at)
    {
        var day = row.Kind == TradeKind.New ? DayOf(row) : null;
        // A row of an unknown kind may lack what no number can be made without: its kind is what is wrong with it.
        var incomplete = row.Kind is null ? null : HotRules.Incomplete(row);
        var broken = row.Kind == TradeKind.Bust ? null : incomplete ?? rules.Trade(row);
        if (broken is not null)
            leftOut++;
        return new Trade(row, at, broken, day);
    }

    void Insert(Trade trade)
    {
        if (trade.Day is not { } day)
            return;
        See(day);
        if (recalling && trade.Amendments is { } waited)
            CountLate(day, waited.Count);
        // Before the first cut there is nothing to recall: the lots that the state was opened with have it.
        if (Closed is null && day <= openedAfter)
            Trades.Forget(trade);
        else
            foreach (var book in BooksOf(trade))
                Insert(trade, day, book);
    }

    void Insert(Trade trade, int day, Book book)
    {
        if (day <= book.OpenedAfter)
        {
            // what it opens with is not known, with this trade or without
            if (book.Opening is null)
                return;
            if (early.TryGetValue(book, out var others))
                others.Add(trade);
            else
                early.Add(book, [trade]);
            return;
        }
        book.Insert(trade, Today);
        someHang |= book.HangsOnOthers;
        dirtyBooks.Add(book.Id);
    }

    /// <summary>Another row has the name of one that is kept, and lies before it.</summary>
    void Displace(Trade trade)
    {
        if (trade.Row.Kind is null)
        {
            Trades.Drop(trade);
            return;
        }
        if (trade.Row.Kind != TradeKind.New)
        {
            if (Trades.Detach(trade) is { } target)
                Amended(target, trade);
            return;
        }
        Trades.Remove(trade);
        if (trade.Day is null)
            return;
        foreach (var book in BooksOf(trade))
        {
            book.Remove(trade);
            if (early.TryGetValue(book, out var others) && others.Remove(trade) && others.Count == 0)
                early.Remove(book);
            dirtyBooks.Add(book.Id);
        }
    }

    /// <summary>A correction or bust of a trade has come, or was displaced.</summary>
    void Amended(Trade trade, Trade amendment)
    {
        if (trade.Day is not { } day)
            return;
        if (!recalling)
            CountLate(day);
        foreach (var book in BooksOf(trade).ToList())
        {
            // the correction names it for the first time, or it has forgotten the trade, which another book keeps
            if (!Has(book, trade, day))
                Insert(trade, day, book);
            Invalidate(book);
        }
        if (amendment.Row.Kind == TradeKind.Correct)
            Invalidate(BookOf(amendment.Row));
    }

    /// <summary>The books that a trade may count in: its own, and those that its corrections name.</summary>
    IEnumerable<Book> BooksOf(Trade trade) => trade.Amendments is null
        ? [BookOf(trade.Row)]
        : trade.Amendments.Select(Named).OfType<Book>().Prepend(BookOf(trade.Row)).Distinct();

    /// <summary>The book that a correction names, if that may count.</summary>
    Book? Named(Trade amendment) =>
        amendment.Row.Kind == TradeKind.Correct && amendment.Broken is null ? BookOf(amendment.Row) : null;

    bool Has(Book book, Trade trade, int day) => day <= book.OpenedAfter
        ? early.TryGetValue(book, out var others) && others.Contains(trade)
        : book.Has(trade);

    void Invalidate(Book book)
    {
        book.Invalidate();
        dirtyBooks.Add(book.Id);
    }

    void Invalidate(List<List<Book>> byCode, int code)
    {
        if (code < byCode.Count)
            byCode[code].ForEach(Invalidate);
    }

    void See(int day)
    {
        if (recalling)
            return;
        CountLate(day);
        if (day == lastSeen)
            return;
        lastSeen = day;
        if (days.Add(day))
            ShowFirstOpenDay();
    }

    void CountLate(int day, int rows = 1)
    {
        if (Closed is { } closed && day <= closed)
            Late[day] = Late.GetValueOrDefault(day) + rows;
    }

    void ShowFirstOpenDay()
    {
        if (OpenDays.FirstOrDefault(int.MinValue) is > int.MinValue and var open)
            Show(open);
        else if (Closed is { } closed)
            Show(closed);
    }

    void Refold(Book book, int day)
    {
        book.Refold(day);
        someHang |= book.HangsOnOthers;
    }

    Book BookOf(int account, int instrument)
    {
        if (books.TryGetValue((account, instrument), out var book))
            return book;
        book = new(bookList.Count, account, instrument, openedAfter, Names, References);
        bookList.Add(book);
        books.Add((account, instrument), book);
        ListOf(byAccount, account).Add(book);
        ListOf(byInstrument, instrument).Add(book);
        return book;
    }

    static List<Book> ListOf(List<List<Book>> byCode, int code)
    {
        while (byCode.Count <= code)
            byCode.Add([]);
        return byCode[code];
    }
}
