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

    /// <summary>Of the position up to a lot the rounded share, less that up to the lot before; the cost of nothing goes on.</summary>
    public BigInteger Split(BigInteger numerator, BigInteger denominator)
    {
        var shares = Enumerable.Range(0, lots.Count + 1)
            .Select(n => Exact.Round(Sum(lots.Take(n).Select(l => l.Quantity)) * numerator, denominator))
            .ToList();
        IsBeyond |= !Exact.FitsLong(shares[^1]);
        BigInteger realised = 0;
        var costs = lots.Select(OpenCost).ToList();
        var after = new List<(BigInteger Quantity, BigInteger Cost)>();
        for (var i = 0; i < costs.Count; i++)
            if (shares[i + 1] != shares[i])
                after.Add((shares[i + 1] - shares[i], costs[i]));
            else if (i + 1 < costs.Count)
                costs[i + 1] += costs[i];
            else if (after.Count > 0)
                after[^1] = after[^1] with { Cost = after[^1].Cost + costs[i] };
            else
                realised = -costs[i];
        lots.Clear();
        lots.AddRange(after.Select(l => (l.Quantity, l.Quantity, l.Cost)));
        Look();
        return realised;
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
