using Dart.Lake.Analytics.Lots;

namespace Dart.Lake.Jobs.Pipelines.Hot.Prices;

/// <summary>What one day's market data say of an instrument.</summary>
struct PriceDay(int day)
{
    public int Day = day;
    /// <summary>Mid of the last quote with both sides.</summary>
    public Stamp Mid;
    /// <summary>Last eligible print.</summary>
    public Stamp Print;
    /// <summary>Newest official close.</summary>
    public Stamp Official;
    /// <summary>Units of all prints, 4 places.</summary>
    public Int128 Volume;
    /// <summary>Units of eligible prints.</summary>
    public Int128 PricedVolume;
    /// <summary>Σ price × size of eligible prints, 10 places.</summary>
    public Int128 Turnover;

    /// <summary>Of the day itself; None: nothing priced it.</summary>
    public readonly Mark Mark =>
        Official.IsSet ? new(Official.Value, MarkSource.Official)
        : Print.IsSet ? new(Print.Value, MarkSource.Print)
        : Mid.IsSet ? new(Mid.Value, MarkSource.Mid)
        : default;

    public readonly long? Vwap => PricedVolume > 0 ? Money.PerUnit(Turnover, PricedVolume, Money.One) : null;
}
