using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Trading;

/// <summary>The fields of a trade that a correction replaces. Price and fee have 6 places, quantity 4.</summary>
readonly record struct TradeTerms(Side Side, long Price, long Quantity, long Fee)
{
    public long Signed => Side == Side.Buy ? Quantity : -Quantity;
}

/// <summary>
/// What is live, folded as it is sent: totals per account and currency,
/// positions per account and instrument. Whole numbers throughout.
/// </summary>
sealed class LiveBook(IReadOnlyList<Account> accounts, IReadOnlyList<Instrument> instruments)
{
    readonly Sums?[] sums = new Sums?[accounts.Count * instruments.Count];
    readonly long[] positions = new long[accounts.Count * instruments.Count];
    readonly Int128[] costs = new Int128[accounts.Count * instruments.Count];

    public void Add(Account account, Instrument instrument, in TradeTerms terms)
    {
        Total(account, instrument, terms, 1);
        Move(account, instrument, terms.Signed, terms.Price);
    }

    public void Remove(Account account, Instrument instrument, in TradeTerms terms)
    {
        Total(account, instrument, terms, -1);
        Move(account, instrument, -terms.Signed, terms.Price);
    }

    /// <summary>Carries a position in from the day before; the price is what its cost is taken to be.</summary>
    public void Carry(Account account, Instrument instrument, long quantity, long price) => Move(account, instrument, quantity, price);

    /// <summary>Signed, 4 places.</summary>
    public long Position(Account account, Instrument instrument) => positions[Slot(account, instrument)];

    /// <summary>Cost per unit, 6 places; 0 when there is no position.</summary>
    public long AveragePrice(Account account, Instrument instrument)
    {
        var at = Slot(account, instrument);
        return positions[at] == 0 ? 0 : (long)(costs[at] / positions[at]);
    }

    /// <summary>Number of slots: one an account and instrument.</summary>
    public int Slots => positions.Length;

    public int Slot(Account account, Instrument instrument) => account.Index * instruments.Count + instrument.Index;

    /// <summary>By account and instrument currency, in order.</summary>
    public IReadOnlyList<AccountTotals> Totals() =>
    [
        .. accounts.SelectMany(account => instruments
                .GroupBy(instrument => instrument.Currency.Text, instrument => sums[Slot(account, instrument)], StringComparer.Ordinal)
                .Select(group => Totals(account, group.Key, [.. group.OfType<Sums>()])))
            .Where(total => total.Trades != 0)
            .OrderBy(total => total.Account, StringComparer.Ordinal).ThenBy(total => total.Currency, StringComparer.Ordinal),
    ];

    static AccountTotals Totals(Account account, string currency, Sums[] group)
    {
        var total = new Sums();
        foreach (var one in group)
            total.Add(one);
        return new(
            account.Id.Text, currency, total.Trades,
            Scaled(total.Bought, 4), Scaled(total.Sold, 4),
            Scaled(total.BoughtAmount, 10), Scaled(total.SoldAmount, 10), Scaled(total.Fees, 6));
    }

    void Total(Account account, Instrument instrument, in TradeTerms terms, int sign)
    {
        var sum = sums[Slot(account, instrument)] ??= new Sums();
        sum.Trades += sign;
        sum.Fees += sign * terms.Fee;
        var amount = sign * (Int128)terms.Price * terms.Quantity * instrument.Multiplier;
        if (terms.Side == Side.Buy)
        {
            sum.Bought += sign * terms.Quantity;
            sum.BoughtAmount += amount;
        }
        else
        {
            sum.Sold += sign * terms.Quantity;
            sum.SoldAmount += amount;
        }
    }

    /// <summary>Average cost: what adds to a position adds its cost, what reduces it takes its share, what turns it begins anew.</summary>
    void Move(Account account, Instrument instrument, long quantity, long price)
    {
        var at = Slot(account, instrument);
        var before = positions[at];
        var after = checked(before + quantity);
        if (before == 0 || Math.Sign(before) == Math.Sign(quantity))
            costs[at] += (Int128)quantity * price;
        else if (Math.Sign(after) == Math.Sign(before))
            costs[at] = costs[at] * after / before;
        else
            costs[at] = (Int128)after * price;
        positions[at] = after;
    }

    static decimal Scaled(Int128 unscaled, int places)
    {
        var value = (decimal)unscaled;
        for (var place = 0; place < places; place++)
            value /= 10;
        return value;
    }

    sealed class Sums
    {
        public long Trades;
        public Int128 Bought, Sold, BoughtAmount, SoldAmount, Fees;

        public void Add(Sums other)
        {
            Trades += other.Trades;
            Bought += other.Bought;
            Sold += other.Sold;
            BoughtAmount += other.BoughtAmount;
            SoldAmount += other.SoldAmount;
            Fees += other.Fees;
        }
    }
}
