using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Restart;

/// <summary>What was recomputed because of rows of days that the state had forgotten.</summary>
/// <param name="Books">Positions that begin again at an earlier day.</param>
/// <param name="Trades">Rows read for them.</param>
/// <param name="From">The earliest day that was recomputed; null: none.</param>
sealed record Recalled(int Books, long Trades, int? From)
{
    /// <summary>Positions whose opening is not known, and which have more rows since the last one that was than may be read.</summary>
    public int Lost { get; init; }

    public static Recalled Nothing { get; } = new(0, 0, null);
}

/// <summary>
/// Brings days back that the state has forgotten: for a late trade, correction or bust of such a day, or a late record of an instrument, an
/// account or a split, the account's lots in the instrument at the last <c>gold.lots_eod</c> before it, and all its trades since then from
/// bronze. What is computed from them is computed by the state, as if it had kept the days.
/// </summary>
/// <param name="released">Places before the cut whose rows were released since, and came to the state as rows past it.</param>
/// <param name="mostRows">So many one query may give.</param>
sealed class HotHistory(
    LakeSession session,
    HotState state,
    IReadOnlyDictionary<LogPartition, long> cut,
    IReadOnlySet<LogPosition>? released = null,
    int mostRows = 2_000_000)
{
    /// <summary>Names, and books, that one query is about.</summary>
    const int MaxNames = 1_000, MaxBooks = 1_000;

    static readonly TableIdent wanted = new("job", "wanted"), books = new("job", "books"), published = new("job", "published"),
        changed = new("job", "changed");

    readonly BronzeRows bronze = new(session, state.Names, state.Market.Conditions);
    readonly PublishedLots lots = new(new(session, state.Names, state.Market.Conditions), state.Names);
    readonly LostOpenings openings = new(new(session, state.Names, state.Market.Conditions), state.Names);

    /// <summary>
    /// A trade with its corrections and busts, by the first of its NEWs, and the books that these name; rows that have only the name of a
    /// trade have none.
    /// </summary>
    sealed record Chain(IReadOnlyList<Book> Books, int Day, IReadOnlyList<(LogPartition Partition, TradeRow Row, Coordinate At)> Rows);

    /// <summary>Whether bronze has all rows before the last cut, which are the ones that may have been forgotten.</summary>
    public bool IsComplete
    {
        get
        {
            var reached = bronze.Positions.ToDictionary(p => p.Key, p => p.Value.Next);
            return cut.All(c => reached.GetValueOrDefault(c.Key) >= c.Value);
        }
    }

    /// <summary>
    /// Recomputes what a state needs that was opened at the last cut: positions too that the cut's day could not open with.
    /// </summary>
    /// <exception cref="LakeException">As <see cref="RecallAsync(CancellationToken)"/>.</exception>
    public async Task<Recalled> RestoreAsync(CancellationToken cancel)
    {
        await bronze.LiftAsync(cancel).ConfigureAwait(false);
        var (needs, done) = (new Dictionary<Book, int>(), Recalled.Nothing);
        foreach (var lost in (await openings.ReadAsync(cancel).ConfigureAwait(false)).GroupBy(l => l.Day))
        {
            DayOpening? opening = lost.Key is { } day ? await openings.OfAsync(day, cancel).ConfigureAwait(false) : null;
            var parts = new Queue<Book[]>(lost.Select(l => state.BookOf(l.Account, l.Instrument)).Chunk(MaxBooks));
            while (parts.TryDequeue(out var part))
                done = await RestoreAsync(part, opening, parts, needs, done, cancel).ConfigureAwait(false);
        }
        return await RecallAsync(needs, done, cancel).ConfigureAwait(false);
    }

    /// <summary>Books with too many rows are halved; one that has them alone stays lost.</summary>
    async Task<Recalled> RestoreAsync(
        Book[] part, DayOpening? opening, Queue<Book[]> parts, Dictionary<Book, int> needs, Recalled done, CancellationToken cancel)
    {
        var day = opening?.Cut.Day + 1 ?? state.Closed!.Value;
        var recalled = await TryRecallAsync(
            part.ToDictionary(b => b, _ => day), opening?.Cut, opening?.Lots, needs, done, cancel).ConfigureAwait(false);
        if (recalled is not null)
            return recalled;
        if (part is [var alone])
        {
            state.Lose(alone);
            return done with { Lost = done.Lost + 1 };
        }
        foreach (var half in part.Chunk((part.Length + 1) / 2))
            parts.Enqueue(half);
        return done;
    }

    /// <summary>Recomputes what the state needs, until it needs nothing.</summary>
    /// <exception cref="LakeException">Corrupt, Unavailable: the tables cannot be read, or there is too much to read.</exception>
    public async Task<Recalled> RecallAsync(CancellationToken cancel)
    {
        await bronze.LiftAsync(cancel).ConfigureAwait(false);
        return await RecallAsync([], Recalled.Nothing, cancel).ConfigureAwait(false);
    }

    async Task<Recalled> RecallAsync(Dictionary<Book, int> needs, Recalled done, CancellationToken cancel)
    {
        for (var most = MaxBooks; ;)
        {
            await LookUpAsync(needs, cancel).ConfigureAwait(false);
            await LookUpReferencesAsync(needs, cancel).ConfigureAwait(false);
            foreach (var (book, day) in state.Early)
                Need(needs, book, day);
            if (needs.Count == 0)
                return done;
            // All books that the last published day before the latest day will do for.
            var from = await lots.LastBeforeAsync(needs.Values.Max(), cut, cancel).ConfigureAwait(false);
            var asked = needs.Where(n => from is null || n.Value > from.Day).Take(most).ToDictionary();
            foreach (var book in asked.Keys)
                needs.Remove(book);
            if (await TryRecallAsync(asked, from, opening: null, needs, done, cancel).ConfigureAwait(false) is { } recalled)
            {
                (done, most) = (recalled, MaxBooks);
            }
            else if (asked.Count > 1)
            {
                most = (asked.Count + 1) / 2;
                foreach (var (book, day) in asked)
                    Need(needs, book, day);
            }
            else
            {
                done = LoseAlone(asked, done);
            }
        }
    }

    /// <summary>A book that has more rows than may be read, and no numbers already, stays without.</summary>
    Recalled LoseAlone(Dictionary<Book, int> asked, Recalled done)
    {
        var alone = asked.Keys.Single();
        state.Settle();
        if (alone.Opening is not null && !alone.IsLost)
            throw TooMany(asked);
        state.Lose(alone);
        return done with { Lost = done.Lost + 1 };
    }

    /// <summary>Finds the forgotten trades that corrections and busts name.</summary>
    async Task LookUpAsync(Dictionary<Book, int> needs, CancellationToken cancel)
    {
        while (state.Trades.TakeUnknown(MaxNames) is { Count: > 0 } names)
        {
            await new BoundTable()
                .Add("source", names.Select(n => state.Names.Sources[n.Source]))
                .Add("sequence", names.Select(n => n.Sequence))
                .LoadAsync(session, wanted, cancel)
                .ConfigureAwait(false);
            await bronze.TradesAsync("bronze.trades JOIN job.wanted USING (source, sequence) WHERE kind = 'NEW'", (partition, offset, row) =>
            {
                if (WasForgotten(partition, offset)
                    && state.DayOf(row) is { } day
                    && state.BookOf(row) is var book
                    && day <= book.OpenedAfter)
                    Need(needs, book, day);
            }, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Finds the books of instruments and accounts of which something new was said of forgotten days.</summary>
    async Task LookUpReferencesAsync(Dictionary<Book, int> needs, CancellationToken cancel)
    {
        if (state.TakeLateReferences() is not { Count: > 0 } records)
            return;
        var days = await LateReferenceDays
            .ReadAsync(session, bronze, state.Closed ?? int.MinValue, records, cancel)
            .ConfigureAwait(false);
        foreach (var part in records.Select(r => (r.Id, IsAccount: r.Kind == ReferenceKind.Account, Day: days.FirstOf(r)))
            .Where(r => r.Day < state.Closed)
            .GroupBy(r => (r.Id, r.IsAccount), r => r.Day)
            .Chunk(MaxNames))
        {
            var first = part.ToDictionary(r => r.Key, r => r.Min());
            foreach (var isAccount in new[] { true, false })
            {
                await new BoundTable()
                    .Add("id", first.Keys.Where(r => r.IsAccount == isAccount).Select(r => r.Id))
                    .LoadAsync(session, changed, cancel)
                    .ConfigureAwait(false);
                var column = isAccount ? "account" : "instrument";
                await bronze.ReadAsync(
                    Topics.Trades.Table,
                    $"SELECT DISTINCT account, instrument FROM bronze.trades JOIN job.changed c ON c.id = {column} WHERE kind IN ('NEW', 'CORRECT')",
                    row =>
                    {
                        var book = state.BookOf(row.Text(0)!, row.Text(1)!);
                        var day = first[(row.Text(isAccount ? 0 : 1)!, isAccount)];
                        if (day <= book.OpenedAfter)
                            Need(needs, book, day);
                    },
                    cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Begins books again at a published day, or at nothing; those whose
    /// rows its lots do not have yet are needed from an earlier day.
    /// </summary>
    /// <param name="asked">The books, each with the day that is recomputed.</param>
    /// <param name="from">The day that they begin after.</param>
    /// <param name="opening">The lots at its end; null: the published ones.</param>
    /// <param name="needs">Gets the books that need an earlier day.</param>
    /// <param name="done">What was recomputed before.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Null: they have more rows than may be read, nothing has happened.</returns>
    async Task<Recalled?> TryRecallAsync(
        Dictionary<Book, int> asked,
        PublishedCut? from,
        ILookup<(int Account, int Instrument), Lot>? opening,
        Dictionary<Book, int> needs,
        Recalled done,
        CancellationToken cancel)
    {
        if (await ChainsAsync(asked, from, cancel).ConfigureAwait(false) is not { } chains)
            return null;
        if (from is not null)
            foreach (var chain in chains.Where(c => c.Day <= from.Day
                && c.Rows.Any(r => r.At.Offset >= from.Cut.GetValueOrDefault(r.Partition))))
                foreach (var young in chain.Books)
                    if (asked.Remove(young) || needs.ContainsKey(young))
                        Need(needs, young, chain.Day);
        if (asked.Count == 0)
            return done;
        if (opening is null && from is not null)
            opening = await lots.ReadAsync(from.Day, cancel).ConfigureAwait(false);
        List<(TradeRow Row, Coordinate At)> rows =
            [.. chains.Where(c => c.Books.Count == 0 || c.Books.Any(asked.ContainsKey) && (from is null || c.Day > from.Day))
                .SelectMany(c => c.Rows)
                .OrderBy(r => r.Row.Kind)
                .Select(r => (r.Row, r.At))];
        state.Recall(
            asked.Keys.Select(b => (b, from?.Day ?? int.MinValue, (IReadOnlyList<Lot>)[.. opening?[(b.Account, b.Instrument)] ?? []])),
            rows);
        return done with
        {
            Books = done.Books + asked.Count,
            Trades = done.Trades + rows.Count,
            From = Math.Min(done.From ?? int.MaxValue, asked.Values.Min()),
        };
    }

    /// <summary>
    /// The trades of books that were before the last cut: those of days after
    /// the published one, and those that its lots do not have as they are. Null: too many.
    /// </summary>
    async Task<IReadOnlyList<Chain>?> ChainsAsync(Dictionary<Book, int> of, PublishedCut? from, CancellationToken cancel)
    {
        await new BoundTable()
            .Add("account", of.Keys.Select(b => state.Names.Accounts[b.Account]))
            .Add("instrument", of.Keys.Select(b => state.Names.Instruments[b.Instrument]))
            .LoadAsync(session, books, cancel)
            .ConfigureAwait(false);
        await bronze.LoadCutAsync(published, from?.Cut ?? new Dictionary<LogPartition, long>(), cancel).ConfigureAwait(false);
        var (read, rows) = (0, new List<(LogPartition Partition, TradeRow Row, Coordinate At)>());
        await bronze.TradesAsync($"""
            (WITH originals AS (
                SELECT DISTINCT source, CASE kind WHEN 'NEW' THEN sequence ELSE ref_sequence END AS original
                FROM bronze.trades JOIN job.books USING (account, instrument) WHERE kind IN ('NEW', 'CORRECT')),
            chains AS (
                SELECT t.*, o.original FROM bronze.trades t JOIN originals o ON o.source = t.source AND o.original = t.sequence
                UNION ALL SELECT t.*, o.original FROM bronze.trades t JOIN originals o ON o.source = t.source AND o.original = t.ref_sequence WHERE t.kind <> 'NEW'),
            kept AS (
                SELECT DISTINCT t.source, t.original FROM chains t LEFT JOIN job.published p ON p.log = t._log_id AND p.topic = t._topic AND p.part = t._kafka_partition
                WHERE t.kind = 'NEW' AND epoch_us(t.event_time) >= {from?.EarliestAfter ?? long.MinValue} OR t._offset >= coalesce(p.next_offset, 0))
            SELECT chains.* FROM chains SEMI JOIN kept USING (source, original) LIMIT {mostRows + 1}) kept
            """, (partition, offset, row) =>
        {
            if (++read <= mostRows && WasForgotten(partition, offset))
                rows.Add((partition, row, new(state.Names.Logs.Of(partition.LogId), partition.Partition, offset)));
        }, cancel).ConfigureAwait(false);
        return read > mostRows
            ? null
            : [.. rows.GroupBy(r => r.Row.Kind == TradeKind.New ? r.Row.Key : r.Row.RefKey).Select(g => ChainOf([.. g]))];
    }

    Chain ChainOf(IReadOnlyList<(LogPartition Partition, TradeRow Row, Coordinate At)> rows)
    {
        var first = rows.Where(r => r.Row.Kind == TradeKind.New)
            .OrderBy(r => r.At, Comparer<Coordinate>.Create((a, b) => state.Names.Compare(a, b)))
            .Take(1)
            .ToList();
        if (first is not [var (_, original, _)] || state.DayOf(original) is not { } day)
            return new([], int.MaxValue, rows);
        var corrected = rows.Where(r => r.Row.Kind == TradeKind.Correct).Select(r => state.BookOf(r.Row));
        return new([.. corrected.Prepend(state.BookOf(original)).Distinct()], day, rows);
    }

    LakeException TooMany(Dictionary<Book, int> of) =>
        LakeException.Unavailable($"{of.Count} positions have trades of closed days that came late or were changed, the first of {HotCalendar.Date(of.Values.Min()):yyyy-MM-dd}, and more than {mostRows} rows since the last published day before; publish the days between (dartlake eod --date), then start the job again");

    bool WasForgotten(LogPartition partition, long offset) =>
        offset < cut.GetValueOrDefault(partition) && released?.Contains(new(partition, offset)) != true;

    static void Need(Dictionary<Book, int> needs, Book book, int day) =>
        needs[book] = Math.Min(day, needs.GetValueOrDefault(book, int.MaxValue));
}
