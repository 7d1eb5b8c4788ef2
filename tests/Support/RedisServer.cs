using System.Diagnostics;
using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>Debian's redis-server on a port of its own, in memory only.</summary>
public sealed class RedisServer : IDisposable
{
    readonly ProcessStartInfo line;
    Process process;

    RedisServer(ProcessStartInfo line, Process process, string address) => (this.line, this.process, Address) = (line, process, address);

    /// <summary>host:port.</summary>
    public string Address { get; }

    /// <summary>Starts it; the test is skipped, loudly, when there is no such program.</summary>
    public static async Task<RedisServer> StartAsync(CancellationToken cancel, params string[] options)
    {
        var program = (Environment.GetEnvironmentVariable("PATH")
            ?? "").Split(':').Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "needs Debian's redis-server; make deps installs it");
        var port = FreePort.Next();
        var start = new ProcessStartInfo(
            program!, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", .. options])
        { RedirectStandardOutput = true, UseShellExecute = false };
        return new(start, await ListenAsync(start, cancel), $"127.0.0.1:{port}");
    }

    /// <summary>It is gone, with all that it had.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Another one, empty, at the same address.</summary>
    public async Task RestartAsync(CancellationToken cancel)
    {
        process.Dispose();
        process = await ListenAsync(line, cancel);
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }

    static async Task<Process> ListenAsync(ProcessStartInfo start, CancellationToken cancel)
    {
        var server = Process.Start(start)!;
        // It says so on its output when it listens.
        while (await server.StandardOutput.ReadLineAsync(cancel) is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal))
            Assert.False(server.HasExited);
        return server;
    }
}
