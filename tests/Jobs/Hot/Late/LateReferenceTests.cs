using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot.Late;

/// <summary>
/// Records of instruments, accounts and splits that come on the fifth day and concern days before: the first three are published, the
/// fourth is cut. The books are those of a job that had known the record in time, from the first day on that the next end of day will
/// build.
/// </summary>
public class LateReferenceTests
{
    const int Published = 3, Cut = 4;
    const long Past = 1_000_000;
    static readonly DateOnly first = new(2026, 11, 16);
    static readonly ReferenceRow accountA = HotRows.Account("A"), accountB = HotRows.Account("B"),
        shareX = HotRows.Instrument("X"), shareY = HotRows.Instrument("Y");

    static int DayAt(int day) => HotCalendar.Days(first) + day;

    static long Begin(int day) => HotRows.At(first.AddDays(day), 5);

    /// <summary>A record, what was known before it, and the first day that it changes.</summary>
    /// <param name="Late">The record.</param>
    /// <param name="Known">References that were there from the first day on.</param>
    /// <param name="From">The day; those before stay as they were published.</param>
    sealed record Case(string Name, ReferenceRow Late, IReadOnlyList<ReferenceRow> Known, int From);

    public static TheoryData<string> Names => [.. cases.Select(c => c.Name)];

    static readonly ReferenceRow[] all = [accountA, accountB, shareX, shareY];

    static readonly Case[] cases =
    [
        new("an instrument that was never known", shareX, [accountA, accountB, shareY], 0),
        new("an instrument, known from the second day on", shareX with { ValidFrom = Begin(1) }, [accountA, accountB, shareY], 1),
        new("an account that was never known", accountB, [accountA, shareX, shareY], 0),
        new("a split of the second day", HotRows.Split("X", DayAt(1), 2, 1), all, 1),
        new("a split that is corrected", Split(3) with { Sequence = 2 }, [.. all, Split(2)], 2),
        new("another multiplier from the third day on", shareX with { ValidFrom = Begin(2), Multiplier = 100_000 }, all, 2),
        new("another multiplier since before all days", shareX with { Sequence = 2, Multiplier = 100_000 }, all, Published),
        new(
            "an instrument that ended on the second day and goes on",
            shareX with { ValidFrom = Begin(2) },
            [accountA, accountB, shareX with { ValidTo = Begin(1) }, shareY],
            2),
    ];

    [Theory, MemberData(nameof(Names))]
    public async Task The_books_are_those_of_a_job_that_had_known_it(string name)
    {
        var (late, known, from) = cases.Single(c => c.Name == name) is var one ? (one.Late, one.Known, one.From) : default;
        await using var lake = await HotLake.OpenAsync();
        var rows = new HotRows();
        var trades = Trades(rows);
        var state = State(rows, known);
        await lake.ReferencesAsync(known);
        await lake.TradesAsync(rows.Names, trades, Until(trades.Count));
        var closes = new List<HotClose>();
        foreach (var day in Enumerable.Range(0, Cut))
        {
            var next = Send(state, trades, day);
            closes.Add(HotClose.Of(state, DayAt(day), 0, [.. next.Select(n => new LogPosition(n.Key, n.Value))]));
            await lake.CloseAsync(closes[^1], state);
            state.Close(DayAt(day));
            if (day < Published)
                await PublishAsync(lake, closes[^1], rows, trades, next);
        }
        Send(state, trades, Cut);
        var never = State(rows, [.. known, late]);
        if (from > 0)
            never.Open(DayAt(from - 1), closes[from - 1].Lots.Select(l => (l.Account, l.Instrument, l.Lot)), new());
        foreach (var day in Enumerable.Range(from, Cut + 1 - from))
        {
            Send(never, trades, day);
            if (day < Cut)
                never.Close(DayAt(day));
        }

        state.Apply(late);
        Assert.True(state.NeedsHistory);
        await using (var session = await lake.SessionAsync())
            await new HotHistory(session, state, Next(trades, Cut - 1)).RecallAsync(default);

        Assert.False(state.NeedsHistory);
        Assert.Equal(Books(never), Books(state));
        await lake.ReferencesAsync([late], Past);
        var restored = await HotRestore.LoadAsync(lake.Engine, lake.Lake, [], null, 1000, null, default);
        Assert.Equal(Books(never), Books(restored.State));
    }

