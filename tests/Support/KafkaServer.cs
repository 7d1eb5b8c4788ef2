using System.Diagnostics;
using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>
/// One Apache Kafka broker of the shared engines on ports of its own; records may
/// have timestamps of any day, and members of a group may be thought dead soon.
/// </summary>
public sealed class KafkaServer : IAsyncDisposable
{
    readonly string script, folder;

    KafkaServer(string script, string folder, int port) => (this.script, this.folder, Brokers) = (script, folder, $"127.0.0.1:{port}");

    public string Brokers { get; }

    /// <summary>Starts it; the test is skipped, loudly, when there is no such engine.</summary>
    /// <param name="cancel">Ends the start.</param>
    /// <param name="settings">More broker settings, <c>key=value</c> without spaces (a tab does for one).</param>
    public static Task<KafkaServer> StartAsync(CancellationToken cancel, params IEnumerable<string> settings) =>
        StartAsync(FreePort.Next(), FreePort.Next(), cancel, settings);

    /// <summary>The same on ports that the settings speak of.</summary>
    public static async Task<KafkaServer> StartAsync(
        int port, int controllerPort, CancellationToken cancel, params IEnumerable<string> settings)
    {
        var engine = Shared.Path("engines", "kafka");
        var server = new KafkaServer(engine, Directory.CreateTempSubdirectory("dartlake-kafka").FullName, port);
        var start = new ProcessStartInfo(engine, ["start", server.folder]) { UseShellExecute = false };
        start.Environment["KAFKA_PORT"] = server.Brokers.Split(':')[1];
        start.Environment["KAFKA_CONTROLLER_PORT"] = $"{controllerPort}";
        start.Environment["KAFKA_EXTRA"] = string.Join(' ', ["log.message.timestamp.after.max.ms=9223372036854775807", "group.min.session.timeout.ms=500", .. settings]);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, $"Kafka did not start; see {server.folder}");
        return server;
    }

    /// <summary>So many brokers, with topics on as many of them as topics have copies.</summary>
    public static async Task<KafkaServer> StartClusterAsync(int brokers, CancellationToken cancel)
    {
        var engine = Shared.Path("engines", "kafka");
        var port = FreePort.First(brokers);
        var server = new KafkaServer(engine, Directory.CreateTempSubdirectory("dartlake-kafka").FullName, port);
        var start = new ProcessStartInfo(engine, ["cluster", server.folder, $"{brokers}"]) { UseShellExecute = false };
        start.Environment["KAFKA_PORT"] = $"{port}";
        start.Environment["KAFKA_CONTROLLER_PORT"] = $"{FreePort.First(brokers)}";
        start.Environment["KAFKA_EXTRA"] = "log.message.timestamp.after.max.ms=9223372036854775807 group.min.session.timeout.ms=500";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, $"Kafka did not start; see {server.folder}");
        return server;
    }

    /// <summary>kill -9: the broker is gone, its folder stays.</summary>
    public Task KillAsync() => RunAsync("kill", folder, "0");

    /// <summary>Starts the broker that was killed again, on its folder and port.</summary>
    public Task RestartAsync() => RunAsync("restart", folder, "0");

    async Task RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(script, arguments) { UseShellExecute = false })!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"kafka {arguments[0]} ended with {process.ExitCode}; see {folder}");
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop", folder);
        Directory.Delete(folder, recursive: true);
    }
}
