using Dart.Lake.Analytics.Markets;
using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Simulation;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>
/// The seeded accounts on a real day: they trade at prints of the regular session that may set a price, as often as the U of a day
/// says, and the middle office watches them. After the session come the official marks, which are the closes of the daily bars.
/// </summary>
sealed class LeanTrading
{
    readonly DayWriter writer;
    readonly LeanUniverse universe;
    readonly LeanDay day;
    readonly TradeFlow trades;
    readonly PermitFlow permit;
    readonly Dictionary<EncodedText, Instrument> byId;
    readonly long[] last;
    readonly int count;
    int done, statements;
    long sequence;

    public LeanTrading(LeanSettings settings, DayWriter writer, LeanUniverse universe, IReadOnlyList<Account> accounts, LeanDay day)
    {
        (this.writer, this.universe, this.day, count) = (writer, universe, day, settings.Trades);
        Book = new LiveBook(accounts, universe.Instruments);
        byId = universe.Instruments.ToDictionary(instrument => instrument.Id);
        last = new long[universe.Instruments.Count];
        sequence = day.FirstSequence;
        SeededRandom Random(string purpose) => SeededRandom.For(settings.Seed, purpose, day.Date.DayNumber);
        trades = new TradeFlow(writer, Book, accounts, Source, TradeRates.Usual(count), Random("trades"), day.FirstSequence);
        permit = new PermitFlow(
            writer,
            Book,
            accounts,
            universe.Instruments,
            Source.Text,
            Random("permit"),
            day.FirstSequence,
            static (_, _) => 1,
            instrument => last[instrument.Index]);
    }

    public static EncodedText Source { get; } = new("lean/desk");

    public LiveBook Book { get; }

    /// <summary>Sees what the market does, and trades when it is time.</summary>
    public void See(in MarketDataEvent data)
    {
        if (data is not { Kind: MarketDataKind.Print, Price: { } price and > 0, Suspicious: not true }
            || !(data.Condition is null || SaleConditions.SetsPrice(data.Condition.Text)))
            return;
        var instrument = byId[data.Instrument];
        last[instrument.Index] = price;
        var passed = (double)(data.EventTime - day.Session.OpensAtMicros) / (day.Session.ClosesAtMicros - day.Session.OpensAtMicros);
        if (passed is < 0 or >= 1)
            return;
        if (passed * 7 >= statements + 0.5)
        {
            statements++;
            permit.StateAccounts(data.EventTime);
        }
        if (done >= count || passed < DayShape.TimeOfVolume((done + 0.5) / count))
            return;
        done++;
        permit.Watch(trades.Trade(data.EventTime, instrument, price, price), data.EventTime);
    }

    /// <summary>The marks and the statements of the day, in its last microsecond: they belong to it.</summary>
    public void Close()
    {
        trades.Drain(day.Session.ClosesAtMicros);
        var end = day.Session.EndsAtMicros - 1;
        foreach (var (instrument, closes) in universe.Closes)
        {
            if (closes.OnTheDay is not { } close)
                continue;
            last[instrument.Index] = close;
            writer.Write(new MarketDataEvent(
                MarketDataKind.Mark, instrument.Id, end, end, DailySource, ++sequence, instrument.Venue)
            { Price = close });
        }
        permit.StateAccounts(end);
        permit.StatePositions(end);
    }

    static EncodedText DailySource { get; } = new("lean/daily");
}
