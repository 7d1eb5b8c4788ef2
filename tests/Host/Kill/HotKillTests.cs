using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>The hot job is killed while events come; what it then says is what the batch computes from bronze.</summary>
public sealed class HotKillTests(ITestOutputHelper output)
{
    const int Seed = 20_260_922, Kills = 3;
    const string Day = "2026-09-21";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    static readonly Dictionary<string, string> Plain = [];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hot_job_killed_while_events_come_agrees_with_a_recomputation()
    {
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        var (server, address) = await StartRedisAsync();
        using var redis = server;
        using var folder = new TempFolder();
        var lake = folder["lake"];
        using var producer = Produce(kafka, lake, "--speed", "300");
        await WaitUntilAsync(() => producer.Said.Contains("session", StringComparison.Ordinal), producer);
        using var bronze = new RunningJob(Plain, "stream", "bronze", "--brokers", kafka.Brokers, "--data-dir", lake);
        var random = new Random(Seed);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var hot = Hot(kafka, address, lake);
            await WaitUntilAsync(() => hot.Said.Contains("hot: ", StringComparison.Ordinal) && !hot.Said.Contains("hot: 0 events", StringComparison.Ordinal) || hot.Said.Split('\n').Length > 2, hot);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100, 1_500)), TimeProvider.System, Cancel);
            await hot.KillAsync();
        }
        await producer.KillAsync();
        using (var again = Produce(kafka, lake))
            await again.EndsWellAsync(Patience);
        using var last = Hot(kafka, address, lake);
        await WaitUntilAsync(() => last.Said.Contains($"closed {Day}", StringComparison.Ordinal), last);
        (await Exe.RunAsync(Patience, "eod", "--date", Day, "--data-dir", lake)).Exits(0);
        var accounts = await HotLinesAreEqualAsync(lake);
        // Redis goes on past the cut: an account with late trades has moved since.
        var moved = await LateAccountsAsync(lake);
        var still = accounts.Where(a => !moved.Contains(a.Key)).ToList();
        Assert.True(still.Count >= accounts.Count / 3, $"only {still.Count} of {accounts.Count} accounts have no late trade");
        await RedisIsAsync(address, still);
        output.WriteLine($"seed {Seed}: {Kills} kills of stream hot, {accounts.Count} accounts equal to the cent at the cut and in gold, {still.Count} without late trades in Redis too");
    }

    static RunningJob Produce(KafkaServer kafka, string lake, params string[] more) =>
        new(Plain, ["produce", "sim", "--prior-day", "--brokers", kafka.Brokers, "--data-dir", lake, "--seed", $"{Seed}", .. more]);

    static RunningJob Hot(KafkaServer kafka, string redis, string lake) => new(Plain, "stream", "hot", "--brokers", kafka.Brokers, "--redis", redis, "--data-dir", lake);

    /// <summary>Every line between hot and gold, of accounts, positions and lots; gives the accounts' realised PnL.</summary>
    static async Task<IReadOnlyDictionary<string, decimal>> HotLinesAreEqualAsync(string lake)
    {
        var result = await Exe.RunAsync(Patience, "reconcile", "--date", Day, "--json", "--data-dir", lake);
        using var report = JsonDocument.Parse(result.Out);
        var lines = report.RootElement.GetProperty("lines").EnumerateArray().Where(l => Text(l, "check").StartsWith("hot ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString()));
        return lines.Where(l => Text(l, "check") == "hot realised = gold realised").ToDictionary(l => Text(l, "subject"), l => l.GetProperty("left").GetDecimal(), StringComparer.Ordinal);

        static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;
    }

    static async Task<HashSet<string>> LateAccountsAsync(string lake)
    {
        const string sql = """
            select distinct t.account from bronze.trades t
            left join ops.hot_close c on c.kind = 'OFFSET' and c._log_id = t._log_id and c._topic = t._topic and c._kafka_partition = t._kafka_partition
            where t._offset >= coalesce(c.next_offset, 0)
            """;
        var result = (await Exe.RunAsync(Patience, "sql", sql, "--format", "csv", "--data-dir", lake)).Exits(0);
        var accounts = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1).Select(a => a.Trim('"')).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(accounts);
        return accounts;
    }

    static async Task RedisIsAsync(string address, IEnumerable<KeyValuePair<string, decimal>> accounts)
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync(address);
        foreach (var (account, realised) in accounts)
            Assert.Equal(realised, decimal.Parse((string)(await client.GetDatabase().HashGetAsync($"hot:pnl:{account}", "realised"))!, CultureInfo.InvariantCulture));
    }

    static async Task<(RedisProcess Server, string Address)> StartRedisAsync()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, "redis-server")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "needs Debian's redis-server; make deps installs it");
        var port = KafkaServer.FreePort();
        var process = Process.Start(new ProcessStartInfo(program!, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        while (await process.StandardOutput.ReadLineAsync(Cancel) is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal))
            Assert.False(process.HasExited);
        return (new(process), $"127.0.0.1:{port}");
    }

    sealed class RedisProcess(Process process) : IDisposable
    {
        public void Dispose()
        {
            process.Kill();
            process.Dispose();
        }
    }

    static async Task WaitUntilAsync(Func<bool> holds, RunningJob job)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds())
        {
            if (!job.IsRunning || limit.IsCancellationRequested)
                Assert.Fail($"it did not come to that, running: {job.IsRunning}:\n{job.Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }
    }
}
