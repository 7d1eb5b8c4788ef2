namespace Dart.Lake.Jobs.Producers.Simulation;

/// <summary>The seeded market: a day of it is a function of settings and date, down to the byte and the order within each partition key.</summary>
public sealed class SimulatedMarket(SimulationSettings settings, TimeProvider time)
{
    /// <summary>The trading day before a date.</summary>
    public static DateOnly PriorTo(DateOnly date) => SimulatedUniverse.Calendar.PreviousTradingDay(date);

    /// <summary>Sends a day. Invalid when the date is no trading day or the settings make no sense.</summary>
    public async Task<Manifest> ProduceAsync(DateOnly date, EventTarget target, IProgress<ProducerProgress>? progress, CancellationToken cancel)
    {
        var universe = Universe(date);
        var prior = settings.PriorTrades == 0 ? null : await PriorDay.RunAsync(settings.Seed, PriorTo(date), settings.PriorTrades, universe, cancel);
        return await SendAsync(date, settings.Trades, universe, prior, target, progress, cancel);
    }

    /// <summary>Sends the short day before a date, whose trades the date's own production then corrects.</summary>
    public Task<Manifest> ProducePriorDayAsync(DateOnly date, EventTarget target, IProgress<ProducerProgress>? progress, CancellationToken cancel)
    {
        var universe = Universe(date);
        if (settings.PriorTrades == 0)
            throw LakeException.Invalid("the settings say that there is no day before; give the number of its trades");
        return SendAsync(PriorTo(date), settings.PriorTrades, universe, prior: null, target, progress, cancel);
    }

    async Task<Manifest> SendAsync(
        DateOnly date, int trades, SimulatedUniverse universe, PriorDay? prior, EventTarget target, IProgress<ProducerProgress>? progress, CancellationToken cancel)
    {
        var writer = new DayWriter(date, target, new Pacer(time, settings.Speed), progress);
        var day = new SimulatedDay(settings.Seed, date, trades, universe, writer, prior, opened: null);
        await day.RunAsync(cancel);
        var tally = writer.Tally;
        return new Manifest
        {
            Date = date, Market = "sim", Seed = settings.Seed, Topics = tally.Topics(), Malformed = tally.MalformedKinds, Quarantined = tally.QuarantinedRows,
            Features = tally.Features, TradesSent = tally.TradesSent(), Accounts = day.Book.Totals(), Late = day.LateTotals, PriorDay = prior?.Totals(),
            Required =
            [
                "splits", "busts", "corrections", "corrections_across_flip", "short_sales", "jumps", "after_close", "late",
                .. prior is null ? Array.Empty<string>() : ["prior_day_busts", "prior_day_corrections"],
            ],
        };
    }

    SimulatedUniverse Universe(DateOnly date)
    {
        settings.Checked();
        SimulatedUniverse.Calendar.SessionOf(date);
        return new SimulatedUniverse(settings.Seed, settings.ListingDate ?? date);
    }
}
