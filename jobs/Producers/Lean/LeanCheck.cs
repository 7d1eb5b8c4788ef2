namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>Reads the market's files of a day to their ends, a line at a time, and keeps nothing: which of them are good.</summary>
sealed class LeanCheck(LeanDay day, LeanFaults faults, CancellationToken cancel)
{
    /// <summary>The share without the files that are bad.</summary>
    public LeanEquity Good(LeanEquity equity) => equity with
    {
        TradeTicks = Good(equity.TradeTicks, reader => reader.TradeTick),
        QuoteTicks = Good(equity.QuoteTicks, reader => reader.QuoteTick),
        TradeBars = Good(equity.TradeBars, reader => reader.TradeBar),
        QuoteBars = Good(equity.QuoteBars, reader => reader.QuoteBar),
    };

    /// <summary>Whether an option chain is good.</summary>
    public bool IsGood(string zip)
    {
        cancel.ThrowIfCancellationRequested();
        return faults.Read(() =>
        {
            LeanChain.Check(zip, day);
            return true;
        }, false);
    }

    string? Good(string? path, Func<LeanReader, LeanParser> parserOf)
    {
        cancel.ThrowIfCancellationRequested();
        return path is null ? null : faults.Read(() =>
        {
            var parse = parserOf(new(LeanReader.Nobody, LeanReader.Nobody, null, day, new LeanTexts()));
            using var lines = LeanLines.OfZip(path);
            while (lines.MoveNext())
                parse(lines);
            return path;
        }, null);
    }
}
