namespace Dart.Lake.Host.Demo;

/// <summary>What the demo is doing right now, written by its jobs and read by its display. Thread-safe.</summary>
sealed class DemoProgress
{
    readonly Lock gate = new();
    View view = new("starting", 0, 0, 0, 0, 0, []);

    /// <param name="Stage">What is under way.</param>
    /// <param name="Sent">Events produced so far.</param>
    /// <param name="BronzeRows">Rows committed to bronze so far.</param>
    /// <param name="HotEvents">Events applied by the hot job so far.</param>
    /// <param name="EventsPerSecond">Applied by the hot job over the last interval.</param>
    /// <param name="Lag">Events sent and not yet applied by the hot job.</param>
    /// <param name="Accounts">Latest hot PnL: account, currency, total.</param>
    public sealed record View(string Stage, long Sent, long BronzeRows, long HotEvents, double EventsPerSecond, long Lag, IReadOnlyList<AccountPnl> Accounts);

    public sealed record AccountPnl(string Account, string Currency, decimal Total);

    public View Current
    {
        get
        {
            lock (gate)
                return view;
        }
    }

    public void Update(Func<View, View> change)
    {
        lock (gate)
            view = change(view);
    }
}
