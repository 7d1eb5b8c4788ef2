namespace Dart.Lake.Jobs.Producers;

/// <summary>Holds events back so that event time runs at a multiple of the clock's; without a speed it never waits.</summary>
/// <param name="speed">1: as fast as it happened; null: as fast as possible.</param>
sealed class Pacer(TimeProvider time, double? speed)
{
    /// <summary>Nights and weekends between two events are not waited for.</summary>
    const long LongestGapMicros = 15 * 60 * 1_000_000L;

    /// <summary>Waits shorter than this are left to the next event.</summary>
    static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(5);

    long reached, played;
    long? startedAt;

    /// <summary>Whether anything is ever waited for.</summary>
    public bool IsPaced => speed is not null;

    /// <summary>Waits until it is time for an event of this time (UTC microseconds).</summary>
    public async ValueTask WaitAsync(long eventTime, CancellationToken cancel)
    {
        if (speed is not { } multiple)
            return;
        if (startedAt is null)
        {
            startedAt = time.GetTimestamp();
            reached = eventTime;
        }
        if (eventTime > reached)
        {
            played += Math.Min(eventTime - reached, LongestGapMicros);
            reached = eventTime;
        }
        var ahead = TimeSpan.FromMicroseconds(played / multiple) - time.GetElapsedTime(startedAt.Value);
        if (ahead > Grain)
            await Task.Delay(ahead, time, cancel);
    }

    /// <summary>Invalid when it is no speed.</summary>
    public static double? Checked(double? speed) => speed is null or (> 0 and <= 1_000_000)
        ? speed
        : throw LakeException.Invalid($"speed {speed} is not between 0 and 1000000; give a multiple of real time, or leave it out for as fast as possible");
}
