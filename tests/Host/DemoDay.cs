[assembly: AssemblyFixture(typeof(Dart.Lake.Host.Tests.DemoDay))]

namespace Dart.Lake.Host.Tests;

/// <summary>A demo day of 20,000 trades, run once by the executable and read by many tests.</summary>
public sealed class DemoDay : IAsyncLifetime
{
    readonly TempFolder folder = new();

    public string DataDir => Path.Combine(folder.Path, "sim");

    internal Exe.Result Run { get; private set; } = new(-1, "", "");

    public async ValueTask InitializeAsync() =>
        Run = await Exe.RunAsync(TimeSpan.FromMinutes(4), "demo", "--trades", "20000", "--data-dir", folder.Path);

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
