using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Prices;

namespace Dart.Lake.Jobs.Pipelines.Hot.Shown;

/// <summary>Values what a settled state holds, at the marks and fixings of its day.</summary>
sealed class HotValues(HotState state)
{
    public PositionValue Value(Book book, int day)
    {
        if (state.References.Instrument(state.Names.Instruments[book.Instrument], day) is not { } instrument)
            return default;
        var mark = state.Market.MarkOf(book.Instrument, day);
        var multiplier = instrument.Multiplier ?? Money.One;
        if (mark.Source == MarkSource.None || book.Quantity == 0)
            return new(mark, instrument.Currency, multiplier, 0, 0);
        var value = Money.Notional(mark.Price, book.Quantity, multiplier);
        return new(mark, instrument.Currency, multiplier, value, checked(value - book.Cost));
    }

    /// <summary>PnL of all accounts that can be valued, by name.</summary>
    public static IReadOnlyList<HotAccountPnl> Pnl(HotState state)
    {
        if (state.Today is not { } day)
            return [];
        state.Settle();
        var values = new HotValues(state);
        return
        [
            .. state.References.AccountIds.Order(StringComparer.Ordinal).Select(id => values.Value(
                state.Names.Accounts.Of(id), day)).Where(v => v is { MissingFixing: null })
                .Select(v => new HotAccountPnl(v!.Account, v.Currency, v.Realised / 100m, v.Unrealised / 100m, v.Fees / 100m)),
        ];
    }

    /// <summary>The account's numbers; null while its reference has not come.</summary>
    public AccountValue? Value(int account, int day)
    {
        var name = state.Names.Accounts[account];
        if (state.References.Account(name, day) is not { Currency: { } currency } reference)
            return null;
        Int128 realised = 0, unrealised = 0, fees = 0, gross = 0, net = 0;
        var (trades, positions, time, missing) = (0, 0, 0L, (string?)null);
        foreach (var book in state.BooksOf(account))
        {
            trades += book.Trades;
            time = Math.Max(time, book.LastTime);
            if (book.Quantity != 0)
                positions++;
            else if (book.Realised == 0 && book.Fees == 0)
                continue;
            var value = Value(book, day);
            if (value.Currency is null)
                continue;
            if (state.References.Fixing(value.Currency, currency, day) is not { } fixing)
            {
                missing ??= value.Currency + currency;
                continue;
            }
            realised += Money.Convert(book.Realised, fixing);
            unrealised += Money.Convert(value.Unrealised, fixing);
            fees += Money.Convert(book.Fees, fixing);
            gross += Int128.Abs(Money.Convert(value.MarketValue, fixing));
            net += Money.Convert(value.MarketValue, fixing);
        }
        return new(name, currency, reference.Desk ?? "", reference.MarginLimit)
        {
            Realised = Money.ToAccount(realised),
            Unrealised = Money.ToAccount(unrealised),
            Fees = Money.ToAccount(fees),
            Gross = Money.ToAccount(gross),
            Net = Money.ToAccount(net),
            Trades = trades,
            ActivePositions = positions,
            LastTime = time,
            MissingFixing = missing,
        };
    }
}
