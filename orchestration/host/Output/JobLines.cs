using System.Globalization;

namespace Dart.Lake.Host.Output;

/// <summary>Progress of a job as lines with a time: at most one in an interval, and none when nothing has changed since the last.</summary>
sealed class JobLines(TimeProvider time, TimeSpan interval)
{
    long said;
    object? shown;
    string last = "";

    /// <summary>Prints the line when it is time.</summary>
    /// <param name="line">Without its time.</param>
    /// <param name="state">What must differ from that of the line before.</param>
    public void Say(string line, object state)
    {
        last = line;
        if (Equals(state, shown) || said != 0 && time.GetElapsedTime(said) < interval)
            return;
        shown = state;
        Print();
    }

    /// <summary>The job has ended: the last line, and what else there is to say.</summary>
    public void End(params IEnumerable<string> more)
    {
        foreach (var line in more.Prepend(last).Where(l => l.Length > 0))
        {
            last = line;
            Print();
        }
    }

    void Print()
    {
        said = time.GetTimestamp();
        Screen.Line($"{time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)} {last}");
    }
}
