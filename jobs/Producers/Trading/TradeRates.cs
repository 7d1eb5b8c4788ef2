namespace Dart.Lake.Jobs.Producers.Trading;

/// <summary>Shares of new trades to which something happens afterwards.</summary>
sealed record TradeRates(double Busts, double Corrections, double FlipCorrections, double Duplicates, double OutOfOrder)
{
    /// <summary>
    /// A little above what the demo must have (0.5 % busts, 0.5 % corrections, 1
    /// % duplicates, 1 % out of order), with some turns however small the day is.
    /// </summary>
    public static TradeRates Usual(int trades) => new(0.006, 0.006, Math.Max(0.0005, 12.0 / trades), 0.0105, 0.0105);
}