    /// <summary>The table of cuts is lost: days are cut again that were published with the record long ago.</summary>
    [Theory, InlineData("an instrument that was never known"), InlineData("an instrument, known from the second day on"), InlineData("an account that was never known")]
    public async Task A_job_that_cuts_published_days_again_has_what_nobody_knew_at_their_cut(string name)
    {
        var (late, known) = cases.Single(c => c.Name == name) is var one ? (one.Late, one.Known) : default;
        await using var lake = await HotLake.OpenAsync();
        var rows = new HotRows();
        var trades = Trades(rows);
        await lake.ReferencesAsync([.. known, late]);
        await lake.TradesAsync(rows.Names, trades, Until(trades.Count));
        var (never, again) = (State(rows, [.. known, late]), State(rows, known));
        foreach (var day in Enumerable.Range(0, Cut + 1))
        {
            Send(never, trades, day);
            var close = HotClose.Of(never, DayAt(day), 0, []);
            await PublishAsync(lake, close, rows, trades, Until(trades.Count));
            if (day < Cut)
                never.Close(DayAt(day));
        }
        foreach (var day in Enumerable.Range(0, Cut + 1))
        {
            Send(again, trades, day);
            if (day < Cut)
            {
                HotClose.Of(again, DayAt(day), 0, []);
                again.Close(DayAt(day));
            }
        }

        again.Apply(late);
        await using var session = await lake.SessionAsync();
        await new HotHistory(session, again, Next(trades, Cut - 1)).RecallAsync(default);

        Assert.False(again.NeedsHistory);
        Assert.Equal(Books(never), Books(again));
        var restored = await HotRestore.LoadAsync(lake.Engine, lake.Lake, [], null, 1000, null, default);
        Assert.Equal((DayAt(Cut), null), (restored.PublishedUncut, restored.BehindCut));
    }

    [Fact]
    public async Task A_restart_tells_when_bronze_has_less_than_the_last_cut_and_nothing_is_published_past_it()
    {
        await using var lake = await HotLake.OpenAsync();
        var rows = new HotRows();
        var trades = Trades(rows);
        var state = State(rows, all);
        await lake.ReferencesAsync(all);
        await lake.TradesAsync(rows.Names, trades.Take(2), Until(2));
        var next = Send(state, trades, 0);
        var close = HotClose.Of(state, DayAt(0), 0, [.. next.Select(n => new LogPosition(n.Key, n.Value))]);
        await lake.CloseAsync(close, state);
        await PublishAsync(lake, close, rows, trades, next);

        var restored = await HotRestore.LoadAsync(lake.Engine, lake.Lake, [], null, 1000, null, default);

        Assert.Equal((new LogPosition(next.Single().Key, 4), null), (restored.BehindCut, restored.PublishedUncut));
    }

    [Theory, MemberData(nameof(Names))]
    public void What_says_again_what_was_known_asks_for_nothing(string name)
    {
        var (late, known) = cases.Single(c => c.Name == name) is var one ? (one.Late, one.Known) : default;
        var rows = new HotRows();
        var trades = Trades(rows);
        var state = State(rows, [.. known, late]);
        foreach (var day in Enumerable.Range(0, Cut))
        {
            Send(state, trades, day);
            state.Close(DayAt(day));
        }
        state.Apply(late with { IngestTime = late.IngestTime + 1 });
        Assert.False(state.NeedsHistory);
        // what begins today is no news of days before
        state.Apply(shareX with { Id = "NEW", ValidFrom = Begin(Cut) });
        Assert.False(state.NeedsHistory);
    }

    static ReferenceRow Split(long numerator) => HotRows.Split("X", DayAt(2), numerator, 1);

    static HotState State(HotRows rows, IEnumerable<ReferenceRow> references)
    {
        var state = rows.NewState();
        foreach (var row in references)
            state.Apply(row);
        return state;
    }

