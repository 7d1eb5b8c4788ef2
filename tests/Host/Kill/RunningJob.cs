using System.Diagnostics;
using System.Text;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>The executable at work in a process of its own, which is killed by its pid.</summary>
sealed class RunningJob : IDisposable
{
    readonly Process process;
    readonly StringBuilder said = new();

    public RunningJob(params string[] arguments)
        : this(new Dictionary<string, string>(), arguments)
    {
    }

    /// <summary>With further environment variables.</summary>
    public RunningJob(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        Line = string.Join(' ', arguments);
        var start = new ProcessStartInfo(
            "dotnet", [Exe.Path, .. arguments])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The command's words.</summary>
    public string Line { get; }

    public bool IsRunning => !process.HasExited;

    /// <summary>What it has had of processors, and has of memory.</summary>
    public (TimeSpan Cpu, long Bytes) Used
    {
        get
        {
            process.Refresh();
            return (process.TotalProcessorTime, process.WorkingSet64);
        }
    }

    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    /// <summary>kill -9; fails when the process had ended by itself.</summary>
    public async Task KillAsync()
    {
        if (!IsRunning)
            Assert.Fail($"dartlake {Line} ended before it was killed, with {process.ExitCode}:\n{Said}");
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as an operator stops it; the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Sends a signal, such as STOP or CONT.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it has said the words; fails when it ends, or the limit passes, without.</summary>
    public async Task SaysAsync(string words, TimeSpan limit)
    {
        using var expiry = new CancellationTokenSource(limit);
        while (!Said.Contains(words, StringComparison.Ordinal))
        {
            Assert.True(IsRunning, $"dartlake {Line} ended without saying '{words}':\n{Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, expiry.Token);
        }
    }

    /// <summary>Waits until it ends by itself; the exit code.</summary>
    public async Task<int> EndsAsync(TimeSpan limit)
    {
        using var expiry = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(expiry.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"dartlake {Line} did not end within {limit}:\n{Said}");
        }
        return process.ExitCode;
    }

    public async Task<string> EndsWellAsync(TimeSpan limit)
    {
        var code = await EndsAsync(limit);
        if (code != 0)
            Assert.Fail($"dartlake {Line} ended with {code}:\n{Said}");
        return Said;
    }

    void Hear(string? text)
    {
        if (text is not null)
            lock (said)
                said.AppendLine(text);
    }

    public void Dispose()
    {
        if (IsRunning)
            process.Kill();
        process.Dispose();
    }
}
