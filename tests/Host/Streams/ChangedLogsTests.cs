using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Dart.Lake.Host.Tests.Kill;

namespace Dart.Lake.Host.Tests.Streams;

/// <summary>Topics that are not there yet, that lose records, and that are created again, as an operator meets them.</summary>
public sealed class ChangedLogsTests
{
    const string Trades = "trades_raw";
    static readonly TimeSpan limit = TimeSpan.FromMinutes(2);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_waits_for_topics_and_tells_lost_records_and_topics_that_were_created_again()
    {
        await using var kafka = await KafkaServer.StartAsync(Cancel);
        using var folder = new TempFolder();
        string[] place = ["--brokers", kafka.Brokers, "--data-dir", folder.Path], bronze = ["stream", "bronze", .. place], produce = ["produce", "sim", "--prior-day", .. place];

        await EndsAsync(1, "create them, or start the producers first", [.. bronze, "--stop-at-end"]);
        using (var job = new RunningJob(bronze))
        {
            await job.SaysAsync("topics that are not at Kafka yet", limit);
            (await Exe.RunAsync(limit, produce)).Exits(0);
            await job.SaysAsync(" commits, ", limit);
            Assert.Equal(0, await job.TerminateAsync());
        }
        await EndsAsync(0, "", [.. bronze, "--stop-at-end"]);

        // The day again, of which the log loses what bronze has not read and three records more.
        var first = KafkaEnds.Of(kafka.Brokers, [Trades])[(Trades, 0)];
        (await Exe.RunAsync(limit, produce)).Exits(0);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Brokers }).Build();
        await admin.DeleteRecordsAsync([new(Trades, 0, first + 3)]);
        await EndsAsync(1, "3 records are gone; restore them, or go on with --accept-gap", [.. bronze, "--stop-at-end"]);
        await EndsAsync(0, "", [.. bronze, "--stop-at-end", "--accept-gap"]);
        var proof = (await Exe.RunAsync(limit, "verify", "--data-dir", folder.Path)).Exits(0);
        Assert.Matches($"lost: trades_raw\\[0\\] of log .*: {first}\\.\\.{first + 2} was gone", proof.Out);

        using (var job = new RunningJob(bronze))
        {
            await job.SaysAsync("bronze: ", limit);
            await admin.DeleteTopicsAsync([Trades]);
            (await Exe.RunAsync(limit, produce)).Exits(0);
            Assert.Equal(1, await job.EndsAsync(limit));
            var line = Assert.Single(job.Said.Split('\n'), l => l.StartsWith("dartlake: ", StringComparison.Ordinal));
            Assert.EndsWith("topic trades_raw was deleted and created again while it was consumed; start the job again to read the new one", line);
        }
        await EndsAsync(0, "topic trades_raw is not the log that bronze.trades has read", [.. bronze, "--stop-at-end"]);
        (await Exe.RunAsync(limit, "verify", "--data-dir", folder.Path)).Exits(0);
    }

    static async Task EndsAsync(int code, string words, string[] arguments)
    {
        var result = (await Exe.RunAsync(limit, arguments)).Exits(code);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }
}
