[assembly: AssemblyFixture(typeof(Dart.Lake.Host.Tests.DemoDay))]

namespace Dart.Lake.Host.Tests;

/// <summary>
/// A demo day of 20,000 trades (300,000 with DARTLAKE_TEST_SIZE=full), run once by the executable and read by many tests.
/// </summary>
public sealed class DemoDay : IAsyncLifetime
{
    readonly TempFolder folder = new();

    public static int Trades { get; } = Environment.GetEnvironmentVariable("DARTLAKE_TEST_SIZE") == "full" ? 300_000 : 20_000;

    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(6);

    public string DataDir => Path.Combine(folder.Path, "sim");

    internal Exe.Result Run { get; private set; } = new(-1, "", "");

    public async ValueTask InitializeAsync() =>
        Run = await Exe.RunAsync(Limit, "demo", "--trades", $"{Trades}", "--data-dir", folder.Path);

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
