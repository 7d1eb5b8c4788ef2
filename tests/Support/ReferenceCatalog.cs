using System.Diagnostics;
using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>The Iceberg project's own REST catalog, of the shared engines, on a port of its own.</summary>
public sealed class ReferenceCatalog : IAsyncDisposable
{
    readonly string script, folder;

    ReferenceCatalog(string script, string folder, int port) =>
        (this.script, this.folder, Url) = (script, folder, new($"http://127.0.0.1:{port}"));

    public Uri Url { get; }

    /// <summary>Where its tables lie.</summary>
    public string Folder => folder;

    /// <summary>Starts it, empty; the test is skipped, loudly, when there is no such engine.</summary>
    public static async Task<ReferenceCatalog> StartAsync(CancellationToken cancel)
    {
        var engine = Shared.Path("engines", "iceberg-rest");
        var catalog = new ReferenceCatalog(engine, Directory.CreateTempSubdirectory("dartlake-rest").FullName, FreePort.Next());
        await catalog.RunAsync("start", cancel);
        return catalog;
    }

    async Task RunAsync(string verb, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(script, [verb, folder]) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["ICEBERG_REST_PORT"] = $"{Url.Port}";
        using var process = Process.Start(start)!;
        var says = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, says);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop", CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }
}
