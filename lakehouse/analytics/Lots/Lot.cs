namespace Dart.Lake.Analytics.Lots;

/// <summary>An open lot. Quantity and cost are signed: negative for a short.</summary>
/// <param name="Source">Code of the opening trade's source.</param>
/// <param name="Sequence">The opening trade's sequence.</param>
/// <param name="Time">The opening trade's event time.</param>
/// <param name="Price">The opening trade's price, 6 places, as it was then.</param>
/// <param name="Quantity">4 places, after splits.</param>
/// <param name="Cost">Total cost, 10 places.</param>
public readonly record struct Lot(int Source, long Sequence, long Time, long Price, long Quantity, Int128 Cost)
{
    /// <summary>
    /// The share of the total cost that a closing piece takes: the rounded share up to its end less that up to its start, so pieces add up
    /// to the cost.
    /// </summary>
    /// <param name="before">Units of the lot that were closed before, not negative.</param>
    /// <param name="closed">Units closed, positive, at most those that are open.</param>
    public Int128 CostOf(long before, long closed)
    {
        var open = Math.Abs(Quantity);
        var (unit, rest) = Int128.DivRem(Cost, open);
        return rest == 0 ? checked(unit * closed) : Money.Share(Cost, before + closed, open) - Money.Share(Cost, before, open);
    }
}
