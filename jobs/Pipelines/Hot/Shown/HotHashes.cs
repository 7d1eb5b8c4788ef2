using System.Globalization;
using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Prices;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Shown;

/// <summary>
/// The state as hashes of the hot store (contracts <c>hot.px</c>,
/// <c>hot.pos</c>, <c>hot.pnl</c>, <c>hot.risk</c>): plain decimal text.
/// </summary>
sealed class HotHashes(HotState state)
{
    static readonly string[] positionNumbers = ["quantity", "cost", "avg_price", "mark", "realised", "unrealised", "volume"],
        pnlNumbers = ["realised", "unrealised", "unrealised_prior", "fees", "total", "total_day", "trades", "active_positions"];

    readonly HotValues values = new(state);
    readonly SortedSet<string> lost = new(StringComparer.Ordinal);

    /// <summary>Positions and accounts that have no numbers because some are beyond their types.</summary>
    public IReadOnlyCollection<string> Lost => lost;

    /// <summary>
    /// The hashes of what has changed; those of accounts whose reference or fixings have not come are left out until they do.
    /// </summary>
    public IReadOnlyList<HotHash> Of(HotChanges changes)
    {
        if (state.Today is not { } day)
            return [];
        var hashes = new List<HotHash>(changes.Positions.Count + changes.Instruments.Count + 2 * changes.Accounts.Count);
        foreach (var instrument in changes.Instruments)
            if (state.Market.Find(instrument) is { } price)
                hashes.Add(Price(price, day));
        foreach (var book in changes.Positions)
            if (book.Parked == 0 && (book.IsIdle || state.References.Instrument(state.Names.Instruments[book.Instrument], day) is not null))
                hashes.Add(Position(book, day));
        foreach (var account in changes.Accounts)
            if (values.Value(account, day) is not { } value)
            {
                hashes.AddRange(Unknown(state.Names.Accounts[account]));
            }
            else if (value.MissingFixing is null)
            {
                Tell($"account {value.Account}", value.IsLost);
                hashes.Add(Pnl(value));
                hashes.Add(Risk(value));
            }
        return hashes;
    }

    HotHash Price(Price price, int day)
    {
        var mark = state.Market.MarkOf(price.Instrument, day);
        var today = price.Today.Day == day ? price.Today : new PriceDay(day);
        long? bid = price.Bid.IsSet ? price.Bid.Value : null, ask = price.Ask.IsSet ? price.Ask.Value : null;
        long? last = today.Print.IsSet ? today.Print.Value : mark.Source != MarkSource.None ? mark.Price : null;
        return new(HotKeys.Price(state.Names.Instruments[price.Instrument]),
        [
            new("last", Text(last)), new("bid", Text(bid)), new("ask", Text(ask)), new("spread", Text(ask - bid)),
            new("volume", Money.Text(today.Volume, Money.QuantityScale)), new("vwap", Text(today.Vwap)),
            new("mark", Text(mark.Source == MarkSource.None ? null : mark.Price)), new("ts", Time(price.LastTime)),
        ]);
    }

    HotHash Position(Book book, int day)
    {
        var value = values.Value(book, day);
        var (account, instrument) = (state.Names.Accounts[book.Account], state.Names.Instruments[book.Instrument]);
        Tell($"position {account} {instrument}", value.IsLost);
        if (book.IsIdle)
            return new(HotKeys.Position(account, instrument), [.. positionNumbers.Select(Nothing), Nothing("ts")]);
        if (value.IsLost)
            return new(HotKeys.Position(account, instrument), [.. positionNumbers.Select(Nothing), new("ts", Time(book.LastTime))]);
        return new(HotKeys.Position(account, instrument),
        [
            new("quantity", Money.Text(book.Quantity, Money.QuantityScale)), new("cost", Money.Text(book.Cost, Money.AmountScale)),
            new("avg_price", Text(AveragePrice(book, value))),
            new("mark", Text(value.Mark.Source == MarkSource.None ? null : value.Mark.Price)),
            new("realised", Money.Text(book.Realised, Money.AmountScale)), new("unrealised", Money.Text(value.Unrealised, Money.AmountScale)),
            new("volume", Money.Text(book.Volume, Money.QuantityScale)), new("ts", Time(book.LastTime)),
            .. Ended(account, instrument, day),
        ]);
    }

    /// <summary>Whether the position is valued by a record that has ended; nothing where none ever did, which is nearly always.</summary>
    KeyValuePair<string, string?>[] Ended(string account, string instrument, int day)
    {
        if (!state.References.KeptAny)
            return [];
        var ended = state.References.HasEnded(ReferenceKind.Account, account, day)
            || state.References.HasEnded(ReferenceKind.Instrument, instrument, day);
        return [new("ended", ended ? "1" : null)];
    }

    /// <summary>Null: nothing is open, or it is no price.</summary>
    static long? AveragePrice(Book book, in PositionValue value)
    {
        try
        {
            return book.Quantity == 0 ? null : Money.PerUnit(book.Cost, book.Quantity, value.Multiplier);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    void Tell(string what, bool isLost)
    {
        if (isLost)
            lost.Add(what);
        else if (lost.Count > 0)
            lost.Remove(what);
    }

    static KeyValuePair<string, string?> Nothing(string field) => new(field, null);

    /// <summary>Nothing is known of the account any more: what was shown of it goes.</summary>
    static HotHash[] Unknown(string account) =>
    [
        new(HotKeys.Pnl(account), [Nothing("currency"), Nothing("desk"), .. pnlNumbers.Select(Nothing), Nothing("ts")]),
        new(HotKeys.Risk(account), [Nothing("gross"), Nothing("net"), Nothing("margin_limit"), Nothing("ts")]),
    ];

    static HotHash LostPnl(AccountValue value) => new(HotKeys.Pnl(value.Account),
        [new("currency", value.Currency), new("desk", value.Desk), .. pnlNumbers.Select(Nothing), new("ts", Time(value.LastTime))]);

    static HotHash Pnl(AccountValue value) => value.IsLost ? LostPnl(value) : new(HotKeys.Pnl(value.Account),
    [
        new("currency", value.Currency), new("desk", value.Desk), new("realised", Number(value.Realised)),
        new("unrealised", Number(value.Unrealised)), new("unrealised_prior", MayBe(value.UnrealisedPrior)),
        new("fees", Number(value.Fees)), new("total", Number(value.Total)), new("total_day", MayBe(value.TotalDay)),
        new("trades", value.Trades.ToString(CultureInfo.InvariantCulture)), new("active_positions", value.ActivePositions.ToString(CultureInfo.InvariantCulture)),
        new("ts", Time(value.LastTime)),
    ]);

    static HotHash Risk(AccountValue value) => new(HotKeys.Risk(value.Account),
    [
        new("gross", value.IsLost ? null : Number(value.Gross)), new("net", value.IsLost ? null : Number(value.Net)),
        new("margin_limit", MayBe(value.MarginLimit)), new("ts", Time(value.LastTime)),
    ]);

    static string? MayBe(long? unscaled) => unscaled is { } number ? Number(number) : null;

    static string Number(long unscaled) => Money.Text(unscaled, Money.AccountScale);

    static string? Text(long? price) => price is { } p ? Money.Text(p, Money.PriceScale) : null;

    static string Time(long micros) => micros.ToString(CultureInfo.InvariantCulture);
}
