using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>
/// The seeded market: a day of it is a function of settings and date, down to the byte and the order within each partition key.
/// </summary>
public sealed class SimulatedMarket(SimulationSettings settings, TimeProvider time)
{
    static readonly string[] OfThePriorDay = ["prior_day_busts", "prior_day_corrections"];

    static readonly string[] Always =
    [
        "instruments_equity", "instruments_index", "instruments_option", "instruments_fx", "option_expiries", "option_strikes", "accounts", "desks", "account_currencies",
        "splits", "busts", "corrections", "corrections_across_flip", "short_sales", "jumps", "after_close", "late",
        "market_data_raw QUOTE", "market_data_raw PRINT", "market_data_raw MARK", "market_data_raw duplicates", "market_data_raw out_of_order",
        "trades_raw NEW", "trades_raw CORRECT", "trades_raw BUST", "trades_raw duplicates", "trades_raw out_of_order",
        "reference_raw INSTRUMENT", "reference_raw ACCOUNT", "reference_raw FX_FIXING", "reference_raw CORPORATE_ACTION", "reference_raw PRIOR_CLOSE", "reference_raw MARK", "reference_raw RATE",
        "permit_raw POSITION", "permit_raw EXPOSURE", "permit_raw RISK", "permit_raw MARGIN", "permit_raw INTERACTION", "permit_raw TRADE",
        "quarantined negative_price", "quarantined unknown_instrument", "quarantined unknown_reference", "quarantined conflicting_duplicate",
        "quarantined chain_of_quarantined_new", "quarantined negative_price_correction",
    ];

    /// <summary>The trading day before a date.</summary>
    public static DateOnly PriorTo(DateOnly date) => SimulatedUniverse.Calendar.PreviousTradingDay(date);

    /// <summary>Throws Invalid when the date is no trading day or the settings make no sense; nothing is sent.</summary>
    public void Check(DateOnly date)
    {
        settings.Checked();
        SimulatedUniverse.Calendar.SessionOf(date);
        if (settings.PriorTrades != 0)
            PriorTo(date);
    }

    /// <summary>Sends a day. Invalid when the date is no trading day or the settings make no sense.</summary>
    public async Task<DayManifest> ProduceAsync(
        DateOnly date, EventTarget target, IProgress<ProducerProgress>? progress, CancellationToken cancel)
    {
        var universe = Universe(date);
        var prior = settings.PriorTrades == 0
            ? null
            : await PriorDay.RunAsync(PriorTo(date), settings.Prior ?? new(settings.Seed, settings.PriorTrades, Listing(date)), cancel);
        return await SendAsync(date, settings.Trades, universe, prior, target, progress, cancel);
    }

    /// <summary>Sends the short day before a date, whose trades the date's own production then corrects.</summary>
    public Task<DayManifest> ProducePriorDayAsync(
        DateOnly date, EventTarget target, IProgress<ProducerProgress>? progress, CancellationToken cancel)
    {
        var universe = Universe(date);
        if (settings.PriorTrades == 0)
            throw LakeException.Invalid("the settings say that there is no day before; give the number of its trades");
        return SendAsync(PriorTo(date), settings.PriorTrades, universe, prior: null, target, progress, cancel);
    }

    async Task<DayManifest> SendAsync(
        DateOnly date, int trades, SimulatedUniverse universe, PriorDay? prior,
        EventTarget target, IProgress<ProducerProgress>? progress, CancellationToken cancel)
    {
        var writer = new DayWriter(date, target, new Pacer(time, settings.Speed), progress);
        var day = new SimulatedDay(settings.Seed, date, trades, universe, writer, prior, opened: null);
        await day.RunAsync(cancel);
        var tally = writer.Tally;
        return new DayManifest
        {
            Date = date,
            Market = "sim",
            Seed = settings.Seed,
            Topics = tally.Topics(),
            Malformed = tally.MalformedKinds,
            Quarantined = tally.QuarantinedRows,
            Features = tally.Features,
            Simulated = new(settings.Seed, trades, universe.Listing),
            TradesSent = tally.TradesSent(),
            Accounts = day.Book.Totals(),
            Late = day.LateTotals,
            PriorDay = prior?.Totals(),
            Required = [
                .. Always,
                .. MalformedPayload.All.Select(kind => $"malformed {MalformedPayload.Name(kind)}"),
                .. prior is null ? [] : OfThePriorDay,
            ],
        };
    }

    SimulatedUniverse Universe(DateOnly date)
    {
        Check(date);
        return new SimulatedUniverse(settings.Seed, Listing(date));
    }

    DateOnly Listing(DateOnly date) => settings.ListingDate ?? date;
}
