using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

public class HotHistoryTests
{
    const decimal Multiplier = 1;
    const int Days = 5;
    static readonly string[] accounts = ["A", "B"], instruments = ["X", "Y"];
    static readonly DateOnly first = new(2026, 11, 16);

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public async Task Changes_of_trades_of_any_closed_day_count_as_if_no_day_was_ever_forgotten(int seed)
    {
        await using var lake = await HotLake.OpenAsync();
        var feed = new Feed(seed);
        await lake.ReferencesAsync(feed.References);
        var (state, names) = NewState(feed.References, feed.Rows.Names);
        IReadOnlyDictionary<LogPartition, long>? cut = null;
        var published = new List<int>();
        for (var day = 0; day < Days; day++)
        {
            var rows = feed.NextDay(day);
            await lake.TradesAsync(names, rows, feed.Next);
            foreach (var (row, at) in rows)
                state.Apply(row, at);
            if (cut is not null)
                await RecallAsync(lake, state, cut);
            var close = HotClose.Of(state, feed.DayAt(day), 0, [.. feed.Next.Select(n => new LogPosition(n.Key, n.Value))]);
            AssertIsSlow(feed, close);
            await lake.CloseAsync(close, state);
            state.Close(close.Day);
            cut = feed.Next;
            await AssertRestartsAsync(lake, state);
            if (feed.Random.Next(3) == 0)
                continue;
            // What was changed since is restated with the day.
            published.Add(close.Day);
            var (never, _) = NewState(feed.References, names);
            foreach (var (row, at) in feed.All)
                never.Apply(row, at);
            foreach (var one in published)
                await lake.PublishAsync(HotClose.Of(never, one, 0, []), cut);
        }
    }

    [Fact]
    public async Task What_is_not_in_bronze_yet_is_waited_for_and_what_has_no_trade_is_asked_for_once()
    {
        await using var lake = await HotLake.OpenAsync();
        var feed = new Feed(1);
        var (state, names) = NewState(feed.References, feed.Rows.Names);
        var rows = feed.NextDay(0);
        foreach (var (row, at) in rows)
            state.Apply(row, at);
        state.Close(feed.DayAt(0));
        state.Close(feed.DayAt(1));
        state.Apply(HotRows.Bust(rows[0].Row, 900, HotRows.At(first.AddDays(2))), new(0, 0, 900));
        state.Apply(HotRows.Bust(rows[0].Row with { Sequence = 4711 }, 901, HotRows.At(first.AddDays(2))), new(0, 0, 901));
        Assert.True(state.NeedsHistory);
        await lake.TradesAsync(names, rows, feed.Next.ToDictionary(n => n.Key, n => n.Value - 1));
        await using (var session = await lake.SessionAsync())
            Assert.False(new HotHistory(session, state, feed.Next).IsComplete);

        await lake.TradesAsync(names, [], feed.Next);
        var recalled = await RecallAsync(lake, state, feed.Next);

        Assert.Equal((1, feed.DayAt(0)), (recalled.Books, recalled.From));
        Assert.False(state.NeedsHistory);
        Assert.Equal(1, state.Late[feed.DayAt(0)]);
    }

    [Fact]
    public async Task Published_lots_that_have_rows_past_the_last_cut_are_not_begun_from()
    {
        await using var lake = await HotLake.OpenAsync();
        var rows = new HotRows();
        var (state, names) = NewState([HotRows.Account("A"), HotRows.Instrument("X")], rows.Names);
        TradeRow[] days = [Trade(1, 0, 1, 10), Trade(2, 1, 1, 5), Trade(3, 2, -1, 3), Trade(4, 3, -1, 1)];
        foreach (var (i, row) in days.Index())
        {
            state.Apply(row, At(i));
            var close = HotClose.Of(state, HotCalendar.Days(first) + i, 0, []);
            state.Close(close.Day);
            if (i == 0)
                await lake.PublishAsync(close, Until(1));
        }
        // The bust is held until its day begins; somebody has published a day with it.
        var bust = HotRows.Bust(days[0], 5, HotRows.At(first.AddDays(4)));
        var (published, _) = NewState([HotRows.Account("A"), HotRows.Instrument("X")], names);
        foreach (var (i, row) in days.Append(bust).Index())
            published.Apply(row, At(i));
        await lake.PublishAsync(HotClose.Of(published, HotCalendar.Days(first) + 1, 0, []), Until(5));
        await lake.TradesAsync(names, days.Append(bust).Select((row, i) => (row, At(i))), Until(5));

        state.Apply(Trade(6, 2, 1, 1), At(5));
        await RecallAsync(lake, state, Until(4));

        state.Settle();
        Assert.Equal([(1L, 6), (2, 5), (6, 1)], state.Books.Single().Lots.Select(l => (l.Sequence, l.Quantity / 10_000)));

        TradeRow Trade(long sequence, int day, int side, int quantity) =>
            rows.New(sequence, "A", "X", HotRows.At(first.AddDays(day)), side, quantity, 10);
        Coordinate At(int offset) => new(names.Logs.Of(HotLake.Log), 0, offset);
        static IReadOnlyDictionary<LogPartition, long> Until(long offset) =>
            new Dictionary<LogPartition, long> { [new(HotLake.Log, HotLake.Topic, 0)] = offset };
    }

