using System.Diagnostics;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>Runs a script of the shared engines to its end.</summary>
static class Tool
{
    static readonly TimeSpan usual = TimeSpan.FromMinutes(5);

    /// <summary>What it printed. The test fails with its stderr when it ends badly.</summary>
    public static async Task<string> RunAsync(
        string path, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(path) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var expiry = new CancellationTokenSource(limit ?? usual);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(expiry.Token), process.StandardError.ReadToEndAsync(expiry.Token));
        try
        {
            await process.WaitForExitAsync(expiry.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        Assert.True(process.ExitCode == 0, $"{Path.GetFileName(path)} ended with {process.ExitCode}: {await error}");
        return await output;
    }
}
