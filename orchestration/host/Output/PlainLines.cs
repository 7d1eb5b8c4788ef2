namespace Dart.Lake.Host.Output;

/// <summary>Progress of a long job as plain lines, at most one in two seconds.</summary>
sealed class PlainLines(TimeProvider time)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    long last;

    public void Say(string line)
    {
        if (last != 0 && time.GetElapsedTime(last) < Interval)
            return;
        last = time.GetTimestamp();
        Screen.Line(line);
    }
}
