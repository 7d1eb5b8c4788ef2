using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Jobs.Producers.Trading;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>A real market day from files in LEAN's folder format, with seeded accounts that trade at its prints.</summary>
/// <param name="settings">Where the files are, and what to do with bad ones.</param>
/// <param name="time">Paces the day.</param>
/// <param name="tell">Takes a line for each bad file that is left out, and for what is to be known of others.</param>
public sealed class LeanMarket(LeanSettings settings, TimeProvider time, Action<string> tell)
{
    static readonly string[] Required =
    [
        "market_data_raw PRINT", "trades_raw NEW", "trades_raw CORRECT", "trades_raw BUST", "trades_raw duplicates", "trades_raw out_of_order", "reference_raw INSTRUMENT", "reference_raw ACCOUNT",
        "permit_raw POSITION", "permit_raw EXPOSURE", "permit_raw RISK", "permit_raw MARGIN", "permit_raw INTERACTION", "permit_raw TRADE", "busts", "corrections", "short_sales",
    ];

    /// <summary>Throws Invalid when the folder has nothing of the date or the settings make no sense; no file is read yet.</summary>
    public void Check(DateOnly date)
    {
        settings.Checked();
        LeanDay.Of(date);
        var folder = new LeanFolder(settings.Folder, date);
        if (folder.Symbols().Count + folder.Options().Count == 0)
            throw LakeException.Invalid($"{settings.Folder} has no ticks, minutes or options of {date:yyyy-MM-dd}; give another date or folder");
    }

    /// <summary>Sends a day. All its files are read and checked before the first event is sent.</summary>
    /// <exception cref="LakeException">
    /// Invalid: the folder has nothing of the date. Corrupt: a file is bad, file and line are named, and the settings do
    /// not say to leave it out; or all are bad.
    /// </exception>
    public async Task<DayManifest> ProduceAsync(
        DateOnly date, EventTarget target, IProgress<ProducerProgress>? progress, CancellationToken cancel)
    {
        Check(date);
        progress?.Report(new(date, "checking the files", 0, 0));
        var (day, folder, faults) = (LeanDay.Of(date), new LeanFolder(settings.Folder, date), new LeanFaults());
        var universe = new LeanUniverse(folder, day, faults, cancel);
        var rate = File.Exists(folder.RatesFile) ? faults.Read(() => LeanHistory.Rate(folder.RatesFile, date), null) : null;
        faults.Settle(settings.SkipBad, tell);
        if (universe.Instruments.Count == 0)
            throw LakeException.Corrupt(faults.Bad.Count == 0
                ? $"the files of {date:yyyy-MM-dd} in {settings.Folder} name no instrument"
                : $"every file of {date:yyyy-MM-dd} in {settings.Folder} is bad, the first: {faults.Bad[0]}");
        var writer = new DayWriter(date, target, new Pacer(time, settings.Speed), progress);
        var accounts = SeededAccounts.Make("USD");
        await new LeanReference(writer, universe, accounts, day, rate).SendAsync(cancel);
        var trading = new LeanTrading(settings, writer, universe, accounts, day);
        writer.Phase = "session";
        using (var merge = new LeanMerge(Files(universe, day)))
            for (var sent = 1; merge.TryTake(out var data); sent++)
            {
                writer.Write(in data);
                trading.See(in data);
                if ((sent & 63) == 0)
                    await writer.FlushIfFullAsync(cancel);
            }
        writer.Phase = "after the close";
        trading.Close();
        await writer.EndOfDayAsync(LeanTrading.Source, cancel);
        return Manifest(date, writer.Tally, trading) with { LeftOut = faults.Bad };
    }

    static IEnumerable<IEnumerable<MarketDataEvent>> Files(LeanUniverse universe, LeanDay day)
    {
        for (var i = 0; i < universe.Equities.Count; i++)
        {
            var (equity, share) = (universe.Equities[i], universe.Instruments[i]);
            LeanReader Reader(string kind) => new(share.Id, new($"lean/{equity.Symbol}/{kind}"), share.Venue, day, new LeanTexts());
            if (equity.TradeTicks is { } tradeTicks)
                yield return LeanReader.Read(tradeTicks, Reader("trade").TradeTick);
            if (equity.QuoteTicks is { } quoteTicks)
                yield return LeanReader.Read(quoteTicks, Reader("quote").QuoteTick);
            if (equity.TradeBars is { } tradeBars)
                yield return LeanReader.Read(tradeBars, Reader("trade_bar").TradeBar);
            if (equity.QuoteBars is { } quoteBars)
                yield return LeanReader.Read(quoteBars, Reader("quote_bar").QuoteBar);
        }
        foreach (var zip in universe.OptionZips)
            yield return LeanChain.Read(zip, universe, day);
    }

    DayManifest Manifest(DateOnly date, Tally tally, LeanTrading trading) => new()
    {
        Date = date,
        Market = "lean",
        Seed = settings.Seed,
        Topics = tally.Topics(),
        Malformed = tally.MalformedKinds,
        Quarantined = tally.QuarantinedRows,
        Features = tally.Features,
        TradesSent = tally.TradesSent(),
        Accounts = trading.Book.Totals(),
        Late = [],
        Required = Required,
    };
}
