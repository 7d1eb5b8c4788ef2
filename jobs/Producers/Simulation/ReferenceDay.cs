using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>The reference data of a simulated day, as they are published two hours before the open.</summary>
sealed class ReferenceDay(
    DayWriter writer,
    SimulatedUniverse universe,
    CloseHistory history,
    Fixings fixings,
    EncodedText source,
    long firstSequence,
    SeededRandom random)
{
    static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    static readonly long Since2000 = Micros(new DateOnly(2000, 1, 1));

    readonly VenueSession session = history.Days[^1];
    long sequence = firstSequence, time = history.Days[^1].OpensAtMicros - 2 * 3_600_000_000L;

    /// <param name="pastSplits">Splits of the days before, too: when the day before was not produced.</param>
    public async ValueTask SendAsync(bool pastSplits, CancellationToken cancel)
    {
        CountUniverse();
        foreach (var instrument in universe.Instruments)
            Send(Describe(instrument));
        foreach (var account in universe.Accounts)
            Send(Row(ReferenceKind.Account, account.Id.Text, Since2000) with
            {
                Name = account.Name,
                Currency = account.Currency,
                Desk = account.Desk,
                MarginLimit = account.MarginLimit,
            });
        SendFixings();
        foreach (var (currency, rate) in new[] { ("USD", SimulatedUniverse.UsdRateUnscaled), ("EUR", 21_500), ("GBP", 39_750) })
            Send(Row(
                ReferenceKind.Rate,
                currency,
                session.StartsAtMicros) with
            { ValidTo = session.EndsAtMicros, AsOf = Days(session.TradeDate), Value = rate });
        for (var day = pastSplits ? 0 : history.Days.Count - 1; day < history.Days.Count; day++)
            SendSplit(day);
        await writer.FlushAsync(cancel);
        for (var day = 0; day < history.Days.Count - 1; day++)
        {
            foreach (var instrument in universe.Instruments)
                Send(Row(ReferenceKind.PriorClose, instrument.Id.Text, history.Days[day].ClosesAtMicros) with
                {
                    AsOf = Days(history.Days[day].TradeDate),
                    Value = history.Close(instrument, day),
                });
            await writer.FlushIfFullAsync(cancel);
        }
        var yesterday = history.Days[^2];
        foreach (var instrument in universe.Instruments)
            Send(Row(ReferenceKind.Mark, instrument.Id.Text, yesterday.ClosesAtMicros) with
            {
                AsOf = Days(yesterday.TradeDate),
                Value = history.Close(instrument, history.Days.Count - 2),
            });
        await writer.FlushAsync(cancel);
    }

    /// <summary>
    /// What there is to trade, and who trades: a day without options or a second currency is not the day that was promised.
    /// </summary>
    void CountUniverse()
    {
        foreach (var kind in universe.Instruments.GroupBy(instrument => instrument.Kind))
            writer.Tally.Feature($"instruments_{kind.Key.ToString().ToLowerInvariant()}", kind.Count());
        writer.Tally.Feature("option_expiries", universe.Options.Select(option => option.Option!.Expiry).Distinct().Count());
        writer.Tally.Feature("option_strikes", universe.Options.Select(option => option.Option!.Strike).Distinct().Count());
        writer.Tally.Feature("accounts", universe.Accounts.Count);
        writer.Tally.Feature("desks", universe.Accounts.Select(account => account.Desk).Distinct(StringComparer.Ordinal).Count());
        writer.Tally.Feature("account_currencies", universe.Accounts.Select(account => account.Currency).Distinct(StringComparer.Ordinal).Count());
    }

    void SendFixings()
    {
        foreach (var (day, rates) in new[] { (history.Days[^2], fixings.Yesterday), (session, fixings.Today) })
            foreach (var (pair, rate) in rates)
                Send(Row(ReferenceKind.FxFixing, pair.From + pair.To, day.StartsAtMicros) with
                {
                    ValidTo = day.EndsAtMicros,
                    Currency = pair.From,
                    ToCurrency = pair.To,
                    AsOf = Days(day.TradeDate),
                    Value = rate,
                });
    }

    void SendSplit(int day)
    {
        var (share, numerator, denominator) = history.SplitOf(day);
        Send(Row(ReferenceKind.CorporateAction, share.Id.Text, history.Days[day].StartsAtMicros) with
        {
            Action = ActionKind.Split,
            Numerator = numerator,
            Denominator = denominator,
            AsOf = Days(history.Days[day].TradeDate),
        });
        if (day == history.Days.Count - 1)
            writer.Tally.Feature("splits");
    }

    ReferenceEvent Describe(Instrument instrument)
    {
        var row = Row(ReferenceKind.Instrument, instrument.Id.Text, Since2000) with
        {
            Name = instrument.Name,
            InstrumentKind = instrument.Kind,
            Currency = instrument.Currency.Text,
            Venue = instrument.Venue.Text,
            Multiplier = instrument.Multiplier * 10_000L,
        };
        return instrument.Option is not { } terms ? row : row with
        {
            Underlying = terms.Underlying,
            Strike = terms.Strike,
            Expiry = Days(terms.Expiry),
            OptionRight = terms.Right,
            Exercise = terms.Exercise,
        };
    }

    void Send(ReferenceEvent reference) => writer.Write(reference);

    ReferenceEvent Row(ReferenceKind kind, string id, long validFrom)
    {
        time += 1_000;
        return new(kind, id, time, time + random.Next(500, 5_000), source, ++sequence, validFrom);
    }

    static int Days(DateOnly date) => date.DayNumber - Epoch;

    static long Micros(DateOnly date) => Days(date) * 86_400_000_000L;
}
