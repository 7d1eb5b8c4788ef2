using Dart.Lake.Host.Output;
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
        var (said, line, at) = (new DemoProgress.View(), "", time.GetTimestamp());
        while (await WaitAsync(LiveInterval, ended))
        {
            var view = progress.Current;
            if (view.Services != said.Services)
                Screen.Line(view.Services);
            if (view.Stage != said.Stage || time.GetElapsedTime(at) >= PlainInterval)
            {
                if (Line(view, since: said) is var next && next != line)
                    Screen.Line(line = next);
                at = time.GetTimestamp();
            }
            else
                view = view with { Sent = said.Sent, BronzeRows = said.BronzeRows, HotEvents = said.HotEvents };
            said = view;
        }
    }

    // while tables are built the counts of the streams stand still, and are left out
    static string Line(DemoProgress.View view, DemoProgress.View since) =>
        (view.Sent, view.BronzeRows, view.HotEvents) == (since.Sent, since.BronzeRows, since.HotEvents)
            ? $"{view.Stage}{(view.Step.Length == 0 ? "" : $": {view.Step}")}"
            : $"{view.Stage}: sent {view.Sent:N0}, bronze {view.BronzeRows:N0}, hot {view.HotEvents:N0} ({view.EventsPerSecond:N0}/s, lag {view.Lag:N0})";

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
        foreach (var pnl in view.Totals.Take(8))
            accounts.AddRow(Markup.Escape(pnl.Account), pnl.Currency, $"{pnl.Total:N2}");
        var lines = new Rows(
            new Text(view.Step), new Columns(figures, accounts), new Text(view.Services, new Style(decoration: Decoration.Dim)));
        return new Panel(lines).Header(Markup.Escape(view.Stage)).Border(BoxBorder.Rounded).Expand();
    }
}
