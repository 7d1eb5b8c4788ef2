using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Trading;

/// <summary>
/// The seeded accounts trade: each call is one execution at the market, and what becomes of it (a duplicate, a delay, a correction, a bust)
/// comes some trades later. Everything sent is folded into the book at once.
/// </summary>
sealed class TradeFlow(
    DayWriter writer, LiveBook book, IReadOnlyList<Account> accounts,
    EncodedText source, TradeRates rates, SeededRandom random, long firstSequence)
{
    /// <summary>Lots beyond which an account mostly trades back: without it a position would grow with the number of trades.</summary>
    const int Enough = 20;

    /// <summary>
    /// Positions of this day alone decide what is traded and corrected, so that a day is the same whatever came before it.
    /// </summary>
    readonly long[] dayPositions = new long[book.Slots];
    readonly Delayed<TradeEvent> delayed = new();
    readonly Delayed<(TradeChain Chain, bool Bust, Turn Turn)> amendments = new();
    Quota busts = new(rates.Busts),
        corrections = new(rates.Corrections),
        flips = new(rates.FlipCorrections),
        duplicates = new(rates.Duplicates),
        outOfOrder = new(rates.OutOfOrder);
    long turn, sequence = firstSequence;

    /// <summary>Told of every chain that is opened, and whether it may be amended.</summary>
    public Action<TradeChain, bool>? Opened { get; init; }

    /// <summary>Before the names of the features that are counted.</summary>
    public string FeaturePrefix { get; init; } = "";

    /// <summary>Set after END_OF_DAY: what is late is folded here and not into the day's book.</summary>
    public LiveBook Book { get; set; } = book;

    public long NextSequence() => ++sequence;

    /// <summary>
    /// An account buys at the ask or sells at the bid (unscaled, 6 places) when it takes what is offered,
    /// and the other way round when somebody else takes what it offers. It takes a little more often: so
    /// all accounts together lose their fees and a part of the spread, and not all of it in every trade.
    /// </summary>
    public TradeChain Trade(long time, Instrument instrument, long bid, long ask, bool mayChange = true)
    {
        turn++;
        SendDue(time);
        var account = accounts[random.Next(accounts.Count)];
        var venue = instrument.TradedAt[random.Next(instrument.TradedAt.Count)];
        var signed = mayChange && flips.Advance() ? Turning(ref account, instrument) : 0;
        if (signed == 0)
            signed = Usual(account, instrument);
        var (side, quantity) = (signed > 0 ? Side.Buy : Side.Sell, Math.Abs(signed));
        var takes = random.Next(40) < 21;
        var price = takes == (side == Side.Buy) ? ask : bid;
        var terms = new TradeTerms(side, price, quantity, venue.Fee(price, quantity, instrument.Multiplier));
        var chain = new TradeChain(account, instrument, venue, NextSequence(), time, time + random.Next(200, 4_000), terms);
        var turned = Fold(chain, terms);
        Opened?.Invoke(chain, mayChange);
        Emit(chain, New(chain, terms));
        if (mayChange)
            Amend(chain, turned);
        return chain;
    }

    /// <summary>Each account leans to one side in each instrument, so that short positions last, until it holds enough.</summary>
    long Usual(Account account, Instrument instrument)
    {
        var lean = (account.Index * 7 + instrument.Index * 3) % 5 - 2;
        var quantity = 10_000L * instrument.Lot * random.Next(1, 11);
        var held = dayPositions[Book.Slot(account, instrument)];
        if (Math.Abs(held) > Enough * 10_000L * instrument.Lot)
            lean = -6 * Math.Sign(held);
        return random.Next(20) < 10 + lean ? quantity : -quantity;
    }

    /// <summary>A quantity that turns a position of more than a lot, and the account that has one; 0 when none has.</summary>
    long Turning(ref Account account, Instrument instrument)
    {
        var first = account.Index;
        for (var i = 0; i < accounts.Count; i++)
        {
            var holder = accounts[(first + i) % accounts.Count];
            var held = dayPositions[Book.Slot(holder, instrument)];
            if (Math.Abs(held) <= 10_000L * instrument.Lot)
                continue;
            account = holder;
            return -held - Math.Sign(held) * 10_000L * instrument.Lot * random.Next(10, 30);
        }
        return 0;
    }

    /// <summary>Sends what is due by now.</summary>
    public void SendDue(long time) => SendDue(time, turn);

    void SendDue(long time, long upTo)
    {
        while (delayed.TryTake(upTo, out var trade))
            writer.Write(in trade);
        while (amendments.TryTake(upTo, out var amendment))
            if (amendment.Bust)
                Bust(amendment.Chain, time);
            else
                Correct(amendment.Chain, time, amendment.Turn);
    }

    /// <summary>Sends everything that still waits. Trades may follow, and be drained in their turn.</summary>
    public void Drain(long time) => SendDue(time, long.MaxValue);

    public void Bust(TradeChain chain, long time)
    {
        if (chain.Live is { } live)
        {
            Book.Remove(chain.Account, chain.Instrument, live);
            MoveDay(chain, -live.Signed);
        }
        chain.Live = null;
        writer.Write(Amendment(chain, TradeKind.Bust, time));
        writer.Tally.Feature(FeaturePrefix + "busts");
    }

    /// <summary>Corrects price, quantity or side; one across a flip takes so much away that the position does not turn.</summary>
    public void Correct(TradeChain chain, long time, Turn turned = Turn.None)
    {
        if (chain.Live is not { } old)
            return; // busted meanwhile: there is nothing to correct
        var price = Math.Max(10_000, old.Price + old.Price / 200 * random.Next(-2, 3) / 10_000 * 10_000);
        var lots = old.Quantity / (10_000L * chain.Instrument.Lot);
        var quantity = turned != Turn.None
            ? 10_000L * chain.Instrument.Lot
            : 10_000L * chain.Instrument.Lot * Math.Max(1, lots + random.Next(-2, 4));
        var side = turned == Turn.None && random.Next(12) == 0 ? old.Side == Side.Buy ? Side.Sell : Side.Buy : old.Side;
        var terms = new TradeTerms(side, price, quantity, chain.Venue.Fee(price, quantity, chain.Instrument.Multiplier));
        Book.Remove(chain.Account, chain.Instrument, old);
        Book.Add(chain.Account, chain.Instrument, terms);
        MoveDay(chain, terms.Signed - old.Signed);
        chain.Live = terms;
        writer.Write(Amendment(
            chain, TradeKind.Correct, time) with
        { Side = terms.Side, Price = terms.Price, Quantity = terms.Quantity, Fee = terms.Fee });
        writer.Tally.Feature(FeaturePrefix + (turned == Turn.Position ? "corrections_across_flip" : "corrections"));
    }

    /// <summary>The NEW of a chain.</summary>
    public TradeEvent New(TradeChain chain, in TradeTerms terms) =>
        new(
            TradeKind.New,
            chain.Account.Id,
            chain.Instrument.Id,
            chain.EventTime,
            chain.IngestTime,
            source,
            chain.Sequence,
            chain.Instrument.Currency,
            chain.Venue.Mic)
        {
            Side = terms.Side,
            Price = terms.Price,
            Quantity = terms.Quantity,
            Fee = terms.Fee,
        };

    TradeEvent Amendment(TradeChain chain, TradeKind kind, long time)
    {
        chain.IngestTime = Math.Max(chain.IngestTime + 1, time + random.Next(200, 4_000));
        return new(
            kind,
            chain.Account.Id,
            chain.Instrument.Id,
            Math.Max(time, chain.EventTime),
            chain.IngestTime,
            source,
            NextSequence(),
            chain.Instrument.Currency,
            chain.Venue.Mic)
        {
            RefSequence = chain.Sequence,
        };
    }

    void Emit(TradeChain chain, TradeEvent trade)
    {
        var due = turn;
        if (outOfOrder.Take())
        {
            due += random.Next(3, 40);
            trade = trade with { IngestTime = trade.IngestTime + random.Next(20_000, 900_000) };
            chain.IngestTime = trade.IngestTime;
            delayed.Add(due, trade);
            writer.Tally.OutOfOrder(Topics.Trades);
        }
        else
            writer.Write(in trade);
        if (!duplicates.Take())
            return;
        delayed.Add(due + random.Next(1, 200), trade);
        writer.Tally.Duplicate(Topics.Trades);
    }

    void Amend(TradeChain chain, Turn turned)
    {
        var (bust, correct) = (busts.Advance(), corrections.Advance());
        if (turned != Turn.None && flips.IsDue)
        {
            flips.Done();
            amendments.Add(turn + random.Next(5, 60), (chain, false, turned));
        }
        else if (bust)
        {
            busts.Done();
            // One bust in eight annuls what was corrected before.
            if (random.Next(8) == 0)
                amendments.Add(turn + random.Next(5, 20), (chain, false, Turn.None));
            amendments.Add(turn + random.Next(20, 2_000), (chain, true, Turn.None));
        }
        else if (correct)
        {
            corrections.Done();
            amendments.Add(turn + random.Next(20, 2_000), (chain, false, Turn.None));
            // Some are corrected twice.
            if (random.Next(8) == 0)
                amendments.Add(turn + random.Next(2_000, 2_500), (chain, false, Turn.None));
        }
    }

    /// <summary>Folds a NEW; says whether it turns a position of more than a lot from one side to the other.</summary>
    Turn Fold(TradeChain chain, in TradeTerms terms)
    {
        var before = Book.Position(chain.Account, chain.Instrument);
        Book.Add(chain.Account, chain.Instrument, terms);
        if (terms.Side == Side.Sell && Book.Position(chain.Account, chain.Instrument) < 0)
            writer.Tally.Feature("short_sales");
        var day = MoveDay(chain, terms.Signed);
        var lot = 10_000L * chain.Instrument.Lot;
        if (!Turns(day - terms.Signed, day, lot))
            return Turn.None;
        return Turns(before, before + terms.Signed, lot) ? Turn.Position : Turn.OfTheDay;
    }

    static bool Turns(long before, long after, long lot) =>
        Math.Sign(before) * Math.Sign(after) < 0 && Math.Abs(before) > lot;

    long MoveDay(TradeChain chain, long quantity) => dayPositions[Book.Slot(chain.Account, chain.Instrument)] += quantity;
}
