namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>The name of the rule that a row breaks, or null.</summary>
delegate string? BrokenRule<T>(in T row) where T : struct;

/// <summary>What keeps rows out of the numbers: the row rules of the contracts, and the sale conditions that make no prices.</summary>
/// <param name="Trade">Row rules of a NEW or CORRECT, references aside.</param>
/// <param name="Market">Row rules of market data.</param>
/// <param name="IsEligible">Whether a print with this sale condition makes prices.</param>
sealed record HotRules(BrokenRule<TradeRow> Trade, BrokenRule<MarketRow> Market, Func<string, bool> IsEligible)
{
    /// <summary>What no number can be made of, whatever the contracts say.</summary>
    public static string? Incomplete(in TradeRow row) =>
        row.Side == 0 ? "side_not_null"
        : row.Price == TradeRow.None ? "price_not_null"
        : row.Quantity == TradeRow.None ? "quantity_not_null"
        : row.Fee == TradeRow.None ? "fee_not_null" : null;
}
