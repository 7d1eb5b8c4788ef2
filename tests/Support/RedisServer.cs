using System.Diagnostics;
using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>Debian's redis-server on a port of its own, in memory only.</summary>
public sealed class RedisServer : IDisposable
{
    readonly Process process;

    RedisServer(Process process, string address) => (this.process, Address) = (process, address);

    /// <summary>host:port.</summary>
    public string Address { get; }

    /// <summary>Starts it; the test is skipped, loudly, when there is no such program.</summary>
    public static async Task<RedisServer> StartAsync(CancellationToken cancel, params string[] options)
    {
        var program = (Environment.GetEnvironmentVariable("PATH")
            ?? "").Split(':').Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "needs Debian's redis-server; make deps installs it");
        var port = KafkaServer.FreePort();
        var server = Process.Start(new ProcessStartInfo(
            program!, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", .. options])
        { RedirectStandardOutput = true, UseShellExecute = false })!;
        // It says so on its output when it listens.
        while (await server.StandardOutput.ReadLineAsync(cancel) is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal))
            Assert.False(server.HasExited);
        return new(server, $"127.0.0.1:{port}");
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
