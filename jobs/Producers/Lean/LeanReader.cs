using Dart.Lake.Jobs.Producers.Encoding;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>Turns one line of a file into a market data event.</summary>
delegate MarketDataEvent LeanParser(LeanLines lines);

/// <summary>
/// What the lines of LEAN's files mean (the folder's readme files). Ticks keep their times; a minute bar is one event in
/// its last microsecond, so that it belongs to its minute: a quote of its closes, or a print of its close and volume.
/// </summary>
sealed class LeanReader(EncodedText instrument, EncodedText source, EncodedText? venue, LeanDay day, LeanTexts texts)
{
    const long Minute = 60_000_000;

    /// <summary>Stands for the instrument where a file is only checked.</summary>
    public static EncodedText Nobody { get; } = new("");

    /// <summary>Reads a zip with one CSV, a line at a time.</summary>
    public static IEnumerable<MarketDataEvent> Read(string path, LeanParser parse)
    {
        using var lines = LeanLines.OfZip(path);
        while (lines.MoveNext())
            yield return parse(lines);
    }

    /// <summary>time, price, quantity, exchange, condition, suspicious.</summary>
    public MarketDataEvent TradeTick(LeanLines lines)
    {
        var fields = new LeanFields(lines);
        var time = fields.Time();
        var (price, size, exchange) = (fields.Price(), fields.Size(), LeanTexts.Exchange(fields.Text("exchange", 16), lines));
        var (condition, suspicious) = (texts.Condition(fields.Text("condition", 16), lines), fields.Flag());
        fields.End();
        return Event(
            MarketDataKind.Print,
            time,
            lines,
            exchange) with
        { Price = price, Size = size, Condition = condition, Suspicious = suspicious };
    }

    /// <summary>
    /// time, bid price, bid size, ask price, ask size, exchange, condition,
    /// suspicious. A price of nought: this update does not carry the side.
    /// </summary>
    public MarketDataEvent QuoteTick(LeanLines lines)
    {
        var fields = new LeanFields(lines);
        var time = fields.Time();
        var (bid, bidSize, ask, askSize) = (fields.Price(), fields.Size(), fields.Price(), fields.Size());
        var exchange = LeanTexts.Exchange(fields.Text("exchange", 16), lines);
        var (condition, suspicious) = (texts.Condition(fields.Text("condition", 16), lines), fields.Flag());
        fields.End();
        return Event(MarketDataKind.Quote, time, lines, exchange) with
        {
            Bid = bid == 0 ? null : bid,
            BidSize = bid == 0 ? null : bidSize,
            Ask = ask == 0 ? null : ask,
            AskSize = ask == 0 ? null : askSize,
            Condition = condition,
            Suspicious = suspicious,
        };
    }

    /// <summary>time, open, high, low, close, volume.</summary>
    public MarketDataEvent TradeBar(LeanLines lines)
    {
        var fields = new LeanFields(lines);
        var time = fields.Time();
        _ = (fields.Price(), fields.Price(), fields.Price());
        var (close, volume) = (fields.Price(), fields.Size());
        fields.End();
        return Event(MarketDataKind.Print, time + Minute - 1, lines, venue) with { Price = close, Size = volume };
    }

    /// <summary>time, open, high, low, close and size of the bid, the same of the ask; empty where there was no quote.</summary>
    public MarketDataEvent QuoteBar(LeanLines lines)
    {
        var fields = new LeanFields(lines);
        var time = fields.Time();
        _ = (fields.OptionalPrice(), fields.OptionalPrice(), fields.OptionalPrice());
        var (bid, bidSize) = (fields.OptionalPrice(), fields.OptionalSize());
        _ = (fields.OptionalPrice(), fields.OptionalPrice(), fields.OptionalPrice());
        var (ask, askSize) = (fields.OptionalPrice(), fields.OptionalSize());
        fields.End();
        return Event(MarketDataKind.Quote, time + Minute - 1, lines, venue) with
        {
            Bid = bid,
            BidSize = bid is null ? null : bidSize,
            Ask = ask,
            AskSize = ask is null ? null : askSize,
        };
    }

    MarketDataEvent Event(MarketDataKind kind, long sinceMidnight, LeanLines lines, EncodedText? at)
    {
        var time = day.MidnightMicros + sinceMidnight;
        return new(kind, instrument, time, time, source, day.Sequence(lines), at);
    }
}
