using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>How fast a job consumes.</summary>
internal sealed class Rate(TimeProvider time)
{
    long eventsBefore, since = time.GetTimestamp();
    double perSecond;

    public bool IsDue(TimeSpan every) => time.GetElapsedTime(since) >= every;

    public BronzeProgress Progress(
        long events, long deadLetters, int commits, long lag, int partitions, IReadOnlyList<LogPosition> committed)
    {
        // Shorter spans say nothing of the speed.
        var span = time.GetElapsedTime(since).TotalSeconds;
        if (span >= 0.5)
        {
            perSecond = (events - eventsBefore) / span;
            (eventsBefore, since) = (events, time.GetTimestamp());
        }
        return new(events, deadLetters, perSecond, lag, commits, partitions, committed);
    }
}