    static async Task<Recalled> RecallAsync(HotLake lake, HotState state, IReadOnlyDictionary<LogPartition, long> cut)
    {
        await using var session = await lake.SessionAsync();
        var history = new HotHistory(session, state, cut);
        Assert.True(history.IsComplete);
        return await history.RecallAsync(default);
    }

    static (HotState, HotNames) NewState(IReadOnlyList<ReferenceRow> references, HotNames names)
    {
        var state = new HotState(HotRules.Of(names), names, new HotCalendar());
        foreach (var row in references)
            state.Apply(row);
        return (state, names);
    }

    static void AssertIsSlow(Feed feed, HotClose close)
    {
        foreach (var account in accounts)
            foreach (var instrument in instruments)
                HotStateTests.AssertSame(SlowPortfolio.Compute(
                    feed.All,
                    feed.Rows.Names,
                    feed.Rows.Names.Accounts.Of(account),
                    feed.Rows.Names.Instruments.Of(instrument),
                    close.Day,
                    feed.Splits,
                    Multiplier), close, account, instrument);
    }

    /// <summary>A job that starts here has the same books.</summary>
    static async Task AssertRestartsAsync(HotLake lake, HotState state)
    {
        var restored = (await HotRestore.LoadAsync(lake.Engine, lake.Lake, [], null, 1000, null, default)).State;
        Assert.Equal(Books(state), Books(restored));

        static IEnumerable<string> Books(HotState state)
        {
            state.Settle();
            return state.Books
                .Where(b => b.Quantity != 0 || b.Trades > 0)
                .Select(b =>
                    $"{state.Names.Accounts[b.Account]} {state.Names.Instruments[b.Instrument]} {b.Quantity} {b.Cost} {b.Realised} {b.Fees} {b.Trades}")
                .Order(StringComparer.Ordinal);
        }
    }

    /// <summary>Five days of trades, with corrections, busts and late trades of days before.</summary>
    sealed class Feed(int seed)
    {
        readonly List<TradeRow> trades = [];
        readonly long[] next = new long[2];
        long sequence;

        public HotRows Rows { get; } = new();
        public Random Random { get; } = new(seed);
        public List<(TradeRow Row, Coordinate At)> All { get; } = [];
        public IReadOnlyList<(int, int)> Splits { get; } = seed % 2 == 0 ? [] : [(HotCalendar.Days(first) + 2, 2)];

        public IReadOnlyList<ReferenceRow> References =>
            [
                .. accounts.Select(a => HotRows.Account(a)),
                .. instruments.Select(i => HotRows.Instrument(i, multiplier: Multiplier)),
                .. Splits.SelectMany(s => instruments.Select(i => HotRows.Split(i, s.Item1, s.Item2, 1))),
            ];

        public IReadOnlyDictionary<LogPartition, long> Next =>
            next.Select((n, p) => (new LogPartition(HotLake.Log, HotLake.Topic, p), n)).ToDictionary();

        public int DayAt(int day) => HotCalendar.Days(first) + day;

        public IReadOnlyList<(TradeRow Row, Coordinate At)> NextDay(int day)
        {
            var rows = new List<(TradeRow, Coordinate)>();
            for (var i = 0; i < 12; i++)
                Add(NewTrade(day));
            for (var i = 0; day > 0 && i < 3; i++)
            {
                var known = HotRows.At(first.AddDays(day), 16, i);
                switch (Random.Next(4))
                {
                    case 0: Add(HotRows.Bust(trades[Random.Next(trades.Count)], ++sequence, known)); break;
                    case 1: Add(NewTrade(Random.Next(day)) with { IngestTime = known }); break;
                    default: Add(Correction(known)); break;
                }
            }
            All.AddRange(rows);
            return rows;

            void Add(TradeRow row)
            {
                var partition = Rows.Names.Accounts[row.Account] == "A" ? 0 : 1;
                rows.Add((row, new(Rows.Names.Logs.Of(HotLake.Log), partition, next[partition]++)));
            }
        }

        /// <summary>Every second one moves its trade to any account and instrument.</summary>
        TradeRow Correction(long known)
        {
            var correction = HotRows.Correct(
                trades[Random.Next(trades.Count)],
                ++sequence,
                known,
                Random.Next(2) * 2 - 1,
                Random.Next(1, 7),
                Random.Next(1, 30),
                Random.Next(3));
            return Random.Next(2) == 0 ? correction : correction with
            {
                Account = Rows.Names.Accounts.Of(accounts[Random.Next(2)]),
                Instrument = Rows.Names.Instruments.Of(instruments[Random.Next(2)]),
            };
        }

        TradeRow NewTrade(int day)
        {
            var trade = Rows.New(
                ++sequence,
                accounts[Random.Next(2)],
                instruments[Random.Next(2)],
                HotRows.At(first.AddDays(day), 15, Random.Next(60)),
                Random.Next(2) * 2 - 1,
                Random.Next(1, 7),
                Random.Next(1, 30),
                Random.Next(3));
            trades.Add(trade);
            return trade;
        }
    }
}
