namespace Dart.Lake.Host.Tests.Lines;

/// <summary>
/// A folder in which a stranger has typed the demo, with a small day: the lake
/// is in <c>data/sim</c>, real ticks in <c>lean</c> when they are at hand.
/// </summary>
public sealed class SmallLake : IAsyncLifetime
{
    public const string Date = "2026-09-22";

    /// <summary>
    /// The folder of the lake as the demo has left it, whatever has been typed beside the other since. It is one to copy.
    /// </summary>
    public const string AsDemoLeftIt = "first";
    static readonly TimeSpan DemoLimit = TimeSpan.FromMinutes(4), LineLimit = TimeSpan.FromMinutes(2);
    readonly TempFolder folder = new();

    public string Folder => folder.Path;

    public string DataDir => Path.Combine(folder.Path, "data", "sim");

    internal Exe.Result Demo { get; private set; } = new(-1, "", "");

    public async ValueTask InitializeAsync()
    {
        if (Shared.Root is { } shared && Path.Combine(shared, "data", "lean") is var lean && Directory.Exists(lean))
            Directory.CreateSymbolicLink(folder["lean"], lean);
        Demo = await Shell.TypeAsync(Folder, "dartlake demo --trades 1000", DemoLimit);
        await Shell.TypeAsync(Folder, $"cp -r data/sim {AsDemoLeftIt}", LineLimit);
    }

    /// <summary>Types a line beside the lake.</summary>
    internal async Task<Exe.Result> TypeAsync(string line)
    {
        Demo.Exits(0);
        return await Shell.TypeAsync(Folder, line, LineLimit);
    }

    /// <summary>
    /// A line that rolls a published table back leaves a day that the next end of day builds again; others find it whole.
    /// </summary>
    internal async Task BuildAgainAfterAsync(string line)
    {
        if (line.Contains("table rollback", StringComparison.Ordinal))
            (await TypeAsync($"dartlake eod --date {Date} --data-dir data/sim")).Exits(0);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
