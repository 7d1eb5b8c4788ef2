using System.Diagnostics;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Host.Tests.Lines;

/// <summary>The two days of docs/operations.md, on a real Kafka and a real Redis, typed line by line in an empty folder.</summary>
public sealed class OperatorLinesTests
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(4), JobLimit = TimeSpan.FromMinutes(15);

    /// <summary>All of them, in their order.</summary>
    internal static IReadOnlyList<string> Lines { get; } =
        [.. Checkout.Commands(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "operations.md")).Split("## Two days, from an empty folder\n")[1].Split("\n## ")[0], "dartlake")
            .Where(line => line.Contains("--data-dir data/live", StringComparison.Ordinal))];

    [Fact]
    public async Task Two_days_from_an_empty_folder_to_reconciled()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var kafka = await KafkaServer.StartAsync(cancel);
        using var redis = await RedisServer.StartAsync(cancel);
        using var folder = new TempFolder();
        var jobs = new List<(Process Process, Task<Exe.Result> End)>();
        try
        {
            foreach (var line in Lines)
            {
                var typed = line.Replace("127.0.0.1:9092", kafka.Brokers, StringComparison.Ordinal).Replace("127.0.0.1:6379", redis.Address, StringComparison.Ordinal);
                if (line.StartsWith("dartlake stream ", StringComparison.Ordinal))
                {
                    var job = Shell.Start(folder.Path, $"exec {typed}");
                    jobs.Add((job, Exe.EndAsync(job, JobLimit)));
                    continue;
                }
                Says(line, (await Shell.TypeAsync(folder.Path, typed, Limit)).Exits(0).Out);
                Assert.All(jobs, job => Assert.False(job.Process.HasExited, $"a job has ended before '{line}' did"));
            }
            foreach (var (process, end) in jobs)
            {
                using var interrupt = Process.Start("kill", ["-TERM", $"{process.Id}"]);
                (await end).Exits(0);
            }
        }
        finally
        {
            foreach (var (process, end) in jobs)
            {
                if (!process.HasExited)
                    process.Kill();
                await Task.WhenAny(end);
                process.Dispose();
            }
        }
    }

    /// <summary>What the page says of a line.</summary>
    static void Says(string line, string said)
    {
        string[] words = line switch
        {
            _ when line.Contains(" eod --date 2026-09-21", StringComparison.Ordinal) => ["published 2026-09-21 as eod-2026-09-21"],
            _ when line.Contains(" eod --date 2026-09-22", StringComparison.Ordinal) => ["2026-09-21 as eod-2026-09-21-r2", "2026-09-22 as eod-2026-09-22"],
            _ when line.Contains(" verify", StringComparison.Ordinal) => ["every offset once, no gap, no duplicate"],
            _ when line.Contains(" reconcile", StringComparison.Ordinal) => ["all reconciliations"],
            _ when line.Contains(" sql", StringComparison.Ordinal) => ["FIRM"],
            _ => [""],
        };
        Assert.All(words, word => Assert.Contains(word, said, StringComparison.Ordinal));
    }

    [Fact]
    public void The_walk_has_all_that_an_operator_types() => Assert.All(
        ["doctor", "stream bronze", "stream hot", "produce sim", "eod", "verify", "reconcile", "runs ls", "quarantine ls", "sql"],
        verb => Assert.Contains(Lines, line => line.StartsWith($"dartlake {verb} ", StringComparison.Ordinal)));
}
