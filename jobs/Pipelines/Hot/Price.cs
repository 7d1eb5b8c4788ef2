namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>Where a mark comes from, in the order of preference.</summary>
enum MarkSource { None, Official, Print, Mid, Prior }

/// <summary>A price that positions are valued at, 6 places.</summary>
readonly record struct Mark(long Price, MarkSource Source);

/// <summary>The prices of an instrument: the latest sides, today's and the day before's figures.</summary>
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
    /// <param name="isNew">Whether it has not come before (asked of eligible prints).</param>
    public void Apply(in MarketRow row, int day, bool isEligible, bool isNew)
    {
        if (day > today.Day)
            (before, today) = (today, new(day));
        LastTime = Math.Max(LastTime, row.EventTime);
        if (day == today.Day)
            Apply(ref today, row, isEligible, isNew);
        else if (day == before.Day)
            Apply(ref before, row, isEligible, isNew);
        if (row.Kind != MarketKind.Quote)
            return;
        if (row.Bid != TradeRow.None)
            bid = bid.Or(row.EventTime, row.Source, row.Sequence, row.Bid, names);
        if (row.Ask != TradeRow.None)
            ask = ask.Or(row.EventTime, row.Source, row.Sequence, row.Ask, names);
    }

    /// <summary>The mark of a day by the rule of docs/data.md; None when there is no price at all.</summary>
    public Mark MarkOf(int day, References references)
    {
        var name = names.Instruments[Instrument];
        var prices = day == today.Day ? today : day == before.Day ? before : new(day);
        if (prices.Official.IsSet)
            return new(prices.Official.Value, MarkSource.Official);
        if (references.Mark(name, day) is { } official)
            return new(official.Value!.Value, MarkSource.Official);
        if (prices.Print.IsSet)
            return new(prices.Print.Value, MarkSource.Print);
        if (prices.Mid.IsSet)
            return new(prices.Mid.Value, MarkSource.Mid);
        // Yesterday's own official close stands when the reference feed has not sent it (again).
        var prior = references.PriorMark(name, day);
        var own = today.Day < day && today.Official.IsSet ? today : before;
        if (own.Official.IsSet && own.Day < day && (prior is null || prior.AsOf < own.Day))
            return new(own.Official.Value, MarkSource.Prior);
        return prior is { } p ? new(p.Value!.Value, MarkSource.Prior) : default;
    }

    void Apply(ref PriceDay day, in MarketRow row, bool isEligible, bool isNew)
    {
        switch (row.Kind)
        {
            case MarketKind.Quote when row.Bid != TradeRow.None && row.Ask != TradeRow.None:
                day.Mid = day.Mid.Or(row.EventTime, row.Source, row.Sequence, Money.Mid(row.Bid, row.Ask), names);
                break;
            case MarketKind.Print when isEligible && row.Price != TradeRow.None:
                day.Print = day.Print.Or(row.EventTime, row.Source, row.Sequence, row.Price, names);
                if (isNew && row.Size != TradeRow.None)
                    checked
                    {
                        day.Volume += row.Size;
                        day.Turnover += (Int128)row.Price * row.Size;
                    }
                break;
            case MarketKind.Mark when row.Price != TradeRow.None:
                day.Official = day.Official.Or(row.EventTime, row.Source, row.Sequence, row.Price, names);
                break;
        }
    }
}
