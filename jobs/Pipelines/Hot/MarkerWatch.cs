using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>Tells of markers that hold rows back: at once when they are out of order, else when the others do not follow soon.</summary>
sealed class MarkerWatch(HotGate gate, TimeSpan patience, TimeProvider time, ILogger log)
{
    static readonly TimeSpan again = TimeSpan.FromMinutes(1);

    long began;
    DateTimeOffset? told;

    /// <summary>What holds rows back; null: nothing.</summary>
    public MarkerWait? Wait { get; private set; }

    /// <summary>Since when, by the wall clock.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>In words, with its age, for those who read the progress.</summary>
    public string? Words => Wait is null ? null : $"{gate.Held:N0} held for {time.GetElapsedTime(began).TotalSeconds:N0} s: {Wait}";

    public void Look()
    {
        foreach (var passed in gate.TakePassed())
            log.PassedMarker(HotCalendar.Date(passed.Day), passed.Partition, passed.Offset);
        var wait = gate.Waits;
        if (wait?.Day != Wait?.Day)
            (Since, began, told) = (wait is null ? null : time.GetUtcNow(), time.GetTimestamp(), null);
        Wait = wait;
        if (wait is null
            || !wait.IsOutOfOrder && time.GetElapsedTime(began) < patience
            || time.GetUtcNow() - told < again)
            return;
        told = time.GetUtcNow();
        log.MarkerWaits(wait.ToString(), gate.Held, wait.Date);
    }
}
