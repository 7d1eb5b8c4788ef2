using System.Globalization;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.HotStore;

/// <summary>State of a job, the hash <c>hot:meta:{job}</c>.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Epoch">Fence: from the ledger, rising with each take-over.</param>
/// <param name="Watermark">Event time, microseconds since 1970; null before the first event.</param>
/// <param name="Lag">Records not yet applied.</param>
/// <param name="EventsPerSecond">Over the last second.</param>
/// <param name="AsOf">Wall clock, microseconds since 1970.</param>
/// <param name="TradeDate">The day being traded.</param>
public sealed record HotMeta(string Job, long Epoch, long? Watermark, long Lag, double EventsPerSecond, long AsOf, DateOnly? TradeDate)
{
    /// <summary>Id of the lake whose job it is: another lake's writes nothing here.</summary>
    public string Lake { get; init; } = "";

    /// <summary>What a cut waits for, and what to do about it, in words; null: nothing.</summary>
    public string? Waits { get; init; }

    /// <summary>Since when, wall clock, microseconds since 1970.</summary>
    public long? WaitsSince { get; init; }

    /// <summary>Rows that have come and break a rule: they count nowhere.</summary>
    public long LeftOut { get; init; }

    /// <summary>Positions and accounts without numbers, because some are beyond their types; null: none.</summary>
    public string? Lost { get; init; }

    internal HotHash ToHash(string canary) => new(HotKeys.Meta(Job),
    [
        new("epoch", Text(Epoch)), new("watermark", Watermark is { } w ? Text(w) : null), new("lag", Text(Lag)),
        new("events_per_second", EventsPerSecond.ToString("F0", CultureInfo.InvariantCulture)), new("as_of", Text(AsOf)),
        new("trade_date", TradeDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), new("canary", canary), new("lake", Lake),
        new("waits", Waits), new("waits_since", WaitsSince is { } since ? Text(since) : null), new("left_out", Text(LeftOut)), new("lost", Lost),
    ]);

    static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
