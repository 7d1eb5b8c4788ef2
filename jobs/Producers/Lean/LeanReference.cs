using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>The reference data of a real day, published an hour after midnight in New York, before the first tick.</summary>
sealed class LeanReference(DayWriter writer, LeanUniverse universe, IReadOnlyList<Account> accounts, LeanDay day, long? rate)
{
    const long Hour = 3_600_000_000;
    static readonly EncodedText Source = new("lean/reference");
    static readonly long Since1990 = Days(new DateOnly(1990, 1, 1)) * 24 * Hour;

    long sequence = day.FirstSequence, time = day.MidnightMicros + Hour;

    public async ValueTask SendAsync(CancellationToken cancel)
    {
        foreach (var instrument in universe.Instruments)
            writer.Write(Describe(instrument));
        foreach (var account in accounts)
            writer.Write(Row(ReferenceKind.Account, account.Id.Text, Since1990) with
            {
                Name = account.Name,
                Currency = account.Currency,
                Desk = account.Desk,
                MarginLimit = account.MarginLimit,
            });
        if (rate is not null)
            writer.Write(Row(
                ReferenceKind.Rate,
                "USD",
                day.Session.StartsAtMicros) with
            { ValidTo = day.Session.EndsAtMicros, AsOf = Days(day.Date), Value = rate });
        foreach (var (instrument, splits) in universe.Splits)
            foreach (var split in splits)
                writer.Write(Row(ReferenceKind.CorporateAction, instrument.Id.Text, StartOf(split.ExDate)) with
                {
                    Action = ActionKind.Split,
                    Numerator = split.Numerator,
                    Denominator = split.Denominator,
                    AsOf = Days(split.ExDate),
                });
        foreach (var (instrument, closes) in universe.Closes)
        {
            foreach (var (date, close) in closes.Before)
                writer.Write(Row(ReferenceKind.PriorClose, instrument.Id.Text, CloseOf(date)) with { AsOf = Days(date), Value = close });
            if (closes.Before.Count > 0)
                writer.Write(Row(
                    ReferenceKind.Mark,
                    instrument.Id.Text,
                    CloseOf(closes.Before[^1].Date)) with
                { AsOf = Days(closes.Before[^1].Date), Value = closes.Before[^1].Close });
            await writer.FlushIfFullAsync(cancel);
        }
        await writer.FlushAsync(cancel);
    }

    ReferenceEvent Describe(Instrument instrument)
    {
        var row = Row(ReferenceKind.Instrument, instrument.Id.Text, Since1990) with
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

    ReferenceEvent Row(ReferenceKind kind, string id, long validFrom)
    {
        time += 1_000;
        return new(kind, id, time, time, Source, ++sequence, validFrom);
    }

    long CloseOf(DateOnly date) => VenueCalendar.Of(day.Session.Venue).FindSession(date)?.ClosesAtMicros ?? (Days(date) * 24 + 21) * Hour;

    long StartOf(DateOnly date) => VenueCalendar.Of(day.Session.Venue).SessionOf(date).StartsAtMicros;

    static int Days(DateOnly date) => date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
}
