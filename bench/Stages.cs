using System.Diagnostics;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Bench;

/// <summary>The bronze job, and its first stages alone: what a stage adds to the process's CPU time is its share.</summary>
static class Stages
{
    const int RowsPerCommit = 100_000;

    /// <summary>Twice in one process, as the loop beside it does: start-up and what the runtime compiles are in the first round.</summary>
    public static async Task<int> RunAsync(string brokers, string folder, int count, string stage)
    {
        using var process = Process.GetCurrentProcess();
        var before = TimeSpan.Zero;
        for (var round = 1; round <= 2; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var commits = stage == "commit"
                ? await CommitAsync(brokers, folder, Path.Combine(folder, $"round-{round}"))
                : await PartAsync(brokers, folder, count, stage);
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            process.Refresh();
            var cpu = (process.TotalProcessorTime - before).TotalMicroseconds / count;
            before = process.TotalProcessorTime;
            Console.WriteLine($$"""{"stage": "{{stage}}", "round": {{round}}, "messages": {{count}}, "commits": {{commits}}, "seconds": {{seconds:0.00}}, "cpu_us_per_message": {{cpu:0.000}}, "peak_rss_mb": {{process.PeakWorkingSet64 >> 20}}}""");
        }
        return 0;
    }

    static async Task<int> CommitAsync(string brokers, string registry, string folder)
    {
        await using var lake = await Lake.OpenAsync(
            SharedPlace.OfEnvironment(folder) ?? new() { DataDir = folder }, TimeProvider.System, IdSource.System, CancellationToken.None);
        var commits = 0;
        await BronzeJob.RunAsync(
            Settings(brokers),
            lake,
            Quotes.Registry(registry),
            TimeProvider.System,
            IdSource.System,
            NullLogger.Instance,
            p => commits = p.Commits,
            CancellationToken.None);
        return commits;
    }

    static BronzeSettings Settings(string brokers) => new()
    {
        Kafka = Quotes.Kafka(brokers),
        Topics = [Topics.MarketData],
        StopAtEnd = true,
        CommitInterval = TimeSpan.FromHours(1),
        MaxRows = RowsPerCommit,
        MostPartitionBytes = long.MaxValue,
    };

    static async Task<int> PartAsync(string brokers, string folder, int count, string stage)
    {
        var settings = Settings(brokers);
        using var admin = new KafkaAdmin(settings.Kafka);
        using var consumer = new BatchConsumer(settings.Kafka, "bench", [Quotes.Topic.Name]);
        var log = (await admin.IdentifyAsync([Quotes.Topic.Name], CancellationToken.None))[0];
        var sink = new BronzeSink(settings.Topics[0], Quotes.Registry(folder), new(NullLogger.Instance), new(), TimeProvider.System);
        sink.Begin(log, [.. Enumerable
            .Range(0, log.Partitions)
            .Select(p => new PartitionState(new(log.LogId, log.Topic, p), null, new(0, 0, 0, 0, null), long.MaxValue))]);
        consumer.Assign(sink.Partitions.Select(p => new StartPosition(log.Topic, p.Partition.Partition, 0)));
        var writer = new ParquetFileWriter(new LocalObjectStore("/"), IdSource.System);
        for (var seen = 0; seen < count;)
        {
            seen += stage == "consume" ? Count(consumer) : await DecodeAsync(consumer, sink);
            if (sink.Batch.RowCount < RowsPerCommit)
                continue;
            if (stage == "parquet")
                await writer.WriteAsync(sink.Batch, Path.Combine(folder, "parquet"), CancellationToken.None);
            sink.Batch.Reset();
        }
        return 0;
    }

    static int Count(BatchConsumer consumer)
    {
        var records = 0;
        var taken = consumer.Take(TimeSpan.FromMilliseconds(50));
        for (var i = 0; i < taken; i++)
            records += consumer[i].IsEnd ? 0 : 1;
        return records;
    }

    static async Task<int> DecodeAsync(BatchConsumer consumer, BronzeSink sink)
    {
        var taken = consumer.Take(TimeSpan.FromMilliseconds(50));
        var before = sink.Batch.RowCount;
        for (var i = 0; i < taken; i++)
            while (sink.Take(consumer[i], i, 0) is { } id)
                await sink.Admission.LoadAsync(id, CancellationToken.None);
        foreach (var partition in sink.Partitions)
            partition.KeepAnchor(consumer);
        return sink.Batch.RowCount - before;
    }
}
