using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>
/// The day before, run again without sending anything: what its trades were, so that today
/// can bust and correct exactly those that were sent, and what it left in the accounts.
/// </summary>
sealed class PriorDay
{
    const int Corrections = 12, Busts = 8, Candidates = 2_000;

    readonly List<TradeChain> candidates = [], late = [];
    readonly SimulatedUniverse universe;
    readonly SeededRandom random;
    LiveBook book = null!;
    int seen;

    PriorDay(SimulatedUniverse universe, SeededRandom random, DateOnly date)
    {
        (this.universe, this.random, Date) = (universe, random, date);
    }

    public DateOnly Date { get; }

    /// <summary>Runs the day before.</summary>
    public static async Task<PriorDay> RunAsync(DateOnly date, SimulatedFrom from, CancellationToken cancel)
    {
        var prior = new PriorDay(new SimulatedUniverse(from.Seed, from.ListingDate), SeededRandom.For(from.Seed, "prior day", date.DayNumber), date);
        var nowhere = EventTarget.Even(1, new SchemaIds([1, 2, 3, 4], 5), static (_, _) => ValueTask.CompletedTask);
        var writer = new DayWriter(date, nowhere, new Pacer(TimeProvider.System, null), null);
        var day = new SimulatedDay(
            from.Seed,
            date,
            from.Trades,
            prior.universe,
            writer,
            prior: null,
            (chain, mayChange) => prior.See(chain, mayChange, writer.Tally.DayEnded));
        await day.RunAsync(cancel);
        prior.book = day.Book;
        // What came too late for the day belongs to it once it is restated.
        foreach (var chain in prior.late)
            day.Book.Add(chain.Account, chain.Instrument, chain.Live!.Value);
        return prior;
    }

    /// <summary>The totals as they stand after the amendments made so far, late trades included.</summary>
    public PriorDayTotals Totals() => new(Date, book.Totals());

    /// <summary>Amendments of the day before, spread over a day.</summary>
    public PriorAmendments Amendments(
        DayWriter writer,
        LiveBook today,
        SimulatedUniverse listed,
        CloseHistory history,
        EncodedText source,
        long firstSequence,
        int tradesOfToday)
    {
        var carry = new Carry(today, listed, history);
        foreach (var account in universe.Accounts)
            foreach (var instrument in universe.Instruments)
                if (book.Position(account, instrument) is var quantity and not 0)
                    carry.In(account, instrument, quantity, book.AveragePrice(account, instrument));
        var flow = new TradeFlow(
            writer, book, universe.Accounts, source, TradeRates.Usual(tradesOfToday), random, firstSequence)
        { FeaturePrefix = "prior_day_" };
        return new PriorAmendments(flow, carry, Chosen(), Busts, tradesOfToday / (Corrections + Busts + 1));
    }

    Queue<TradeChain> Chosen()
    {
        var chosen = new Queue<TradeChain>();
        var live = candidates.Where(chain => chain.Live is not null).ToList();
        while (chosen.Count < Corrections + Busts && live.Count > 0)
        {
            var at = random.Next(live.Count);
            chosen.Enqueue(live[at]);
            live.RemoveAt(at);
        }
        return chosen;
    }

    void See(TradeChain chain, bool mayChange, bool dayEnded)
    {
        if (dayEnded)
            late.Add(chain);
        else if (mayChange && seen++ < Candidates)
            candidates.Add(chain);
    }
}

/// <summary>Brings positions of the day before into today's book, in today's units. What is not listed any more is not carried.</summary>
sealed class Carry(LiveBook today, SimulatedUniverse listed, CloseHistory history)
{
    readonly Dictionary<string, Instrument> instruments = listed.Instruments.ToDictionary(
        instrument => instrument.Id.Text, StringComparer.Ordinal);
    readonly (Instrument Instrument, int Numerator, int Denominator) split = history.SplitOf(history.Days.Count - 1);

    public void In(Account account, Instrument before, long quantity, long price)
    {
        if (!instruments.TryGetValue(before.Id.Text, out var instrument))
            return;
        var (n, d) = split.Instrument == instrument ? (split.Numerator, split.Denominator) : (1, 1);
        today.Carry(account, instrument, quantity * n / d, price * d / n);
    }
}

/// <summary>Busts and corrects trades of the day before, one every so many trades of today.</summary>
sealed class PriorAmendments(TradeFlow flow, Carry carry, Queue<TradeChain> chains, int busts, int spacing)
{
    int bustsLeft = busts;
    int trades;

    /// <summary>Counts a trade of today, and amends one of yesterday's when it is time.</summary>
    public void Advance(long time)
    {
        if (++trades % Math.Max(1, spacing) == 0)
            Amend(time);
    }

    /// <summary>Makes the amendments that are left.</summary>
    public void Finish(long time)
    {
        while (chains.Count > 0)
            Amend(time);
    }

    void Amend(long time)
    {
        if (!chains.TryDequeue(out var chain))
            return;
        var before = chain.Live!.Value;
        if (chains.Count % 5 < 2 && bustsLeft-- > 0)
            flow.Bust(chain, time);
        else
            flow.Correct(chain, time);
        if (chain.Live is { } after)
            carry.In(chain.Account, chain.Instrument, after.Signed, after.Price);
        carry.In(chain.Account, chain.Instrument, -before.Signed, before.Price);
    }
}
