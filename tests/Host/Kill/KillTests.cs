using System.Diagnostics;
using System.Text.Json;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using StackExchange.Redis;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>
/// Both streaming jobs are killed with -9 again and again while a producer sends a day to a real Kafka,
/// once and without a stop. Then they run to the end, and everything must be as if nobody had been killed.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    const int Seed = 20_260_921;
    const string Day = "2026-09-21";

    /// <summary>Event time from the first to the last event, nights left out.</summary>
    static readonly TimeSpan dayLength = TimeSpan.FromHours(6.75);

    /// <summary>
    /// Kafka starts so fast on a machine that has nothing else to do; what the day
    /// takes there, and what it takes more for each such time that Kafka needed.
    /// </summary>
    static readonly TimeSpan quietStart = TimeSpan.FromSeconds(2), shortest = TimeSpan.FromSeconds(34), perStart = TimeSpan.FromSeconds(12);

    static readonly TimeSpan patience = TimeSpan.FromMinutes(3);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dozen_kills_of_both_jobs_while_producing_goes_on_change_nothing()
    {
        var started = Stopwatch.GetTimestamp();
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        var producing = shortest + perStart * Math.Clamp(Stopwatch.GetElapsedTime(started) / quietStart, 1, 4);
        using var redis = await RedisServer.StartAsync(Cancel);
        await using var client = await ConnectionMultiplexer.ConnectAsync($"{redis.Address},allowAdmin=true");
        using var folder = new TempFolder();
        string[] bronzePlace = ["--brokers", kafka.Brokers, "--data-dir", folder["lake"]], hotPlace = [.. bronzePlace, "--redis", redis.Address];
        using var producer = new RunningJob(["produce", "sim", "--prior-day", "--seed", $"{Seed}", "--speed", $"{dayLength / producing:F0}", .. bronzePlace]);
        await producer.SaysAsync("reference", patience);
        await using var lake = await Lake.OpenAsync(folder["lake"], TimeProvider.System, IdSource.System, Cancel);
        using var campaign = new KillCampaign(new(Seed), lake, client.GetDatabase(), bronzePlace, hotPlace, producer, Cancel);
        await campaign.RunAsync();
        Report(campaign.Kills);
        await producer.EndsWellAsync(patience);

        using var hot = await HotRun.StartAsync(lake, client.GetDatabase(), hotPlace, Cancel);
        // Bronze is far behind: hot takes from the log what it does not find there.
        Assert.True(await hot.BecomesActiveAsync(Cancel) > campaign.Epoch, "the restarted hot job has no later epoch");
        await Wait.UntilAsync(
            "the day is cut",
            async () => (await lake.Catalog.TryLoadAsync(new TableIdent("ops", "hot_close"), Cancel))?.Metadata.CurrentSnapshot is not null,
            Cancel,
            hot.Job);
        using (var bronze = new RunningJob(["stream", "bronze", "--stop-at-end", .. bronzePlace]))
            await bronze.EndsWellAsync(patience);
        await BronzeIsWholeAsync(lake, kafka);
        (await Exe.RunAsync(patience, "eod", "--date", Day, "--data-dir", lake.DataDir)).Exits(0);
        var accounts = await ReconcilesAsync(lake);
        await RedisIsAsync(new(client), lake, hot, accounts);
        Assert.Equal(0, await hot.Job.TerminateAsync());
        AssertEnough(campaign.Kills);
    }

    /// <summary>The moments that had to be hit, by what was found after each kill.</summary>
    static void AssertEnough(IReadOnlyList<Killed> kills)
    {
        Assert.True(kills.Count(k => k.WhileProducing) >= 12, $"only {kills.Count(k => k.WhileProducing)} kills while producing went on");
        Assert.True(kills.Count(k => k.Job == "hot") >= 4, "too few kills of hot");
        Assert.True(kills.Count(k => k.HadInFlight) >= 8, $"only {kills.Count(k => k.HadInFlight)} kills with uncommitted messages in flight");
        Assert.True(kills.Count(k => k.BeforeFirstCommit) >= 2, $"only {kills.Count(k => k.BeforeFirstCommit)} kills before the first commit");
        Assert.True(kills.Any(k => k.Torn), "no kill between a Parquet file and its commit");
        Assert.All(kills.Where(k => k.Job == "hot"), k => Assert.True(k.HitHot, $"{k.Moment} was missed: {k.Found}"));
    }

    void Report(IReadOnlyList<Killed> kills)
    {
        string[] lines =
        [
            $"seed {Seed}: {kills.Count} kills -9, {kills.Count(k => k.WhileProducing)} while producing; {kills.Count(k => k.Job == "bronze")} of bronze: {kills.Count(k => k.HadInFlight)} with uncommitted messages, "
                + $"{kills.Count(k => k.BeforeFirstCommit)} before the first commit, {kills.Count(k => k.Torn)} between Parquet files and their commit; {kills.Count(k => k.Job == "hot")} of hot",
            .. kills.Select(k => $"  {k.At.TotalSeconds,5:F1} s {k.Job} {k.Moment}{(k.WhileProducing ? "" : " (all was sent)")}: {k.Found}"),
        ];
        foreach (var line in lines)
            output.WriteLine(line);
        TestContext.Current.AddWarning(lines[0]);
    }

    static async Task BronzeIsWholeAsync(Lake lake, KafkaServer kafka)
    {
        var proof = (await Exe.RunAsync(patience, "verify", "--data-dir", lake.DataDir)).Exits(0);
        Assert.Contains("every offset once", proof.Out, StringComparison.Ordinal);
        var (_, next) = await LakeState.ReadAsync(lake, Cancel);
        Assert.Equal(KafkaEnds.Of(kafka.Brokers, LakeState.Tables.Select(t => t.Topic)).OrderBy(e => e.Key), next.OrderBy(e => e.Key));
    }

    /// <summary>
    /// Every line is equal, the source's counts and each account's hot and gold PnL among them; gives the number of accounts.
    /// </summary>
    static async Task<int> ReconcilesAsync(Lake lake)
    {
        var result = (await Exe.RunAsync(patience, "reconcile", "--date", Day, "--json", "--data-dir", lake.DataDir)).Exits(0);
        using var report = JsonDocument.Parse(result.Out);
        var lines = report.RootElement.GetProperty("lines").EnumerateArray().ToList();
        Assert.All(lines, line => Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString()));
        Assert.Equal(
            LakeState.Tables.Select(t => t.Topic),
            lines.Where(l => Check(l) == "records sent").Select(l => l.GetProperty("subject").GetString()!).Order(StringComparer.Ordinal));
        var accounts = new[] { "realised", "unrealised", "fees" }.Select(value => lines.Count(l => Check(l) == $"hot {value} = gold {value}")).Distinct().ToList();
        return Assert.Single(accounts);

        static string Check(JsonElement line) => line.GetProperty("check").GetString()!;
    }

    async Task RedisIsAsync(HotRedis shown, Lake lake, HotRun hot, int accounts)
    {
        await using var engine = DuckDbEngine.Open(new DuckDbOptions
        {
            AllowedFolders = [lake.DataDir],
            Threads = Environment.ProcessorCount,
            MemoryLimitBytes = 1L << 30,
        });
        var expected = await Recomputation.ReadAsync(lake, engine, Day, Cancel);
        Assert.Equal(accounts, expected.Accounts);
        Assert.True(expected.Late > 0, "there must be late trades, which only Redis has");
        // Hot is a flush behind the log's end.
        IReadOnlyList<string> differences = [];
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Cancel))
        {
            differences = await shown.DifferencesAsync(expected);
            if (differences.Count == 0 || Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(15))
                break;
        }
        Assert.True(differences.Count == 0, $"{differences.Count} hot values differ from a recomputation:\n{string.Join('\n', differences.Take(20))}\n{hot.Job.Said}");
        var replayed = await shown.DifferencesAsync(await HotReplay.ValuesAsync(engine, lake, null, Cancel));
        Assert.True(replayed.Count == 0, $"{replayed.Count} hot values differ from those of a job that was never killed:\n{string.Join('\n', replayed.Take(20))}");
        output.WriteLine($"{accounts} accounts and {expected.Positions} positions in Redis equal a recomputation with {expected.Late} late trades, and all hashes those of a job that was never killed");
    }
}
