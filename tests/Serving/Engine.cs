using System.Diagnostics;

namespace Dart.Lake.Serving.Tests;

/// <summary>Other implementations, as clients of the server.</summary>
static class Engine
{
    /// <summary>What a program prints, whatever its exit code; killed by its pid when it takes longer than the limit.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(TimeSpan limit, string program, params IEnumerable<string> arguments) =>
        RunAsync(limit, new Dictionary<string, string>(), program, arguments);

    /// <summary>The same with environment variables.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        TimeSpan limit, IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
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
