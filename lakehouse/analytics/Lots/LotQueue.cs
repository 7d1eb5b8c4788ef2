namespace Dart.Lake.Analytics.Lots;

/// <summary>
/// The open lots of an account in an instrument, oldest first; all have the same sign. A trade against the position closes from the front
/// and opens with what is left (FIFO with flips). The end of day computes the same by running sums in SQL; neither knows the other.
/// </summary>
public sealed class LotQueue
{
    readonly Queue<Lot> behind = new();
    // The front lot, and what it was when the day began or it was opened: pieces are shares of that.
    Lot front, whole;

    public int Count => front.Quantity == 0 ? 0 : behind.Count + 1;

    /// <summary>Signed units.</summary>
    public long Quantity { get; private set; }

    /// <summary>Signed total cost.</summary>
    public Int128 Cost { get; private set; }

    public void Reset(IReadOnlyList<Lot> lots)
    {
        behind.Clear();
        (front, whole, Quantity, Cost) = (default, default, 0, 0);
        foreach (var lot in lots)
            Open(lot);
    }

    /// <summary>Takes a trade in.</summary>
    /// <returns>What its closing pieces realise, fees not included.</returns>
    public Int128 Trade(int source, long sequence, long time, long price, long signedQuantity, long multiplier)
    {
        Int128 realised = 0;
        var left = signedQuantity;
        while (left != 0 && front.Quantity != 0 && left > 0 != front.Quantity > 0)
        {
            var closed = Math.Min(Math.Abs(left), Math.Abs(front.Quantity));
            var signed = front.Quantity > 0 ? closed : -closed;
            var cost = whole.CostOf(Math.Abs(whole.Quantity) - Math.Abs(front.Quantity), closed);
            realised = checked(realised + Money.Notional(price, signed, multiplier) - cost);
            Quantity -= signed;
            Cost -= cost;
            left += signed;
            front = front with { Quantity = front.Quantity - signed, Cost = front.Cost - cost };
            if (front.Quantity == 0)
                whole = front = behind.TryDequeue(out var next) ? next : default;
        }
        if (left != 0)
            Open(new(source, sequence, time, price, left, Money.Notional(price, left, multiplier)));
        return realised;
    }

    /// <summary>A day begins: what is left of a lot is the lot that the day opens with.</summary>
    public void BeginDay() => whole = front;

    /// <summary>
    /// A split n:d of the position: what it becomes is rounded once, its lots share it in their order, and total cost is kept. A lot that
    /// becomes nothing leaves its cost to the one after it, the last to the one before.
    /// </summary>
    /// <returns>What is realised: the cost of a position that becomes nothing.</returns>
    public Int128 Split(long numerator, long denominator)
    {
        var after = new List<Lot>();
        var (position, shared, cost) = (0L, 0L, (Int128)0);
        foreach (var lot in ToList())
        {
            checked
            {
                position += lot.Quantity;
                cost += lot.Cost;
                var upTo = (long)Money.Share(position, numerator, denominator);
                var quantity = upTo - shared;
                shared = upTo;
                if (quantity == 0)
                    continue;
                after.Add(lot with { Quantity = quantity, Cost = cost });
                cost = 0;
            }
        }
        if (cost != 0 && after.Count > 0)
            (after[^1], cost) = (after[^1] with { Cost = checked(after[^1].Cost + cost) }, 0);
        Reset(after);
        return -cost;
    }

    public IReadOnlyList<Lot> ToList() => front.Quantity == 0 ? [] : [front, .. behind];

    void Open(Lot lot)
    {
        checked
        {
            Quantity += lot.Quantity;
            Cost += lot.Cost;
        }
        if (front.Quantity == 0)
            whole = front = lot;
        else
            behind.Enqueue(lot);
    }
}
