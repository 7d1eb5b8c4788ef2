using System.Diagnostics;

namespace Dart.Lake.Host.Tests.BadInput;

public class StopTests
{
    [Fact]
    public async Task Ctrl_C_ends_the_demo_at_once_with_one_line_and_a_whole_lake()
    {
        using var folder = new TempFolder();
        using var demo = StartAsOnATerminal("demo", "--trades", "20000", "--data-dir", folder.Path);
        for (string? line; (line = await demo.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)) is not null
            && !line.Contains("sent", StringComparison.Ordinal);)
        {
        }
        var stopping = Stopwatch.GetTimestamp();
        using (var kill = Process.Start("kill", ["-INT", $"{demo.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var result = (await Exe.EndAsync(demo, TimeSpan.FromMinutes(1))).Exits(1);
        // Dead letters of the day are told as they are committed, which may have been before.
        var said = result.Error.Split('\n').Where(line => !line.Contains(" warn: bronze[", StringComparison.Ordinal));
        Refusal.SaysOnce(result with { Error = string.Join('\n', said) }, "stopped before it was done", "run it again");
        Assert.InRange(Stopwatch.GetElapsedTime(stopping).TotalSeconds, 0, 15);
        (await Exe.RunAsync(TimeSpan.FromMinutes(1), "verify", "--data-dir", folder["sim"])).Exits(0);
    }

    /// <summary>
    /// A shell that starts the tests in the background makes them and what they start deaf to Ctrl-C; a terminal does not.
    /// </summary>
    static Process StartAsOnATerminal(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Exe.Path, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
}
