using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>Rows for tests: two trading days, XNYS, USD unless said otherwise.</summary>
sealed class HotRows
{
    public static readonly DateOnly Monday = new(2026, 11, 23), Tuesday = new(2026, 11, 24);
    public static readonly int D1 = HotCalendar.Days(Monday), D2 = HotCalendar.Days(Tuesday);

    public static HotRules Rules { get; } = new(
        (in TradeRow row) => row.Price <= 0 ? "price_in_range" : null, (in MarketRow _) => null, _ => null, condition => condition != "X");

    public HotNames Names { get; } = new();

    public HotState NewState() => new(Rules, Names, new HotCalendar());

    /// <summary>Time of a day, UTC microseconds; 15:00 UTC is 10:00 New York.</summary>
    public static long At(DateOnly day, int hour = 15, int minute = 0, int second = 0) =>
        new DateTimeOffset(day, new(hour, minute, second), TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000;

    public TradeRow New(
        long sequence,
        string account,
        string instrument,
        long time,
        int side,
        decimal quantity,
        decimal price,
        decimal fee = 0,
        string source = "oms",
        string venue = "XNYS") => new()
        {
            Kind = TradeKind.New,
            Account = Names.Accounts.Of(account),
            Instrument = Names.Instruments.Of(instrument),
            Source = Names.Sources.Of(source),
            Currency = Names.Currencies.Of("USD"),
            Venue = Names.Venues.Of(venue),
            EventTime = time,
            IngestTime = time + 1000,
            Sequence = sequence,
            RefSequence = TradeRow.None,
            Side = (sbyte)side,
            Price = (long)(price * 1_000_000),
            Quantity = (long)(quantity * 10_000),
            Fee = (long)(fee * 1_000_000),
        };

    public static TradeRow Correct(
        in TradeRow trade, long sequence, long ingest, int side, decimal quantity, decimal price, decimal fee = 0) => trade with
        {
            Kind = TradeKind.Correct,
            Sequence = sequence,
            RefSequence = trade.Sequence,
            IngestTime = ingest,
            EventTime = ingest - 1000,
            Side = (sbyte)side,
            Price = (long)(price * 1_000_000),
            Quantity = (long)(quantity * 10_000),
            Fee = (long)(fee * 1_000_000),
        };

    public static TradeRow Bust(in TradeRow trade, long sequence, long ingest) => trade with
    {
        Kind = TradeKind.Bust,
        Sequence = sequence,
        RefSequence = trade.Sequence,
        IngestTime = ingest,
        EventTime = ingest - 1000,
        Side = 0,
        Price = TradeRow.None,
        Quantity = TradeRow.None,
        Fee = TradeRow.None,
    };

    public MarketRow Quote(long sequence, string instrument, long time, decimal? bid, decimal? ask) =>
        Market(MarketDataKind.Quote, sequence, instrument, time) with { Bid = Price(bid), Ask = Price(ask) };

    public MarketRow Print(long sequence, string instrument, long time, decimal price, decimal size = 1) =>
        Market(MarketDataKind.Print, sequence, instrument, time) with { Price = Price(price), Size = (long)(size * 10_000) };

    public MarketRow Mark(long sequence, string instrument, long time, decimal price) =>
        Market(MarketDataKind.Mark, sequence, instrument, time) with { Price = Price(price) };

    public static ReferenceRow Instrument(string id, string currency = "USD", decimal multiplier = 1, long sequence = 1) =>
        Reference(ReferenceKind.Instrument, id, sequence) with { Currency = currency, Multiplier = (long)(multiplier * 10_000), Venue = "XNYS" };

    public static ReferenceRow Account(string id, string currency = "USD", long sequence = 1) =>
        Reference(ReferenceKind.Account, id, sequence) with { Currency = currency, Desk = "desk" };

    public static ReferenceRow Fixing(string from, string to, decimal value, long sequence = 1) =>
        Reference(ReferenceKind.FxFixing, from + to, sequence) with { Currency = from, ToCurrency = to, Value = Price(value) };

    public static ReferenceRow Split(string instrument, int exDay, long numerator, long denominator) =>
        Reference(ReferenceKind.CorporateAction, instrument, 1) with
        {
            Action = "SPLIT",
            AsOf = exDay,
            Numerator = numerator,
            Denominator = denominator,
        };

    public static ReferenceRow Prior(string instrument, int day, decimal value, ReferenceKind kind = ReferenceKind.PriorClose) =>
        Reference(kind, instrument, 1) with { AsOf = day, Value = Price(value) };

    static ReferenceRow Reference(ReferenceKind kind, string id, long sequence) => new()
    {
        KindWord = kind.Word(),
        Id = id,
        EventTime = At(Monday, 1),
        IngestTime = At(Monday, 1),
        Sequence = sequence,
        ValidFrom = At(new(2026, 1, 1)),
    };

    MarketRow Market(MarketDataKind kind, long sequence, string instrument, long time) => new()
    {
        Kind = kind,
        Instrument = Names.Instruments.Of(instrument),
        Source = Names.Sources.Of("tape"),
        Venue = Names.Venues.Of("XNYS"),
        Condition = -1,
        EventTime = time,
        IngestTime = time,
        Sequence = sequence,
        Bid = TradeRow.None,
        Ask = TradeRow.None,
        Price = TradeRow.None,
        Size = TradeRow.None,
    };

    static long Price(decimal? value) => value is { } v ? (long)(v * 1_000_000) : TradeRow.None;
}
