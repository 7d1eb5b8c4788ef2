using System.Text.Json;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>Streaming jobs are killed with -9 while a producer goes on sending to a real Kafka; what is left must be provable, and complete after a restart.</summary>
public sealed class BronzeKillTests(ITestOutputHelper output)
{
    const int Seed = 20_260_921;

    /// <summary>Rarer commits than the default, so that a kill finds something uncommitted.</summary>
    const int CommitIntervalMs = 1_500;
    static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal) { ["DARTLAKE__Bronze__CommitIntervalMs"] = $"{CommitIntervalMs}" };
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    enum When
    {
        BeforeFirstCommit,
        BetweenFileAndCommit,
        InFlight,
    }

    sealed record Kill(When When, bool BeforeFirst, bool Between, long InFlight);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bronze_job_killed_a_dozen_times_leaves_every_offset_once()
    {
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        var lake = folder["lake"];
        using var producer = Producer(kafka, lake, "--speed", "150");
        await WaitUntilAsync(() => producer.Said.Contains("session", StringComparison.Ordinal));
        var bronze = new BronzeFolder(lake);
        var random = new Random(Seed);
        var kills = new List<Kill>();
        foreach (var when in Plan())
            kills.Add(await KillAsync(when, kafka, lake, bronze, random));
        Report(kills);
        // The producer dies too; the same seed sends the day again, whole, and what was there is a duplicate.
        await producer.KillAsync();
        using (var again = Producer(kafka, lake))
            await again.EndsWellAsync(Patience);
        await Bronze(kafka, lake, "--stop-at-end").EndsWellAsync(TimeSpan.FromMinutes(1));

        (await Exe.RunAsync(Patience, "verify", "--data-dir", lake)).Exits(0);
        var (_, next) = await bronze.ReadAsync(Cancel);
        Assert.Equal(KafkaEnds.Of(kafka.Brokers, BronzeFolder.Tables.Select(t => t.Topic)).OrderBy(e => e.Key), next.OrderBy(e => e.Key));
        await AssertDeadLettersAsync(lake);
        Assert.Equal(12, kills.Count);
        Assert.True(kills.Count(k => k.InFlight > 0) >= 8, "at least 8 kills find uncommitted messages");
        Assert.True(kills.Count(k => k.BeforeFirst) >= 2, "at least 2 kills come before the first commit");
        Assert.True(kills.Any(k => k.Between), "at least one kill comes between a file and its commit");
    }

    static IEnumerable<When> Plan() =>
        [When.BeforeFirstCommit, When.BeforeFirstCommit, When.BetweenFileAndCommit, .. Enumerable.Repeat(When.InFlight, 7), When.BetweenFileAndCommit, When.InFlight];

    static RunningJob Producer(KafkaServer kafka, string lake, params string[] more) =>
        new(Settings, ["produce", "sim", "--prior-day", "--brokers", kafka.Brokers, "--data-dir", lake, "--seed", $"{Seed}", .. more]);

    static RunningJob Bronze(KafkaServer kafka, string lake, params string[] more) => new(Settings, ["stream", "bronze", "--brokers", kafka.Brokers, "--data-dir", lake, .. more]);

    /// <summary>Starts the job, kills it at the moment that is meant, and looks at what it left.</summary>
    static async Task<Kill> KillAsync(When when, KafkaServer kafka, string lake, BronzeFolder bronze, Random random)
    {
        var orphansBefore = (await bronze.OrphansAsync(Cancel)).Count;
        using var job = Bronze(kafka, lake);
        switch (when)
        {
            case When.BeforeFirstCommit:
                // The first commit comes a cadence after the first record; by then nothing is in a table.
                await WaitUntilAsync(() => job.Said.Contains("bronze", StringComparison.Ordinal) || Directory.Exists(Path.Combine(lake, "warehouse", "bronze")));
                await PauseAsync(random.Next(100, CommitIntervalMs / 2));
                break;
            case When.BetweenFileAndCommit:
                await bronze.WaitForFileAsync(".parquet", Patience, Cancel);
                await job.KillAsync();
                break;
            default:
                await bronze.WaitForFileAsync(".metadata.json", Patience, Cancel);
                await PauseAsync(random.Next(200, CommitIntervalMs - 300));
                break;
        }
        var ends = KafkaEnds.Of(kafka.Brokers, BronzeFolder.Tables.Select(t => t.Topic));
        if (job.IsRunning)
        {
            // What the log had a moment ago has been read by now: what of it is not committed was in flight.
            await PauseAsync(200);
            await job.KillAsync();
        }
        var (snapshots, next) = await bronze.ReadAsync(Cancel);
        var orphans = (await bronze.OrphansAsync(Cancel)).Count;
        return new(when, snapshots == 0, orphans > orphansBefore, ends.Sum(e => Math.Max(0, e.Value - next.GetValueOrDefault(e.Key))));
    }

    void Report(List<Kill> kills)
    {
        output.WriteLine($"seed {Seed}: {kills.Count} kills, {kills.Count(k => k.InFlight > 0)} with uncommitted messages, {kills.Count(k => k.BeforeFirst)} before the first commit, {kills.Count(k => k.Between)} between a file and its commit");
        foreach (var kill in kills)
            output.WriteLine($"  {kill.When}: {kill.InFlight} records in the log and not committed");
    }

    /// <summary>Each kind of malformed payload is a dead letter with its reason, at most as often as it was sent.</summary>
    static async Task AssertDeadLettersAsync(string lake)
    {
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Directory.EnumerateFiles(Path.Combine(lake, "manifest"), "*.json").Single(), Cancel));
        var sent = manifest.RootElement.GetProperty("malformed").EnumerateObject().Sum(kind => kind.Value.GetInt64());
        var result = (await Exe.RunAsync(Patience, "sql", "select count(distinct reason) as reasons, count(*) as n from bronze.dead_letters", "--format", "csv", "--data-dir", lake)).Exits(0);
        var values = result.Out.Trim().Split('\n')[^1].Trim('\r').Split(',').Select(v => long.Parse(v.Trim('"'))).ToArray();
        Assert.True(values[0] >= 5, $"five kinds of dead letters, not {values[0]}");
        Assert.InRange(values[1], sent, 2 * sent);
    }

    static async Task WaitUntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
    }

    static Task PauseAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, Cancel);
}
