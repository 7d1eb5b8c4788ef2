using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>One day from its reference data to what comes after END_OF_DAY, as a stream in the order of event time.</summary>
sealed class SimulatedDay
{
    /// <summary>500 closes before the day, and the day.</summary>
    const int KeptDays = 501;

    const double MarketDataPerTrade = 6.85;
    const int AfterClose = 10, Late = 10, MalformedOfEach = 4;
    const long Minute = 60_000_000;

    /// <summary>Where the sequences of what is done to the day before begin, within the day's.</summary>
    const long PriorSequences = 900_000_000;

    readonly SimulatedUniverse universe;
    readonly CloseHistory history;
    readonly VenueSession session;
    readonly MarketPaths paths;
    readonly MarketDataFlow market;
    readonly TradeFlow trades;
    readonly BrokenTrades broken;
    readonly PermitFlow permit;
    readonly DayWriter writer;
    readonly LiveBook book;
    readonly ReferenceDay reference;
    readonly SeededRandom random;
    readonly Instrument[] active, tradable;
    readonly int tradeCount;
    readonly long firstSequence;
    readonly PriorDay? prior;
    Func<Instrument, long>? valuation;
    PriorAmendments? amendments;

    public SimulatedDay(
        int seed,
        DateOnly date,
        int tradeCount,
        SimulatedUniverse universe,
        DayWriter writer,
        PriorDay? prior,
        Action<TradeChain, bool>? opened)
    {
        (this.universe, this.writer, this.tradeCount, this.prior) = (universe, writer, tradeCount, prior);
        history = new CloseHistory(seed, universe, date, KeptDays);
        session = history.Days[^1];
        firstSequence = (date.DayNumber - new DateOnly(1970, 1, 1).DayNumber) * 1_000_000_000L;
        var day = date.DayNumber;
        var fixings = new Fixings(history, universe);
        reference = new ReferenceDay(writer, universe, history, fixings, Feed, firstSequence, SeededRandom.For(seed, "reference", day));
        paths = new MarketPaths(universe, history, SeededRandom.For(seed, "paths", day));
        book = new LiveBook(universe.Accounts, universe.Instruments);
        market = new MarketDataFlow(writer, paths, Feed, SeededRandom.For(seed, "market data", day), firstSequence);
        trades = new TradeFlow(
            writer,
            book,
            universe.Accounts,
            Desk,
            TradeRates.Usual(tradeCount),
            SeededRandom.For(seed, "trades", day),
            firstSequence)
        { Opened = opened };
        broken = new BrokenTrades(writer, trades, universe.Accounts, Desk, SeededRandom.For(seed, "broken trades", day));
        random = SeededRandom.For(seed, "day", day);
        permit = new PermitFlow(
            writer,
            book,
            universe.Accounts,
            universe.Instruments,
            Desk.Text,
            SeededRandom.For(seed, "permit", day),
            firstSequence,
            fixings.Rate,
            Valuation);
        (active, tradable) = (ByActivity(universe, index: true), ByActivity(universe, index: false));
    }

    public static EncodedText Feed { get; } = new("sim/feed");

    public static EncodedText Desk { get; } = new("sim/desk");

    public LiveBook Book => book;

    public IReadOnlyList<AccountTotals> LateTotals => trades.Book == book ? [] : trades.Book.Totals();

    public async Task RunAsync(CancellationToken cancel)
    {
        amendments = prior?.Amendments(writer, book, universe, history, Desk, firstSequence + PriorSequences, tradeCount);
        await reference.SendAsync(pastSplits: prior is null, cancel);
        writer.Phase = "session";
        await TradeAsync(cancel);
        writer.Phase = "after the close";
        await CloseAsync(cancel);
        writer.Phase = "late";
        SendLate();
        await writer.FlushAsync(cancel);
        if (paths.Jumps > 0)
            writer.Tally.Feature("jumps", paths.Jumps);
    }

    async Task TradeAsync(CancellationToken cancel)
    {
        foreach (var instrument in universe.Instruments)
            market.Open(instrument, session.OpensAtMicros);
        var events = (int)(tradeCount * MarketDataPerTrade);
        var length = session.ClosesAtMicros - session.OpensAtMicros - 2;
        var rarities = new Rarities(events, MalformedPayload.All.Count * MalformedOfEach * 2 + BrokenTrades.Forms * 2);
        var ofTrades = new Quota((double)tradeCount / events * 1.000001);
        var statements = new Quota(7.0 / events);
        for (var i = 0; i < events; i++)
        {
            var time = session.OpensAtMicros + 1 + (long)(DayShape.TimeOfVolume((i + random.NextDouble()) / events) * length);
            market.Send(active[random.Next(active.Length)], time);
            if (ofTrades.Take())
                Trade(time);
            if (rarities.IsDue(i, out var rarity))
                SendRarity(rarity, time);
            if (statements.Take())
                permit.StateAccounts(time);
            if ((i & 63) == 0)
                await writer.FlushIfFullAsync(cancel);
        }
        market.Drain();
        trades.Drain(session.ClosesAtMicros - 1);
        await writer.FlushAsync(cancel);
    }

