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
/// The prices of an instrument: the latest sides, the figures of the two newest days, in whatever order their rows come,
/// and what it was worth on the days before them that had a price.
/// </summary>
sealed class Price(int instrument, HotNames names)
{
    PriceDay today = new(int.MinValue), before = new(int.MinValue);
    Stamp bid, ask;
    SortedList<int, long>? own;
    HashSet<int>? kept;

    /// <summary>So many days with a price are remembered: an option that has expired is asked for its underlying's.</summary>
    const int RememberedMax = 32;

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
        {
            Remember(before);
            (before, today) = (today, new(day));
        }
        else if (day < today.Day && day > before.Day)
        {
            Remember(before);
            before = new(day);
        }
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

    /// <summary>The mark of a day by the rule of docs/data.md; None when there is no price at all.</summary>
    public Mark MarkOf(int day, References references) =>
        OwnOf(day) is { Source: not MarkSource.None } own ? own : Carried(day, day, references);

    /// <summary>
    /// The newest mark that there is for a day, own ones before those of the reference feed for the same day, as a price of
    /// <paramref name="until"/>; None: there is none, or it is beyond the type of prices.
    /// </summary>
    public Mark Carried(int day, int until, References references)
    {
        var name = names.Instruments[Instrument];
        var known = OwnBefore(day, references);
        if (references.MarkFor(name, day) is { } said && !(known?.Day >= said.Day))
            known = said;
        return known is { } mark && references.Adjusted(name, mark.Price, mark.Day, until) is { } adjusted
            ? new(adjusted, MarkSource.Prior)
            : default;
    }

    /// <summary>What a published day says it was worth, when rows do not say it.</summary>
    public void RememberPublished(int day, long price)
    {
        Remember(day, price);
        Keep(day);
    }

    /// <summary>
    /// Something was open on a day that is cut, although the record had ended: what it was worth then counts from now on.
    /// </summary>
    public void Keep(int day)
    {
        if (OwnOf(day).Source != MarkSource.None || own?.ContainsKey(day) == true)
            (kept ??= []).Add(day);
    }

    /// <summary>By the day's own rows.</summary>
    Mark OwnOf(int day) => day == today.Day ? today.Mark : day == before.Day ? before.Mark : default;

    /// <summary>
    /// The newest own mark of a day before, on which a record of the instrument held or something was open: else the lake has none.
    /// </summary>
    (int Day, long Price)? OwnBefore(int day, References references)
    {
        if (Counts(today))
            return (today.Day, today.Mark.Price);
        if (Counts(before))
            return (before.Day, before.Mark.Price);
        for (var i = (own?.Count ?? 0) - 1; i >= 0; i--)
            if (own!.Keys[i] < day && IsKnown(own.Keys[i]))
                return (own.Keys[i], own.Values[i]);
        return null;

        bool Counts(in PriceDay of) => of.Day < day && of.Mark.Source != MarkSource.None && IsKnown(of.Day);
        bool IsKnown(int on) => kept?.Contains(on) == true || references.Instrument(names.Instruments[Instrument], on) is not null;
    }

    void Remember(int day, long price)
    {
        (own ??= [])[day] = price;
        if (own.Count <= RememberedMax)
            return;
        own.RemoveAt(0);
        kept?.RemoveWhere(on => on < own.Keys[0]);
    }

    void Remember(in PriceDay gone)
    {
        if (gone.Mark is { Source: not MarkSource.None } mark)
            Remember(gone.Day, mark.Price);
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