    /// <summary>Each day both accounts trade both shares: what is bought on one day is partly sold on the next.</summary>
    static IReadOnlyList<(TradeRow Row, Coordinate At)> Trades(HotRows rows)
    {
        var trades = new List<(TradeRow, Coordinate)>();
        for (var day = 0; day <= Cut; day++)
            foreach (var account in new[] { "A", "B" })
                foreach (var share in new[] { "X", "Y" })
                    trades.Add((
                        rows.New(
                            trades.Count + 1,
                            account,
                            share,
                            HotRows.At(first.AddDays(day)),
                            day % 2 == 0 ? 1 : -1,
                            30 - 7 * day,
                            10 + day,
                            1),
                        new(rows.Names.Logs.Of(HotLake.Log), 0, trades.Count)));
        return trades;
    }

    static IReadOnlyDictionary<LogPartition, long> Send(HotState state, IReadOnlyList<(TradeRow Row, Coordinate At)> trades, int day)
    {
        foreach (var (row, at) in trades.Where(t => HotCalendar.Days(first) + day == state.DayOf(t.Row)))
            state.Apply(row, at);
        return Next(trades, day);
    }

    static IReadOnlyDictionary<LogPartition, long> Next(IReadOnlyList<(TradeRow Row, Coordinate At)> trades, int day) =>
        Until(trades.Count / (Cut + 1) * (day + 1));

    static IReadOnlyDictionary<LogPartition, long> Until(long offset) =>
        new Dictionary<LogPartition, long> { [new(HotLake.Log, HotLake.Topic, 0)] = offset };

    /// <summary>What the end of a day leaves for the hot job: lots, the day itself, and whose trades are in quarantine.</summary>
    static async Task PublishAsync(
        HotLake lake,
        HotClose close,
        HotRows rows,
        IReadOnlyList<(TradeRow Row, Coordinate At)> trades,
        IReadOnlyDictionary<LogPartition, long> cut)
    {
        await lake.PublishAsync(close, cut);
        await lake.RowsAsync("gold.portfolio_summary", [Row("gold.portfolio_summary", ("trade_date", close.Day))]);
        var counted = close.Books.Where(b => b.Trades > 0).Select(b => (b.Account, b.Instrument)).ToHashSet();
        var accounts = close.Accounts.Select(a => a.Account).ToHashSet(StringComparer.Ordinal);
        await lake.RowsAsync("silver.quarantine", trades
            .Where(t => t.Row.EventTime / 86_400_000_000 == close.Day)
            .Select(t => (Account: rows.Names.Accounts[t.Row.Account], Instrument: rows.Names.Instruments[t.Row.Instrument]))
            .Where(t => !counted.Contains(t) || !accounts.Contains(t.Account))
            .Select(t => Row(
                "silver.quarantine",
                ("trade_date", close.Day),
                ("table_name", "silver.trades"),
                ("rule", accounts.Contains(t.Account) ? "instrument_known" : "account_known"),
                ("row_json", $$"""{"account":"{{t.Account}}","instrument":"{{t.Instrument}}"}"""))));
    }

    static Dictionary<string, object?> Row(string table, params (string Name, object? Value)[] values)
    {
        var row = TableContracts.Get(table).Columns.Where(c => !c.Nullable).ToDictionary(c => c.Name, c => (object?)(c.Type.Kind switch
        {
            ColumnKind.String => "",
            ColumnKind.Int => 0,
            ColumnKind.Decimal => (Int128)0,
            ColumnKind.Boolean => false,
            _ => 0L,
        }), StringComparer.Ordinal);
        foreach (var (name, value) in values)
            row[name] = value;
        return row;
    }

    static IEnumerable<string> Books(HotState state)
    {
        state.Settle();
        return state.Books
            .Where(b => b.Quantity != 0 || b.Trades > 0)
            .Select(b => (Book: b, Account: state.Names.Accounts[b.Account], Instrument: state.Names.Instruments[b.Instrument]))
            .Select(b => $"{b.Account} {b.Instrument} {b.Book.Quantity} {b.Book.Cost} {b.Book.Realised} {b.Book.Fees} {b.Book.Trades}"
                + $" {state.References.Account(b.Account, state.Today!.Value) is not null}")
            .Order(StringComparer.Ordinal);
    }
}
