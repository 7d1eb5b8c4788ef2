namespace Dart.Lake.Host.Demo;

/// <summary>What the demo is doing right now, written by its jobs and read by its display. Thread-safe.</summary>
sealed class DemoProgress
{
    readonly Lock gate = new();
    View view = new();

    public sealed record View
    {
        /// <summary>What is under way: a day and its part.</summary>
        public string Stage { get; init; } = "starting";

        /// <summary>The step of the stage.</summary>
        public string Step { get; init; } = "";

        /// <summary>Which Kafka and which Redis, at which addresses.</summary>
        public string Services { get; init; } = "";

        /// <summary>Events produced so far.</summary>
        public long Sent { get; init; }

        /// <summary>Rows committed to bronze so far.</summary>
        public long BronzeRows { get; init; }

        /// <summary>Events applied by the hot job so far.</summary>
        public long HotEvents { get; init; }

        /// <summary>Applied by the hot job over the last interval.</summary>
        public double EventsPerSecond { get; init; }

        /// <summary>Events sent and not yet applied by the hot job.</summary>
        public long Lag => Math.Max(0, Sent - HotEvents);

        /// <summary>The day whose numbers the hot job shows.</summary>
        public DateOnly? HotDay { get; init; }

        /// <summary>Latest hot PnL; open positions with all that they have made since they were opened.</summary>
        public IReadOnlyList<AccountPnl> Accounts { get; init; } = [];

        /// <summary>The day that was published last.</summary>
        public DemoPublished? Published { get; init; }

        /// <summary>
        /// What the day has made: as the mart has it once it is published, before that the hot numbers less what open positions had made
        /// before the day.
        /// </summary>
        public IEnumerable<AccountPnl> Totals => Published is not { } published ? Accounts
            : HotDay is not { } day || day <= published.Day
                ? published.Firm is { } firm ? published.Accounts.Prepend(firm) : published.Accounts
            : Accounts.Select(hot => published.Levels.GetValueOrDefault(hot.Account) is { } level && level.Currency == hot.Currency
                ? hot with { Total = hot.Total - level.Total }
                : hot);
    }

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
