using Spectre.Console;

namespace Dart.Lake.Host.Demo;

/// <summary>Shows the demo's progress: a live panel on a terminal, a plain line now and then in a pipe.</summary>
sealed class DemoDisplay(DemoProgress progress, TimeProvider time, bool quiet)
{
    static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(200), PlainInterval = TimeSpan.FromSeconds(2);

    /// <summary>Runs the work and shows its progress until it ends.</summary>
    public async Task<T> ShowAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var display = quiet ? Task.CompletedTask : Console.IsOutputRedirected ? PlainAsync(ended.Token) : LiveAsync(ended.Token);
        try
        {
            return await work(cancel);
        }
        finally
        {
            await ended.CancelAsync();
            await display;
        }
    }

    async Task PlainAsync(CancellationToken ended)
    {
        var (stage, last) = ("", time.GetTimestamp());
        while (await WaitAsync(LiveInterval, ended))
        {
            var view = progress.Current;
            if (view.Stage == stage && time.GetElapsedTime(last) < PlainInterval)
                continue;
            (stage, last) = (view.Stage, time.GetTimestamp());
            Console.Out.WriteLine($"{view.Stage}: sent {view.Sent:N0}, bronze {view.BronzeRows:N0}, hot {view.HotEvents:N0} ({view.EventsPerSecond:N0}/s, lag {view.Lag:N0})");
        }
    }

    Task LiveAsync(CancellationToken ended) => AnsiConsole.Live(Panel(progress.Current)).AutoClear(true).StartAsync(async context =>
    {
        while (await WaitAsync(LiveInterval, ended))
            context.UpdateTarget(Panel(progress.Current));
    });

    async Task<bool> WaitAsync(TimeSpan interval, CancellationToken ended)
    {
        try
        {
            await Task.Delay(interval, time, ended);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    static Panel Panel(DemoProgress.View view)
    {
        var figures = new Grid().AddColumn().AddColumn(new GridColumn().RightAligned());
        figures.AddRow("sent", $"{view.Sent:N0}").AddRow("bronze rows", $"{view.BronzeRows:N0}").AddRow("hot events", $"{view.HotEvents:N0}")
            .AddRow("events per second", $"{view.EventsPerSecond:N0}").AddRow("lag", $"{view.Lag:N0}");
        var accounts = new Grid().AddColumn().AddColumn().AddColumn(new GridColumn().RightAligned());
        foreach (var pnl in view.Accounts.Take(8))
            accounts.AddRow(Markup.Escape(pnl.Account), pnl.Currency, $"{pnl.Total:N2}");
        return new Panel(new Columns(figures, accounts)).Header(Markup.Escape(view.Stage)).Border(BoxBorder.Rounded);
    }
}
