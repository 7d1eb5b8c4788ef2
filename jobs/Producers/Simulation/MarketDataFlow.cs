using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>
/// Turns price paths into quotes, prints and marks, with what a feed
/// does to them: repetitions, delays, one-sided quotes, doubtful prints.
/// </summary>
sealed class MarketDataFlow(DayWriter writer, MarketPaths paths, EncodedText source, SeededRandom random, long firstSequence)
{
    static readonly EncodedText Regular = new("1"), Sweep = new("20"), OddLot = new("80000000"), Derivative = new("200");

    readonly Delayed<MarketDataEvent> delayed = new();
    Quota duplicates = new(0.0105), outOfOrder = new(0.0105);
    long turn, sequence = firstSequence;

    /// <summary>One event of an instrument: mostly a quote, sometimes a print.</summary>
    public void Send(Instrument instrument, long time)
    {
        turn++;
        SendDue(turn);
        paths.Move(instrument, time);
        Emit(instrument.Kind == InstrumentKind.Index || random.Next(100) < 15 ? Print(instrument, time) : Quote(instrument, time));
    }

    /// <summary>A quote with both sides, at once: what the day begins with.</summary>
    public void Open(Instrument instrument, long time) => writer.Write(Quote(instrument, time, whole: true));

    /// <summary>The official close.</summary>
    public void Mark(Instrument instrument, long time, long price) =>
        writer.Write(Event(MarketDataKind.Mark, instrument, time) with { Price = price });

    /// <summary>Sends everything that still waits.</summary>
    public void Drain() => SendDue(long.MaxValue);

    /// <summary>A sound event, which somebody is about to spoil.</summary>
    public MarketDataEvent Sample(Instrument instrument, long time) => Quote(instrument, time, whole: true);

    void SendDue(long now)
    {
        while (delayed.TryTake(now, out var data))
            writer.Write(in data);
    }

    void Emit(MarketDataEvent data)
    {
        var due = turn;
        if (outOfOrder.Take())
        {
            due += random.Next(20, 400);
            data = data with { IngestTime = data.IngestTime + random.Next(20_000, 900_000) };
            delayed.Add(due, data);
            writer.Tally.OutOfOrder(Topics.MarketData);
        }
        else
            writer.Write(in data);
        if (!duplicates.Take())
            return;
        delayed.Add(due + random.Next(1, 500), data);
        writer.Tally.Duplicate(Topics.MarketData);
    }

    MarketDataEvent Quote(Instrument instrument, long time, bool whole = false)
    {
        var (bid, ask) = paths.Quote(instrument);
        var sides = whole ? 0 : random.Next(50);
        var (hasBid, hasAsk) = (sides != 1 && bid > 0, sides != 2);
        if (!hasBid && !hasAsk)
            hasAsk = true;
        var quote = Event(MarketDataKind.Quote, instrument, time);
        return quote with
        {
            Bid = hasBid ? bid : null,
            BidSize = hasBid ? Size(instrument) : null,
            Ask = hasAsk ? ask : null,
            AskSize = hasAsk ? Size(instrument) : null,
        };
    }

    MarketDataEvent Print(Instrument instrument, long time)
    {
        var (bid, ask) = paths.Quote(instrument);
        var print = Event(MarketDataKind.Print, instrument, time);
        if (instrument.Kind == InstrumentKind.Index)
            return print with { Price = paths.Middle(instrument), Size = 0, Condition = Regular };
        var price = random.Next(2) == 0 && bid > 0 ? bid : ask;
        var lot = random.Next(200);
        // A doubtful price is far off, one that is derived from something else a little: neither may set a close.
        return lot switch
        {
            0 => print with
            {
                Price = price + price / 20 / 10_000 * 10_000,
                Size = Size(instrument),
                Condition = Regular,
                Suspicious = true,
            },
            1 => print with
            {
                Price = price + price / 100 / 10_000 * 10_000,
                Size = Size(instrument),
                Condition = Derivative,
                Suspicious = false,
            },
            < 12 => print with { Price = price, Size = 10_000L * random.Next(1, 100), Condition = OddLot, Suspicious = false },
            < 60 => print with { Price = price, Size = Size(instrument), Condition = Sweep, Suspicious = false },
            _ => print with { Price = price, Size = Size(instrument), Condition = Regular, Suspicious = false },
        };
    }

    MarketDataEvent Event(MarketDataKind kind, Instrument instrument, long time) =>
        new(kind, instrument.Id, time, time + random.Next(50, 2_000), source, ++sequence, instrument.Venue);

    long Size(Instrument instrument) => 10_000L * instrument.Lot * random.Next(1, 50);
}
