using System.Numerics;

namespace Dart.Lake.Analytics.Tests.Lots;

/// <summary>A list of lots in numbers without a limit: what <c>LotQueue</c> must give, or must refuse.</summary>
sealed class ExactLots
{
    readonly List<(BigInteger Quantity, BigInteger Whole, BigInteger WholeCost)> lots = [];

    /// <summary>A number on the way was too large for the type that the queue keeps it in.</summary>
    public bool IsBeyond { get; private set; }

    public BigInteger Quantity => Sum(lots.Select(l => l.Quantity));

    public BigInteger Cost => Sum(lots.Select(OpenCost));

    public IEnumerable<(BigInteger Quantity, BigInteger Cost)> Open => lots.Select(l => (l.Quantity, OpenCost(l)));

    public BigInteger Trade(BigInteger price, BigInteger quantity, BigInteger multiplier)
    {
        BigInteger realised = 0;
        while (quantity != 0 && lots.Count > 0 && lots[0].Quantity.Sign != quantity.Sign)
        {
            var lot = lots[0];
            var closed = lot.Quantity.Sign * BigInteger.Min(BigInteger.Abs(quantity), BigInteger.Abs(lot.Quantity));
            var rest = lot with { Quantity = lot.Quantity - closed };
            var proceeds = Notional(price, closed, multiplier);
            Wide(realised + proceeds);
            realised = Wide(realised + proceeds - (OpenCost(lot) - OpenCost(rest)));
            quantity += closed;
            if (rest.Quantity == 0)
                lots.RemoveAt(0);
            else
                lots[0] = rest;
        }
        if (quantity != 0)
            lots.Add((quantity, quantity, Notional(price, quantity, multiplier)));
        Look();
        return realised;
    }

    public void BeginDay()
    {
        if (lots.Count > 0)
            lots[0] = (lots[0].Quantity, lots[0].Quantity, OpenCost(lots[0]));
    }

    public void Split(BigInteger numerator, BigInteger denominator)
    {
        for (var i = 0; i < lots.Count; i++)
        {
            var quantity = Exact.Round(lots[i].Quantity * numerator, denominator);
            IsBeyond |= !Exact.FitsLong(quantity);
            lots[i] = (quantity, quantity, OpenCost(lots[i]));
        }
        Look();
    }

    static BigInteger OpenCost((BigInteger Quantity, BigInteger Whole, BigInteger WholeCost) lot) =>
        lot.WholeCost - Exact.Round(lot.WholeCost * (lot.Whole - lot.Quantity), lot.Whole);

    BigInteger Notional(BigInteger price, BigInteger quantity, BigInteger multiplier)
    {
        var product = price * quantity * multiplier;
        Wide(multiplier % 10_000 == 0 ? product / 10_000 : product);
        return Exact.Round(product, 10_000);
    }

    BigInteger Wide(BigInteger value)
    {
        IsBeyond |= !Exact.Fits(value);
        return value;
    }

    void Look()
    {
        IsBeyond |= !Exact.FitsLong(Quantity);
        Wide(Cost);
    }

    static BigInteger Sum(IEnumerable<BigInteger> values) => values.Aggregate(BigInteger.Zero, (a, b) => a + b);
}
