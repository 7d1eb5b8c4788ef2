using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Prices;

/// <summary>Where a mark comes from, in the order of preference.</summary>
enum MarkSource { None, Official, Print, Mid, Prior, Expiry }

/// <summary>A price that positions are valued at, 6 places.</summary>
readonly record struct Mark(long Price, MarkSource Source);

/// <summary>
/// The prices of an instrument: the latest sides, and the figures of the two newest days, in whatever order their rows come.
/// </summary>
sealed class Price(int instrument, HotNames names)
{
    PriceDay today = new(int.MinValue), before = new(int.MinValue);
    Stamp bid, ask;

    public int Instrument { get; } = instrument;

    public Stamp Bid => bid;
    public Stamp Ask => ask;
    public PriceDay Today => today;

    /// <summary>Event time of the newest row.</summary>
    public long LastTime { get; private set; }

    /// <summary>Takes a row in.</summary>
    /// <param name="row">Of this instrument.</param>
    /// <param name="day">Its trade date.</param>
    /// <param name="isEligible">Whether a print may make prices.</param>
    /// <param name="isNew">Whether it has not come before (asked of prints).</param>
    public void Apply(in MarketRow row, int day, bool isEligible, bool isNew)
    {
        if (day > today.Day)
            (before, today) = (today, new(day));
        else if (day < today.Day && day > before.Day)
            before = new(day);
        LastTime = Math.Max(LastTime, row.EventTime);
        if (day == today.Day)
            Apply(ref today, row, isEligible, isNew);
        else if (day == before.Day)
            Apply(ref before, row, isEligible, isNew);
        if (row.Kind != MarketDataKind.Quote)
            return;
        if (row.Bid != TradeRow.None)
            bid = bid.Or(row.EventTime, row.Source, row.Sequence, row.Bid, names);
        if (row.Ask != TradeRow.None)
            ask = ask.Or(row.EventTime, row.Source, row.Sequence, row.Ask, names);
    }

    /// <summary>Whether the day's rows are still here.</summary>
    public bool Has(int day) => day == today.Day || day == before.Day;

    /// <summary>The mark of a day by the rule of docs/data.md; None when there is no price at all.</summary>
    /// <param name="day">The day.</param>
    /// <param name="previous">The last day that was cut, whose own mark comes before what the reference feed says of it.</param>
    /// <param name="references">Prior marks.</param>
    public Mark MarkOf(int day, int? previous, References references)
    {
        var name = names.Instruments[Instrument];
        var prices = day == today.Day ? today : day == before.Day ? before : new(day);
        if (prices.Official.IsSet)
            return new(prices.Official.Value, MarkSource.Official);
        if (prices.Print.IsSet)
            return new(prices.Print.Value, MarkSource.Print);
        if (prices.Mid.IsSet)
            return new(prices.Mid.Value, MarkSource.Mid);
        if (previous < day
            && references.Instrument(name, previous.Value) is not null
            && MarkOf(previous.Value, null, references) is { Source: not MarkSource.None } own)
            return references.Adjusted(name, own.Price, previous.Value, day) is { } adjusted ? new(adjusted, MarkSource.Prior) : default;
        return references.PriorMark(name, day, day) is { } prior ? new(prior, MarkSource.Prior) : default;
    }

    void Apply(ref PriceDay day, in MarketRow row, bool isEligible, bool isNew)
    {
        switch (row.Kind)
        {
            case MarketDataKind.Quote when row.Bid != TradeRow.None && row.Ask != TradeRow.None:
                day.Mid = day.Mid.Or(row.EventTime, row.Source, row.Sequence, Money.Mid(row.Bid, row.Ask), names);
                break;
            case MarketDataKind.Print when row.Price != TradeRow.None:
                if (isEligible)
                    day.Print = day.Print.Or(row.EventTime, row.Source, row.Sequence, row.Price, names);
                if (isNew && row.Size != TradeRow.None)
                    Count(ref day, row, isEligible);
                break;
            case MarketDataKind.Mark when row.Price != TradeRow.None:
                day.Official = day.Official.Or(row.EventTime, row.Source, row.Sequence, row.Price, names);
                break;
        }
    }

    static void Count(ref PriceDay day, in MarketRow row, bool isEligible)
    {
        checked
        {
            day.Volume += row.Size;
            if (!isEligible)
                return;
            day.PricedVolume += row.Size;
            day.Turnover += (Int128)row.Price * row.Size;
        }
    }
}
