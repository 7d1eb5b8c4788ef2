using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>
/// An S3 service of the shared engines on a port of its own, with its keys in this process's environment, where the SDK looks.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    const string Key = "dartlake", Secret = "dartlake-secret";

    readonly string script, folder;

    S3Server(string script, string folder, int port) => (this.script, this.folder, Endpoint) = (script, folder, new($"http://127.0.0.1:{port}"));

    public Uri Endpoint { get; }

    public const string Bucket = "lake";

    /// <summary>Starts it with a bucket; the test is skipped, loudly, when there is no such engine.</summary>
    public static async Task<S3Server> StartAsync(CancellationToken cancel)
    {
        var engine = Shared.Path("engines", "s3");
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", Key);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", Secret);
        var server = new S3Server(engine, Directory.CreateTempSubdirectory("dartlake-s3").FullName, FreePort.Next());
        await server.StartAgainAsync(cancel);
        return server;
    }

    /// <summary>What other programs need to reach it, as variables of their environment.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["AWS_ACCESS_KEY_ID"] = Key,
        ["AWS_SECRET_ACCESS_KEY"] = Secret,
        ["LAKE_S3_ENDPOINT"] = Endpoint.AbsoluteUri.TrimEnd('/'),
        ["LAKE_S3_KEY"] = Key,
        ["LAKE_S3_SECRET"] = Secret,
    };

    /// <summary>kill -9: the service is gone, its objects stay.</summary>
    public void Kill()
    {
        var pid = File.ReadAllText(Path.Combine(folder, "s3.pid"));
        using var process = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Starts it, or again after <see cref="Kill"/>, at the same port.</summary>
    public Task StartAgainAsync(CancellationToken cancel) => RunAsync(cancel, "start", folder, Bucket);

    async Task RunAsync(CancellationToken cancel, params string[] arguments)
    {
        var start = new ProcessStartInfo(script, arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["S3_PORT"] = $"{Endpoint.Port}";
        (start.Environment["S3_ACCESS_KEY"], start.Environment["S3_SECRET_KEY"]) = (Key, Secret);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, $"s3 {arguments[0]} ended with {process.ExitCode}; see {folder}");
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync(CancellationToken.None, "stop", folder);
        Directory.Delete(folder, recursive: true);
    }
}
