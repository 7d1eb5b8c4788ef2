using Dart.Lake.Jobs.Pipelines.Hot.Shown;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>Tells how far the job is, with the rate and the accounts measured about once a second.</summary>
sealed class HotReport(Action<HotProgress> tell, TimeProvider time)
{
    static readonly TimeSpan every = TimeSpan.FromSeconds(1), shortest = TimeSpan.FromSeconds(0.5);

    IReadOnlyList<HotAccountPnl> accounts = [];
    long measured = time.GetTimestamp(), before;

    /// <summary>Records a second, lately.</summary>
    public double PerSecond { get; private set; }

    /// <param name="session">What is told of.</param>
    /// <param name="cut">A day was cut: its numbers are told at once.</param>
    public void Tell(HotSession session, bool cut)
    {
        var (events, span) = (session.Events, time.GetElapsedTime(measured));
        if (span >= (cut ? shortest : every))
        {
            PerSecond = (events - before) / span.TotalSeconds;
            (before, measured) = (events, time.GetTimestamp());
        }
        if (cut || span >= every)
            accounts = HotValues.Pnl(session.State);
        tell(session.Progress(PerSecond, accounts));
    }
}