    void Trade(long time)
    {
        var instrument = tradable[random.Next(tradable.Length)];
        paths.Move(instrument, time);
        var (bid, ask) = paths.Quote(instrument);
        permit.Watch(trades.Trade(time, instrument, bid > 0 ? bid : ask, ask), time);
        amendments?.Advance(time);
    }

    /// <summary>What happens seldom: broken rows first, then malformed payloads of both topics.</summary>
    void SendRarity(int rarity, long time)
    {
        var instrument = universe.Shares[random.Next(universe.Shares.Count)];
        if (rarity < BrokenTrades.Forms * 2)
        {
            broken.Send(rarity % BrokenTrades.Forms, time, instrument, paths.Quote(instrument).Ask);
            return;
        }
        rarity -= BrokenTrades.Forms * 2;
        var kind = MalformedPayload.All[rarity / 2 % MalformedPayload.All.Count];
        var sample = market.Sample(instrument, kind == Malformation.ImplausibleDay ? MalformedPayload.ImplausibleTime : time);
        if (rarity % 2 == 0)
        {
            writer.WriteMalformed(Topics.MarketData, instrument.Id, kind, avro => avro.Write(in sample));
            return;
        }
        var account = universe.Accounts[random.Next(universe.Accounts.Count)];
        var trade = new TradeEvent(
            TradeKind.New,
            account.Id,
            instrument.Id,
            sample.EventTime,
            sample.IngestTime,
            Desk,
            trades.NextSequence(),
            instrument.Currency,
            instrument.Venue)
        {
            Side = Side.Buy,
            Price = sample.Ask,
            Quantity = 1_000_000,
            Fee = 0,
        };
        writer.WriteMalformed(Topics.Trades, account.Id, kind, avro => avro.Write(in trade));
    }

    /// <summary>Trades after the close, the official marks, the statements of the day, the markers.</summary>
    async Task CloseAsync(CancellationToken cancel)
    {
        amendments?.Finish(session.ClosesAtMicros);
        for (var i = 0; i < AfterClose; i++)
        {
            SendOne(session.ClosesAtMicros + (1 + i) * Minute / 2);
            writer.Tally.Feature("after_close");
        }
        foreach (var instrument in universe.Instruments)
            market.Mark(instrument, session.ClosesAtMicros + 10 * Minute, history.Close(instrument, history.Days.Count - 1));
        valuation = instrument => history.Close(instrument, history.Days.Count - 1);
        permit.StateAccounts(session.ClosesAtMicros + 15 * Minute);
        permit.StatePositions(session.ClosesAtMicros + 15 * Minute);
        await writer.EndOfDayAsync(Desk, cancel);
    }

    void SendLate()
    {
        trades.Book = new LiveBook(universe.Accounts, universe.Instruments);
        for (var i = 0; i < Late; i++)
        {
            SendOne(session.ClosesAtMicros + (6 + i) * Minute);
            writer.Tally.Feature("late");
        }
    }

    void SendOne(long time)
    {
        var share = universe.Shares[random.Next(universe.Shares.Count)];
        var (bid, ask) = paths.Quote(share);
        trades.Trade(time, share, bid, ask, mayChange: false);
        trades.Drain(time);
    }

    long Valuation(Instrument instrument) => valuation is null ? paths.Middle(instrument) : valuation(instrument);

    /// <summary>Instruments as often as they are active, to be drawn from.</summary>
    static Instrument[] ByActivity(SimulatedUniverse universe, bool index) =>
    [
        .. universe.Instruments.Where(instrument => index || instrument.Kind != InstrumentKind.Index).SelectMany(instrument =>
            Enumerable.Repeat(instrument, (int)Math.Round(20 * (instrument.Option is null ? universe.Walk(instrument).Activity : 0.5)))),
    ];

    /// <summary>Says at which events something rare happens: spread evenly, so that a small day has all of it, too.</summary>
    sealed class Rarities(int events, int count)
    {
        int next;

        public bool IsDue(int at, out int rarity)
        {
            rarity = next;
            if (next >= count || at < (long)(next + 1) * events / (count + 1))
                return false;
            next++;
            return true;
        }
    }
}
