using Dart.Lake.Jobs.Pipelines.Hot.Books;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>
/// When a day is over whose source sends no markers: as soon as the watermark is past the last close and a
/// grace. Partitions that are silent hold nobody back. While any marker is pending, markers decide. Pure.
/// </summary>
/// <param name="gate">Has the watermark.</param>
/// <param name="state">Has the days.</param>
/// <param name="silent">Partitions that nothing comes from.</param>
/// <param name="grace">How long after the last close rows of the day may come.</param>
sealed class LiveCut(HotGate gate, HotState state, SilentPartitions silent, TimeSpan grace)
{
    /// <summary>
    /// Of days that are over at once only so many, the last ones, are cut each; those before them are in the first of these.
    /// </summary>
    const int MostAtOnce = 30;

    /// <summary>The day to cut, or null.</summary>
    public int? Due
    {
        get
        {
            if (gate.HasMarkers || gate.WatermarkOf(silent.Contains) is not { } watermark)
                return null;
            List<int> over = [.. state.OpenDays.TakeWhile(day => state.CloseOf(day) + (long)grace.TotalMicroseconds < watermark)];
            return over.Count == 0 ? null : over[Math.Max(0, over.Count - MostAtOnce)];
        }
    }
}
