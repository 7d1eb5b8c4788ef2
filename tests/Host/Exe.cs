using System.Diagnostics;

namespace Dart.Lake.Host.Tests;

/// <summary>Runs the real executable as its users do.</summary>
static class Exe
{
    public sealed record Result(int ExitCode, string Out, string Error)
    {
        /// <summary>Fails the test with what was printed unless the exit code is the one expected.</summary>
        public Result Exits(int code)
        {
            Assert.True(ExitCode == code, $"exit code {ExitCode}, expected {code}\n--- stdout\n{Out}\n--- stderr\n{Error}");
            return this;
        }
    }

    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "dartlake.dll");

    /// <summary>Starts it and leaves it running; the caller ends it by pid.</summary>
    public static Process Start(params IEnumerable<string> arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>The same with further environment variables.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end; kills it by pid when it takes longer than the limit.</summary>
    public static async Task<Result> RunAsync(TimeSpan limit, params IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        return await EndAsync(process, limit);
    }

    /// <summary>Waits for the end of one that was started.</summary>
    public static async Task<Result> EndAsync(Process process, TimeSpan limit)
    {
        process.StandardInput.Close();
        using var expiry = new CancellationTokenSource(limit);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(expiry.Token), process.StandardError.ReadToEndAsync(expiry.Token));
            await process.WaitForExitAsync(expiry.Token);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dartlake did not end within {limit}", e);
        }
    }
}
