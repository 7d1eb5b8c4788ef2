using System.Diagnostics;
using Dart.Lake.Host.Tests.Judges;

namespace Dart.Lake.Host.Tests.Days;

/// <summary>
/// Chains of trading days by a seed, with what goes wrong on them, on a real Kafka and a real Redis: each day ends published, or with lines
/// that say what to send, and is published when that was sent. A program that was written from docs/data.md computes silver and gold of
/// every publication again from bronze, and the totals of the days add up.
/// DARTLAKE_DAYS=SEED:START:DAYS:ODD[:TRADES] runs another chain than the usual ones; DARTLAKE_DAYS_KEEP=DIR leaves its lake there.
/// </summary>
public sealed class DaysTests
{
    // what can go wrong on a day, and the days of the chain, are in days.py; three of ODD go wrong on a small day
    static readonly string[] small = ["1:2026-10-22:6:3:16"];

    // the ends of both summer times, Thanksgiving, its half day, Christmas and the year's end; then their beginnings, and Good Friday
    static readonly string[] full = ["2:2026-10-12:60:4", "3:2027-02-16:42:5:30"];

    public static TheoryData<string> Chains =>
        Environment.GetEnvironmentVariable("DARTLAKE_DAYS") is { } asked ? [asked]
        : Environment.GetEnvironmentVariable("DARTLAKE_TEST_SIZE") == "full" ? [.. full] : [.. small];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Chains))]
    public async Task Each_day_of_a_chain_is_published_is_computed_again_and_adds_up(string chain)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs Debian's python3-confluent-kafka; make deps installs it");
        // a machine that has much else to do is no reason for the controller to take its only broker for dead
        await using var kafka = await KafkaServer.StartAsync(Cancel, "broker.session.timeout.ms=60000");
        using var redis = await RedisServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        var work = Environment.GetEnvironmentVariable("DARTLAKE_DAYS_KEEP") ?? folder["chain"];
        try
        {
            await SendAsync(chain.Split(':'), kafka.Brokers, redis.Address, work);
            await NumbersJudge.ChainAsync(Path.Combine(work, "lake"), Path.Combine(work, "runs.json"));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"chain {chain}: {e.Message}\nrepeat it with DARTLAKE_DAYS={chain}", e);
        }
    }

    /// <summary>Sends the days and publishes each; days.py ends with a line when one is stuck.</summary>
    static async Task SendAsync(string[] chain, string brokers, string redis, string work)
    {
        string[] line =
        [
            Script("Days", "days.py"), chain[0], "--start", chain[1], "--days", chain[2], "--odd", chain[3],
            "--trades", chain.ElementAtOrDefault(4) ?? "40",
            "--events", Shared.Path("data", "cases"), "--brokers", brokers, "--redis", redis,
            "--dartlake", Path.ChangeExtension(Exe.Path, null), "--work", work,
        ];
        var start = new ProcessStartInfo("/usr/bin/python3", line)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (said, error) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, $"{await error}\n{await said}");
        TestContext.Current.SendDiagnosticMessage((await said).TrimEnd().Split('\n')[^1]);
    }

    static string Script(params string[] parts) => Path.Combine([AppContext.BaseDirectory, .. parts]);
}
