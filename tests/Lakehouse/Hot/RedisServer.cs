using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Dart.Lake.Lakehouse.Hot;
using StackExchange.Redis;

namespace Dart.Lake.Lakehouse.Tests.Hot;

/// <summary>A Redis of its own for a test: Garnet in this process, or Debian's redis-server.</summary>
sealed class RedisServer : IDisposable
{
    readonly IDisposable owner;

    RedisServer(IDisposable owner, HotStoreSettings settings) => (this.owner, Settings) = (owner, settings);

    public HotStoreSettings Settings { get; }

    public static async Task<RedisServer> StartAsync(string kind)
    {
        if (kind == "garnet")
        {
            var garnet = EmbeddedGarnet.Start(IdSource.Seeded(1));
            return new(garnet, garnet.Settings);
        }
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "needs Debian's redis-server; make deps installs it");
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var process = Process.Start(new ProcessStartInfo(program!, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", "secret"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        // It says so on its output when it listens.
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal))
            Assert.False(process.HasExited);
        return new(new Owned(process), new() { Address = $"127.0.0.1:{port}", Password = "secret" });
    }

    /// <summary>Another client's view, without our code.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync($"{Settings.Address},password={Settings.Password}");

    public void Dispose() => owner.Dispose();

    sealed class Owned(Process process) : IDisposable
    {
        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
