namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>
/// Prices, positions and PnL of all accounts, out of the rows that have come: the same rows give the same state in whatever order they come. Pure: no clock, no I/O.
/// Not thread-safe. Numbers are read through <see cref="HotValues"/> after <see cref="Settle"/>.
/// </summary>
sealed class HotState
{
    /// <summary>How long after an event its record may be known, which the rule known_in_time says: a correction that waits longer waits for nothing.</summary>
    const long LongestKnown = 2 * 604_800_000_000;

    readonly HotRules rules;
    readonly HotCalendar calendar;
    readonly Dictionary<(int Account, int Instrument), Book> books = [];
    readonly List<Book> bookList = [];
    readonly List<List<Book>> byAccount = [], byInstrument = [];
    readonly MarketState market;
    readonly DirtySet dirtyBooks = new(), dirtyAccounts = new();
    readonly SortedSet<int> days = [];
    int lastSeen = int.MinValue, openedAfter = int.MinValue;
    // A correction may name another account or instrument than its trade: which book waits for that reference is not kept, it is that rare.
    bool waitsForAnother;

    public HotState(HotRules rules, HotNames names, HotCalendar calendar)
    {
        (this.rules, this.calendar, Names) = (rules, calendar, names);
        References = new(calendar);
        market = new(rules, names, calendar, References, See);
        Trades = new(names, Insert, Remove, Amended);
    }

    public HotNames Names { get; }
    public References References { get; }
    public TradeLog Trades { get; }
    public IReadOnlyList<Book> Books => bookList;
    public MarketState Market => market;

    /// <summary>The day whose numbers are shown: the first trade date past the last cut that a row has, else the day that was cut last; null before the first row.</summary>
    public int? Today { get; private set; }

    /// <summary>The day that was cut last.</summary>
    public int? Closed { get; private set; }

    /// <summary>Rows of closed days that came after the cut, by day: those days are stale.</summary>
    public SortedDictionary<int, long> Late { get; } = [];

    /// <summary>NEWs of days before those that are kept, since the last cut: the lots do not have them.</summary>
    public long Deep { get; private set; }

    public IReadOnlyList<Book> BooksOf(int account) => account < byAccount.Count ? byAccount[account] : [];

    public Book? FindBook(int account, int instrument) => books.GetValueOrDefault((account, instrument));

    public void Apply(in TradeRow row, in Coordinate at) => Trades.Add(row, at, Make);

    public void Apply(in MarketRow row) => market.Apply(row);

    public void Apply(ReferenceRow row)
    {
        if (!References.Add(row))
            return;
        if (waitsForAnother && row.Kind is (ReferenceKind.Instrument or ReferenceKind.Account))
        {
            waitsForAnother = false;
            bookList.ForEach(Invalidate);
        }
        switch (row.Kind)
        {
            case ReferenceKind.Instrument or ReferenceKind.CorporateAction:
                var changed = Names.Instruments.Of(row.Id);
                Invalidate(byInstrument, changed);
                market.ReferenceCame(changed, row);
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

    /// <summary>Sets, before any row, the lots at the end of <paramref name="after"/>; trades of that day and of earlier ones are in them.</summary>
    public void Open(int after, IEnumerable<(string Account, string Instrument, Lot Lot)> lots)
    {
        openedAfter = after;
        foreach (var group in lots.GroupBy(l => (l.Account, l.Instrument)))
            BookOf(Names.Accounts.Of(group.Key.Account), Names.Instruments.Of(group.Key.Instrument)).Open([.. group.Select(l => l.Lot)], after);
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
    public void Close(int day)
    {
        Closed = day;
        market.PreviousDay = day;
        openedAfter = Math.Max(openedAfter, day - 1);
        Deep = 0;
        Trades.ForgetWaiting(calendar.CloseOf(null, day) - LongestKnown);
        foreach (var book in bookList)
        {
            foreach (var trade in book.Trim(day))
                Trades.Forget(trade);
            Invalidate(book);
        }
        ShowFirstOpenDay();
    }

    /// <summary>Folds all books whose trades or references have changed.</summary>
    public void Settle()
    {
        if (Today is not { } today)
            return;
        foreach (var id in dirtyBooks.Items)
            if (bookList[id].IsStale)
                bookList[id].Refold(today);
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
        var day = row.Kind == TradeKind.New ? calendar.TradeDate(Names.Venues[row.Venue], row.EventTime) : null;
        var broken = row.Kind == TradeKind.Bust ? null : HotRules.Incomplete(row) ?? rules.Trade(row);
        return new Trade(row, at, broken, day);
    }

    void Insert(Trade trade)
    {
        if (trade.Day is not { } day)
            return;
        See(day);
        var book = BookOf(trade.Row.Account, trade.Row.Instrument);
        if (day <= book.OpenedAfter)
        {
            Deep++;
            Trades.Forget(trade);
            return;
        }
        book.Insert(trade, Today);
        dirtyBooks.Add(book.Id);
    }

    void Remove(Trade trade)
    {
        if (trade.Day is null)
            return;
        var book = BookOf(trade.Row.Account, trade.Row.Instrument);
        book.Remove(trade);
        dirtyBooks.Add(book.Id);
    }

    void Amended(Trade trade)
    {
        if (trade.Day is not { } day)
            return;
        CountLate(day);
        Invalidate(BookOf(trade.Row.Account, trade.Row.Instrument));
    }

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
        CountLate(day);
        if (day == lastSeen)
            return;
        lastSeen = day;
        if (days.Add(day))
            ShowFirstOpenDay();
    }

    void CountLate(int day)
    {
        if (Closed is { } closed && day <= closed)
            Late[day] = Late.GetValueOrDefault(day) + 1;
    }

    void ShowFirstOpenDay()
    {
        var open = days.GetViewBetween((Closed ?? int.MinValue + 1) + (Closed is null ? 0 : 1), int.MaxValue);
        if (open.Count > 0)
            Show(open.Min);
        else if (Closed is { } closed)
            Show(closed);
    }

    bool IsKnown(TradeRow row, int day)
    {
        var known = References.Instrument(Names.Instruments[row.Instrument], day) is not null && References.Account(Names.Accounts[row.Account], day) is not null;
        waitsForAnother |= !known;
        return known;
    }

    Book BookOf(int account, int instrument)
    {
        if (books.TryGetValue((account, instrument), out var book))
            return book;
        book = new(bookList.Count, account, instrument, openedAfter, Names, References, IsKnown);
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
