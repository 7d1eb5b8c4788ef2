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

    public void Split(long numerator, long denominator) => Reset([.. ToList().Select(lot => lot.Split(numerator, denominator))]);

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
