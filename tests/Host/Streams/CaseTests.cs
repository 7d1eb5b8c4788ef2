using System.Diagnostics;

namespace Dart.Lake.Host.Tests.Streams;

/// <summary>The cases of foreign producers that lie in the shared data, run against the executable as they say.</summary>
public sealed class CaseTests
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(8);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("streams/schemas.json")]
    [InlineData("streams/permit.json")]
    [InlineData("streams/unknown_schema.json")]
    public async Task A_case_has_the_values_of_its_plan(string plan)
    {
        var cases = Shared.Path("data", "cases", "run.py");
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        using var redis = await RedisServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        var start = new ProcessStartInfo(
            "/usr/bin/python3",
            [
                cases, "--dartlake", Path.Combine(AppContext.BaseDirectory, "dartlake"), "--brokers", kafka.Brokers, "--redis", redis.Address,
                "--work", folder.Path, "--checks", Shared.Path("data", "cases", plan),
            ])
        { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        using var expiry = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        expiry.CancelAfter(limit);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(expiry.Token), process.StandardError.ReadToEndAsync(expiry.Token));
        await process.WaitForExitAsync(expiry.Token);
        Assert.True(process.ExitCode == 0, $"{await output}\n{await error}");
    }
}
