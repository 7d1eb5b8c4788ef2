namespace Dart.Lake.Host.Tests.Kill;

/// <summary>
/// Trades of an account in an instrument, first in, first out; amounts are
/// price × quantity, before the multiplier. Trades come in their order.
/// </summary>
sealed class RecomputedPosition
{
    // signed quantities, all of one sign
    readonly LinkedList<(decimal Quantity, decimal Price)> lots = new();

    public decimal Realised { get; private set; }
    public decimal Fees { get; private set; }
    public decimal Volume { get; private set; }
    public int Trades { get; private set; }
    public decimal Quantity => lots.Sum(l => l.Quantity);
    public decimal Cost => lots.Sum(l => l.Quantity * l.Price);

    public void Trade(bool isBuy, decimal price, decimal quantity, decimal fee)
    {
        (Fees, Volume, Trades) = (Fees + fee, Volume + quantity, Trades + 1);
        var left = isBuy ? quantity : -quantity;
        while (left != 0 && lots.First?.Value is { } lot && Math.Sign(lot.Quantity) != Math.Sign(left))
        {
            var closed = Math.Min(Math.Abs(lot.Quantity), Math.Abs(left)) * Math.Sign(lot.Quantity);
            Realised += (price - lot.Price) * closed;
            left += closed;
            lots.RemoveFirst();
            if (lot.Quantity != closed)
                lots.AddFirst((lot.Quantity - closed, lot.Price));
        }
        if (left != 0)
            lots.AddLast((left, price));
    }
}
