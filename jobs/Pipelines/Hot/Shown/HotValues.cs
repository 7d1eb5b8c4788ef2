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
        var worth = new PositionValue(mark, instrument.Currency, instrument.Multiplier ?? Money.One, 0, 0);
        try
        {
            if (mark.Source != MarkSource.None && book.Quantity != 0)
            {
                var value = Money.Notional(mark.Price, book.Quantity, worth.Multiplier);
                worth = worth with { MarketValue = value, Unrealised = checked(value - book.Cost) };
            }
            return worth with { IsLost = book.IsLost || !Fits(book, worth) };
        }
        catch (OverflowException)
        {
            return worth with { IsLost = true };
        }
    }

    /// <summary>Whether tables can hold the numbers.</summary>
    static bool Fits(Book book, in PositionValue worth) =>
        Money.Fits(book.Volume, 18) && Money.Fits(worth.Mark.Price, 18)
        && Money.Fits(book.Realised, 38) && Money.Fits(book.Fees, 38) && Money.Fits(worth.Unrealised, 38);

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
                state.Names.Accounts.Of(id), day)).Where(v => v is { IsKnown: true })
                .Select(v => new HotAccountPnl(v!.Account, v.Currency, v.Realised / 100m, v.Unrealised / 100m, v.Fees / 100m)),
        ];
    }

    /// <summary>The account's numbers; null while its reference has not come.</summary>
    public AccountValue? Value(int account, int day)
    {
        var name = state.Names.Accounts[account];
        if (state.References.Account(name, day) is not { Currency: { } currency } reference)
            return null;
        var value = new AccountValue(name, currency, reference.Desk ?? "", reference.MarginLimit)
        {
            UnrealisedPrior = state.Levels.Before(day, name, currency),
        };
        try
        {
            return Sum(value, account, day);
        }
        catch (OverflowException)
        {
            return value with { IsLost = true };
        }
    }

    AccountValue Sum(AccountValue account, int code, int day)
    {
        Int128 realised = 0, unrealised = 0, fees = 0, longs = 0, shorts = 0;
        var (trades, positions, time, missing) = (0, 0, 0L, (string?)null);
        foreach (var book in state.BooksOf(code))
        {
            trades += book.Trades;
            time = Math.Max(time, book.LastTime);
            if (book.Quantity != 0)
                positions++;
            else if (book is { IsLost: false, Realised: var made, Fees: var paid } && made == 0 && paid == 0)
                continue;
            var value = Value(book, day);
            if (value.Currency is null)
                continue;
            if (value.IsLost)
                throw new OverflowException();
            if (state.References.Fixing(value.Currency, account.Currency, day) is not { } fixing)
            {
                missing ??= value.Currency + account.Currency;
                continue;
            }
            checked
            {
                realised += Money.Convert(book.Realised, fixing);
                unrealised += Money.Convert(value.Unrealised, fixing);
                fees += Money.Convert(book.Fees, fixing);
                var worth = Money.Convert(value.MarketValue, fixing);
                longs += Int128.Max(worth, 0);
                shorts += Int128.Min(worth, 0);
            }
        }
        return account with
        {
            Realised = ToAccount(realised),
            Unrealised = ToAccount(unrealised),
            Fees = ToAccount(fees),
            Gross = Fitting(ToAccount(longs) - (Int128)ToAccount(shorts)),
            Net = Fitting(ToAccount(longs) + (Int128)ToAccount(shorts)),
            Trades = trades,
            ActivePositions = positions,
            LastTime = time,
            MissingFixing = missing,
        };
    }

    static long ToAccount(Int128 converted) => Fitting(Money.ToAccount(converted));

    static long Fitting(Int128 number) => Money.Fits(number, 18) ? (long)number : throw new OverflowException();
}
