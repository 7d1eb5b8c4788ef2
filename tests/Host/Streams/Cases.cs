using System.Diagnostics;
using System.Text.Json;

namespace Dart.Lake.Host.Tests.Streams;

/// <summary>Runs plans of the shared folder on a Kafka and a Redis of their own.</summary>
static class Cases
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(2);

    /// <summary>Settings of a lake in the folder.</summary>
    public static IReadOnlyDictionary<string, string> Here { get; } = new Dictionary<string, string>();

    /// <summary>Where the lake of a plan is, below the folder that plans are run in: schemas of its producers are there, too.</summary>
    public static string Lake(string group, string name) => Path.Combine(group, name, "lake");

    /// <summary>Runs them, and fails with what is not as they say.</summary>
    /// <param name="group">Of the plans.</param>
    /// <param name="settings">By which dartlake finds a lake that is not in the folder.</param>
    /// <param name="names">Of the plans.</param>
    public static async Task RunAsync(string group, IReadOnlyDictionary<string, string> settings, params IEnumerable<string> names)
    {
        using var folder = new TempFolder();
        await RunAsync(folder, group, settings, names);
    }

    /// <summary>The same in a folder that somebody else looks into.</summary>
    public static async Task RunAsync(
        TempFolder folder, string group, IReadOnlyDictionary<string, string> settings, params IEnumerable<string> names)
    {
        var cancel = TestContext.Current.CancellationToken;
        var runner = Shared.Path("data", "cases", "run.py");
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs Debian's python3-confluent-kafka; make deps installs it");
        await using var kafka = await KafkaServer.StartAsync(cancel);
        using var redis = await RedisServer.StartAsync(cancel);
        var start = new ProcessStartInfo("/usr/bin/python3") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            runner, "--dartlake", Path.ChangeExtension(Exe.Path, null), "--brokers", kafka.Brokers, "--redis", redis.Address,
            "--work", folder.Path, "--checks",
        }.Concat(names.Select(name => Shared.Path("data", "cases", group, $"{name}.json"))))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, said);
        if (group == "numbers")
            await ReconcileAsync(folder[Lake(group, names.Single())], settings);
    }

    /// <summary>Each day that a plan has published still reconciles, and can be explained, when its jobs have ended.</summary>
    static async Task ReconcileAsync(string lake, IReadOnlyDictionary<string, string> settings)
    {
        var days = (await TypeAsync("sql", "select distinct strftime(trade_date, '%Y-%m-%d') as day from gold.portfolio_summary order by 1", "--json")).Out;
        var published = JsonDocument.Parse(days).RootElement.EnumerateArray().Select(row => row.GetProperty("day").GetString()!).ToList();
        Assert.NotEmpty(published);
        foreach (var day in published)
            await TypeAsync("reconcile", "--date", day);

        async Task<Exe.Result> TypeAsync(params IEnumerable<string> line)
        {
            using var process = Exe.Start(settings, [.. line, "--data-dir", lake]);
            return (await Exe.EndAsync(process, limit)).Exits(0);
        }
    }
}
