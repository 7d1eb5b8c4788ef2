using System.Diagnostics;

namespace Dart.Lake.Bench;

/// <summary>CPU time of another process as it grows, so that any span of its life can be asked for.</summary>
public sealed class CpuTrack
{
    static readonly TimeSpan each = TimeSpan.FromMilliseconds(20);
    readonly List<(DateTimeOffset At, double Seconds)> samples = [];

    /// <summary>Seconds of user and system time of its whole life.</summary>
    public double Total => samples[^1].Seconds;

    /// <summary>How long it lived, seconds.</summary>
    public double Seconds => (samples[^1].At - samples[0].At).TotalSeconds;

    /// <summary>Its greatest resident set.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Looks at a process until it has ended.</summary>
    public async Task FollowAsync(Process process, CancellationToken cancel)
    {
        samples.Add((DateTimeOffset.UtcNow, 0));
        while (!process.HasExited)
        {
            try
            {
                process.Refresh();
                samples.Add((DateTimeOffset.UtcNow, process.TotalProcessorTime.TotalSeconds));
                PeakBytes = Math.Max(PeakBytes, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                // it has ended between the two looks
                return;
            }
            await Task.Delay(each, cancel);
        }
    }

    /// <summary>Seconds that it used between two times.</summary>
    public double Between(DateTimeOffset from, DateTimeOffset to) => to <= from ? 0 : At(to) - At(from);

    double At(DateTimeOffset time)
    {
        var next = samples.FindIndex(s => s.At >= time);
        if (next <= 0)
            return next < 0 ? Total : samples[0].Seconds;
        var (before, after) = (samples[next - 1], samples[next]);
        return before.Seconds + (after.Seconds - before.Seconds) * ((time - before.At) / (after.At - before.At));
    }
}
