using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>
/// Tells of what a cut waits for: markers that hold rows back, at once when they are out of order, else when the others do not follow
/// soon; and partitions that keep a day open which is over in others.
/// </summary>
/// <param name="gate">Has the markers.</param>
/// <param name="markerPatience">How long markers may wait untold.</param>
/// <param name="livePatience">How long days of a source without markers may wait untold.</param>
/// <param name="time">Clock.</param>
/// <param name="log">Is told every minute.</param>
sealed class CutWatch(HotGate gate, TimeSpan markerPatience, TimeSpan livePatience, TimeProvider time, ILogger log)
{
    static readonly TimeSpan again = TimeSpan.FromMinutes(1);

    int? day;
    DateTimeOffset? since;
    long began;
    DateTimeOffset? told;
    MarkerWait? marker;
    LiveWait? live;

    /// <summary>What is waited for and may be shown; null: nothing.</summary>
    public string? Wait => marker?.ToString() ?? (Waited >= livePatience ? live?.ToString() : null);

    /// <summary>What to do about it, in words.</summary>
    public string? WayOut => Wait is null ? null : marker?.WayOut ?? LiveWait.WayOut;

    /// <summary>Since when it is waited for, by the wall clock.</summary>
    public DateTimeOffset? Since => Wait is null ? null : since;

    /// <summary>In words, with its age, for those who read the progress.</summary>
    public string? Words => Wait is not { } wait
        ? null
        : $"{(marker is null ? "" : $"{gate.Held:N0} held ")}for {Waited.TotalSeconds:N0} s: {wait}";

    TimeSpan Waited => time.GetElapsedTime(began);

    /// <param name="liveWait">What a day without markers waits for.</param>
    public void Look(LiveWait? liveWait)
    {
        foreach (var passed in gate.TakePassed())
            log.PassedMarker(HotCalendar.Date(passed.Day), passed.Partition, passed.Offset);
        (marker, live) = (gate.Waits, liveWait);
        var waits = marker?.Day ?? live?.Day;
        if (waits != day)
            (since, began, told, day) = (waits is null ? null : time.GetUtcNow(), time.GetTimestamp(), null, waits);
        if (waits is null || !IsDue || time.GetUtcNow() - told < again)
            return;
        told = time.GetUtcNow();
        if (marker is not null)
            log.MarkerWaits(marker.ToString(), gate.Held, marker.WayOut);
        else
            log.LiveWaits(live!.ToString(), LiveWait.WayOut);
    }

    bool IsDue => marker is null ? Waited >= livePatience : marker.IsOutOfOrder || Waited >= markerPatience;
}
