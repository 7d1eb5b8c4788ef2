using System.Globalization;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.HotStore;

/// <summary>State of a job, the hash <c>hot:meta:{job}</c>.</summary>
/// <param name="Epoch">Fence: from the ledger, rising with each take-over.</param>
/// <param name="Watermark">Event time, microseconds since 1970; null before the first event.</param>
/// <param name="Lag">Records not yet applied.</param>
/// <param name="AsOf">Wall clock, microseconds since 1970.</param>
/// <param name="TradeDate">The day being traded.</param>
public sealed record HotMeta(string Job, long Epoch, long? Watermark, long Lag, double EventsPerSecond, long AsOf, DateOnly? TradeDate)
{
    internal HotHash ToHash(string canary) => new(HotKeys.Meta(Job),
    [
        new("epoch", Text(Epoch)), new("watermark", Watermark is { } w ? Text(w) : null), new("lag", Text(Lag)),
        new("events_per_second", EventsPerSecond.ToString("F0", CultureInfo.InvariantCulture)), new("as_of", Text(AsOf)),
        new("trade_date", TradeDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), new("canary", canary),
    ]);

    static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a flush found.</summary>
/// <param name="Keys">Hashes written.</param>
/// <param name="HasDroppedKeys">The server has lost keys since: everything must be written again.</param>
public sealed record HotFlush(int Keys, bool HasDroppedKeys);
