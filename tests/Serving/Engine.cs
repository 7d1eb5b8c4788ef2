using System.Diagnostics;

namespace Dart.Lake.Serving.Tests;

/// <summary>Other implementations, as clients of the server.</summary>
static class Engine
{
    /// <summary>What a program prints, whatever its exit code; killed by its pid when it takes longer than the limit.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(TimeSpan limit, string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(
            program, arguments)
        { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        using var expiry = new CancellationTokenSource(limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(expiry.Token);
            var errors = process.StandardError.ReadToEndAsync(expiry.Token);
            await process.WaitForExitAsync(expiry.Token);
            return (process.ExitCode, $"{await output}{await errors}");
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end within {limit}", e);
        }
    }
}
