using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dart.Lake.Host.Tests.Kill;

namespace Dart.Lake.Host.Tests.Streams;

/// <summary>The one broker is killed while a producer and the streaming jobs are at work.</summary>
public sealed partial class LostBrokerTests
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(2), lost = TimeSpan.FromSeconds(4);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Producer_and_jobs_wait_for_a_broker_that_comes_back_and_nothing_is_lost_or_doubled()
    {
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        using var redis = await RedisServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        string[] place = ["--brokers", kafka.Brokers, "--data-dir", folder.Path];
        using var producer = Produce(place, speed: 800, patience: null);
        await using var lake = await Lake.OpenAsync(folder.Path, TimeProvider.System, IdSource.System, Cancel);
        using var bronze = new RunningJob(["stream", "bronze", .. place]);
        using var hot = new RunningJob(["stream", "hot", "--redis", redis.Address, .. place]);
        await CommitsAsync(lake, producer, bronze, hot);
        await kafka.KillAsync();
        await Task.Delay(lost, TimeProvider.System, Cancel);
        Assert.True(producer.IsRunning && bronze.IsRunning && hot.IsRunning, $"somebody did not wait:\n{producer.Said}\n{bronze.Said}\n{hot.Said}");
        await kafka.RestartAsync();

        var sent = Sent(await producer.EndsWellAsync(limit));
        await Wait.UntilAsync("bronze has all that was sent", async () => Reached(kafka, (await LakeState.ReadAsync(lake, Cancel)).Next), Cancel, bronze, hot);
        await Wait.UntilAsync(
            "hot has cut the day", async () => (await lake.Catalog.TryLoadAsync(new("ops", "hot_close"), Cancel))?.Metadata.CurrentSnapshot is not null, Cancel, hot);
        Assert.Equal(0, await bronze.TerminateAsync());
        Assert.Equal(0, await hot.TerminateAsync());
        using var proof = JsonDocument.Parse((await Exe.RunAsync(limit, "verify", "--json", "--data-dir", folder.Path)).Exits(0).Out);
        var partitions = proof.RootElement.GetProperty("tables").EnumerateArray().SelectMany(t => t.GetProperty("partitions").EnumerateArray()).ToList();
        // A marker of the day's end in each partition is the only hole.
        Assert.Equal(partitions.Count, partitions.Sum(p => p.GetProperty("holes").GetInt64()));
        Assert.Equal(sent, partitions.Sum(p => p.GetProperty("rows").GetInt64() + p.GetProperty("dead_letters").GetInt64() + p.GetProperty("holes").GetInt64()));
    }

    [Fact]
    public async Task A_broker_that_never_comes_back_ends_producer_and_jobs_with_one_line_each()
    {
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        using var redis = await RedisServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        string[] place = ["--brokers", kafka.Brokers, "--data-dir", folder.Path];
        var patience = TimeSpan.FromSeconds(6);
        using var producer = Produce(place, speed: 200, patience);
        await using var lake = await Lake.OpenAsync(folder.Path, TimeProvider.System, IdSource.System, Cancel);
        using var bronze = new RunningJob(Settings(patience), ["stream", "bronze", .. place]);
        using var hot = new RunningJob(Settings(patience), ["stream", "hot", "--redis", redis.Address, .. place]);
        await CommitsAsync(lake, producer, bronze, hot);
        await hot.SaysAsync("hot: ", limit);
        await kafka.KillAsync();
        foreach (var (job, words) in new[] { (producer, "were not acknowledged by Kafka at"), (bronze, "no Kafka answers at"), (hot, "no Kafka answers at") })
        {
            Assert.Equal(1, await job.EndsAsync(limit));
            var line = Assert.Single(job.Said.Split('\n'), l => l.StartsWith("dartlake: ", StringComparison.Ordinal));
            Assert.Contains($"{words} {kafka.Brokers}", line, StringComparison.Ordinal);
        }
        (await Exe.RunAsync(limit, "verify", "--data-dir", folder.Path)).Exits(0);
    }

    /// <summary>A short day of some 6.75 hours, so many times as fast.</summary>
    static RunningJob Produce(string[] place, int speed, TimeSpan? patience) => new(Settings(patience), ["produce", "sim", "--prior-day", "--speed", $"{speed}", .. place]);

    static Dictionary<string, string> Settings(TimeSpan? patience) =>
        patience is { } p ? new(StringComparer.Ordinal) { ["DARTLAKE__Kafka__PatienceSeconds"] = $"{p.TotalSeconds:F0}" } : [];

    static Task CommitsAsync(Lake lake, params RunningJob[] jobs) =>
        Wait.UntilAsync(
            "bronze has committed trades", async () => (await LakeState.ReadAsync(lake, Cancel)).Next.Any(n => n.Key.Topic == "trades_raw" && n.Value > 0), Cancel, jobs);

    static bool Reached(KafkaServer kafka, IReadOnlyDictionary<(string Topic, int Partition), long> next) =>
        KafkaEnds.Of(kafka.Brokers, LakeState.Tables.Select(t => t.Topic)).All(end => end.Value == next.GetValueOrDefault(end.Key));

    static long Sent(string said) =>
        long.Parse(SentRecords().Match(said).Groups["n"].ValueSpan, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex("sent (?<n>[0-9,]+) records", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SentRecords();
}
