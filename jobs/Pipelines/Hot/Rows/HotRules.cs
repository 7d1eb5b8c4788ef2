using Dart.Lake.Analytics.Calendars;
using Dart.Lake.Analytics.Markets;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>The name of the rule that a row breaks, or null.</summary>
delegate string? BrokenRule<T>(in T row) where T : struct;

/// <summary>What keeps rows out of the numbers: the row rules of the contracts, and the sale conditions that make no prices.</summary>
/// <param name="Trade">Row rules of all but a BUST, references aside.</param>
/// <param name="Market">Row rules of market data.</param>
/// <param name="Reference">Row rules of reference data.</param>
/// <param name="IsEligible">Whether a print with this sale condition makes prices.</param>
sealed record HotRules(
    BrokenRule<TradeRow> Trade, BrokenRule<MarketRow> Market, Func<ReferenceRow, string?> Reference, Func<string, bool> IsEligible)
{
    /// <summary>Stands for every word that no contract names.</summary>
    const string Unknown = "?";

    /// <summary>The row rules of the contracts, as models read them.</summary>
    /// <param name="names">Names of the rows' codes.</param>
    public static HotRules Of(HotNames names)
    {
        var tradeWords = Compile<TradeRow>(Topics.Trades.Table, column => TradeColumn(column, names));
        var trade = Lifting<TradeRow>("silver.trades", column => TradeColumn(column, names), (in TradeRow row) => row.IsReleased);
        var quote = Lifting<MarketRow>("silver.quotes", MarketColumn, (in MarketRow row) => row.IsReleased);
        var print = Lifting<MarketRow>("silver.prints", MarketColumn, (in MarketRow row) => row.IsReleased);
        var mark = Lifting<MarketRow>("silver.marks", MarketColumn, (in MarketRow row) => row.IsReleased);
        return new(
            (in TradeRow row) => tradeWords(row) ?? trade(row) ?? (VenueCalendar.Find(names.Venues[row.Venue]) is null ? "venue_known" : null),
            (in MarketRow row) => row.Kind switch
            {
                MarketDataKind.Quote => quote(row),
                MarketDataKind.Print => print(row),
                MarketDataKind.Mark => mark(row),
                _ => "kind_known",
            },
            ReferenceRules.Compile(),
            condition => SaleConditions.SetsPrice(condition));
    }

    delegate bool Released<T>(in T row) where T : struct;

    /// <summary>The rules of a contract, for rows that were released those that are left.</summary>
    static RowPredicate<T> Lifting<T>(string table, Func<string, RuleColumn<T>> column, Released<T> isReleased) where T : struct
    {
        var rules = Compile(table, column);
        var lifted = RowRulePredicate.Compile(TableContracts.Get(table).Lifted, column, null);
        return (in T row) => rules(row) is { } broken ? isReleased(row) ? lifted(row) : broken : null;
    }

    static RowPredicate<T> Compile<T>(string table, Func<string, RuleColumn<T>> column) where T : struct =>
        RowRulePredicate.Compile(TableContracts.Get(table), column, null);

    static RuleColumn<TradeRow> TradeColumn(string name, HotNames names) => name switch
    {
        "price" => (in TradeRow r) => Whole(r.Price),
        "quantity" => (in TradeRow r) => Whole(r.Quantity),
        "fee" => (in TradeRow r) => Whole(r.Fee),
        "kind" => (in TradeRow r) => RuleValue.Of(r.Kind?.Word() ?? Unknown),
        "side" => (in TradeRow r) => RuleValue.Of(r.Side switch { 1 => Side.Buy.Word(), -1 => Side.Sell.Word(), 0 => null, _ => Unknown }),
        "event_time" => (in TradeRow r) => RuleValue.Of((Int128)r.EventTime),
        "ingest_time" => (in TradeRow r) => RuleValue.Of((Int128)r.IngestTime),
        "account" => (in TradeRow r) => RuleValue.Of(names.Accounts[r.Account]),
        "instrument" => (in TradeRow r) => RuleValue.Of(names.Instruments[r.Instrument]),
        "venue" => (in TradeRow r) => RuleValue.Of(names.Venues[r.Venue]),
        "currency" => (in TradeRow r) => RuleValue.Of(names.Currencies[r.Currency]),
        _ => throw LakeException.Bug($"silver.trades has a rule on {name}, which the hot path does not read"),
    };

    static RuleColumn<MarketRow> MarketColumn(string name) => name switch
    {
        "bid" => (in MarketRow r) => Whole(r.Bid),
        "ask" => (in MarketRow r) => Whole(r.Ask),
        "price" or "mark" => (in MarketRow r) => Whole(r.Price),
        "size" => (in MarketRow r) => Whole(r.Size),
        _ => throw LakeException.Bug($"market data have a rule on {name}, which the hot path does not read"),
    };

    static RuleValue Whole(long value) => value == TradeRow.None ? RuleValue.Null : RuleValue.Of((Int128)value);

    /// <summary>What no number can be made of, whatever the contracts say.</summary>
    public static string? Incomplete(in TradeRow row) =>
        row.Side == 0 ? "side_not_null"
        : row.Price == TradeRow.None ? "price_not_null"
        : row.Quantity == TradeRow.None ? "quantity_not_null"
        : row.Fee == TradeRow.None ? "fee_not_null" : null;
}
