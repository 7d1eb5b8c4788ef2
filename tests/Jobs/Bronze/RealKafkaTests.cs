using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Proofs;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>What the in-process cluster cannot show: transactions, deleted records, deleted topics, a broker that goes away.</summary>
[Collection(RealKafka.Name)]
public sealed class RealKafkaTests(RealKafka kafka)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Markers_of_transactions_and_aborted_records_are_skipped_holes()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var (topic, settings) = await PrepareAsync(world, "transactions", 1);
        Transact(world, topic);
        await world.RunAsync(settings, Cancel);
        Assert.Equal(30, (await world.ReadAsync("bronze.market_data", "sequence", Cancel)).Count);
        // three commit markers (offsets 10, 21, 43), and the aborted ten with their marker (22 to 33)
        Assert.Equal(["10|11|SKIPPED", "21|33|SKIPPED", "43|44|SKIPPED"], await SkippedAsync(world));
        await AssertProvenAsync(world, 44);
    }

    [Fact]
    public async Task Deleted_records_are_a_gap_and_a_topic_created_again_is_another_log()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var (topic, settings) = await PrepareAsync(world, "deleted", 2);
        Send(world, topic, 0, 200);
        await world.RunAsync(settings, Cancel);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Settings.Brokers }).Build();
        Send(world, topic, 200, 200);
        var next = (await world.PositionAsync(Cancel)).Partitions.Single(p => p.Key.Partition == 0).Value.Next;
        await admin.DeleteRecordsAsync([new(topic.Name, 0, next + 3)]);
        var e = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings, Cancel));
        Assert.Equal(LakeErrorKind.Unavailable, e.Kind);
        Assert.Contains("3 records are gone", e.Message, StringComparison.Ordinal);
        await world.RunAsync(settings with { AcceptGap = true }, Cancel);
        Assert.Equal(397, (await world.ReadAsync("bronze.market_data", "sequence", Cancel)).Count);

        await kafka.RecreateAsync(topic, Cancel);
        Send(world, topic, 1000, 50);
        await world.RunAsync(settings, Cancel);
        Assert.Equal(447, (await world.ReadAsync("bronze.market_data", "sequence", Cancel)).Count);
        Assert.Equal(2, (await world.PositionAsync(Cancel)).Partitions.Keys.Select(p => p.LogId).Distinct().Count());
    }

    [Fact]
    public async Task Jobs_share_the_partitions_take_over_from_one_that_stops_and_leave_every_offset_once()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var (topic, settings) = await PrepareAsync(world, "shared", 4);
        Send(world, topic, 0, 6000);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var stopAll = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = settings with { StopAtEnd = false, MaxRows = 300, CommitInterval = TimeSpan.FromMilliseconds(100) };
        BronzeProgress? first = null, second = null;
        var one = world.RunAsync(running, stop.Token, p => first = p);
        var two = world.RunAsync(running, stopAll.Token, p => second = p);
        await UntilAsync(() => first?.Partitions == 2 && second?.Partitions == 2, one, two);
        Send(world, topic, 6000, 6000);
        await UntilAsync(() => first!.Events + second!.Events >= 12_000, one, two);
        Assert.True(first!.Events > 0 && second!.Events > 0, "both must have read");
        await stop.CancelAsync();
        await one;
        await UntilAsync(() => second.Partitions == 4, two);
        Send(world, topic, 12_000, 1000);
        await UntilAsync(() => second.Lag == 0 && second.Committed.Sum(c => c.Next) == 13_000, two);
        await stopAll.CancelAsync();
        await two;
        await AssertProvenAsync(world, 13_000);
        var rows = await world.ReadAsync("bronze.market_data", "sequence", Cancel);
        Assert.Equal(Enumerable.Range(0, 13_000), rows.Select(r => int.Parse(r, CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public async Task Partitions_that_a_topic_gets_while_it_is_read_are_read_too()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var (topic, settings) = await PrepareAsync(world, "grown", 1);
        Send(world, topic, 0, 100);
        BronzeProgress? seen = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var often = settings with { StopAtEnd = false, CommitInterval = TimeSpan.FromMilliseconds(100) };
        var job = world.RunAsync(often, stop.Token, p => seen = p);
        await UntilAsync(() => seen?.Committed is [{ Next: 100 }], job);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Settings.Brokers }).Build();
        await admin.CreatePartitionsAsync([new() { Topic = topic.Name, IncreaseTo = 3 }]);
        Send(world, topic with { Partitions = 3 }, 100, 200);
        await UntilAsync(() => seen!.Committed.Sum(c => c.Next) == 300, job);
        Assert.Equal(3, seen!.Partitions);
        await stop.CancelAsync();
        await job;
        await AssertProvenAsync(world, 300);
    }

    [Fact]
    public async Task A_topic_that_is_created_again_and_filled_further_while_it_is_read_is_not_taken_for_the_old_one()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var (topic, settings) = await PrepareAsync(world, "again", 1);
        Send(world, topic, 0, 100);
        BronzeProgress? seen = null;
        var often = settings with { StopAtEnd = false, CommitInterval = TimeSpan.FromMilliseconds(100) };
        var job = world.RunAsync(often, Cancel, p => seen = p);
        await UntilAsync(() => seen?.Committed is [{ Next: 100 }], job);
        await kafka.RecreateAsync(topic, Cancel);
        Send(world, topic, 1000, 300);
        var e = await Assert.ThrowsAsync<LakeException>(() => job.WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        Assert.Contains("created again", e.Message, StringComparison.Ordinal);
        await world.RunAsync(settings, Cancel);
        var rows = await world.ReadAsync("bronze.market_data", "_log_id,sequence", Cancel);
        Assert.Equal([100, 300], rows.CountBy(r => r.Split('|')[0]).Select(r => r.Value).Order());
    }

    /// <summary>Nothing of it is out of range, so that no error tells: its first record is where the old one's would have been.</summary>
    [Fact]
    public async Task An_empty_topic_that_is_created_again_while_it_is_read_is_not_taken_for_the_old_one()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var (topic, settings) = await PrepareAsync(world, "empty-again", 1);
        BronzeProgress? seen = null;
        var often = settings with { StopAtEnd = false, CommitInterval = TimeSpan.FromMilliseconds(100) };
        var job = world.RunAsync(often, Cancel, p => seen = p);
        await UntilAsync(() => seen is { HasShare: true }, job);
        await kafka.RecreateAsync(topic, Cancel);
        Send(world, topic, 0, 300);
        var e = await Assert.ThrowsAsync<LakeException>(() => job.WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        Assert.Contains("created again", e.Message, StringComparison.Ordinal);
        await world.RunAsync(settings, Cancel);
        var rows = await world.ReadAsync("bronze.market_data", "_log_id,sequence", Cancel);
        Assert.Equal([300], rows.CountBy(r => r.Split('|')[0]).Select(r => r.Value));
    }

    [Fact]
    public async Task A_position_whose_snapshot_was_rolled_back_is_told_before_it_is_accepted()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var (topic, settings) = await PrepareAsync(world, "rolled", 1);
        Send(world, topic, 0, 100);
        await world.RunAsync(settings, Cancel);
        var first = (await world.TableAsync("bronze.market_data", Cancel)).Metadata.CurrentSnapshotId!.Value;
        Send(world, topic, 100, 50);
        await world.RunAsync(settings, Cancel);
        await PyIceberg.RollBackAsync(world.Lake.CatalogFile, "bronze.market_data", first, Cancel);
        await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings, Cancel));
        // accepted without a record to read, and accepted for good
        await world.RunAsync(settings with { AcceptPosition = true }, Cancel);
        await world.RunAsync(settings, Cancel);
        Assert.Equal(100, (await world.ReadAsync("bronze.market_data", "sequence", Cancel)).Count);
        await PyIceberg.RollBackAsync(world.Lake.CatalogFile, "bronze.market_data", first, Cancel);
        Send(world, topic, 150, 25);
        var e = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings, Cancel));
        Assert.Equal(LakeErrorKind.Corrupt, e.Kind);
        Assert.Contains("--accept-position", e.Message, StringComparison.Ordinal);
        await world.RunAsync(settings with { AcceptPosition = true }, Cancel);
        Assert.Equal(125, (await world.ReadAsync("bronze.market_data", "sequence", Cancel)).Count);
        // What was rolled back stays out, and the proof names it.
        var report = await new Verifier(world.Lake.Catalog, world.Lake.Scan, world.Lake.Store).VerifyAsync(null, Cancel);
        var finding = Assert.Single(report.Tables.SelectMany(t => t.Findings));
        Assert.Equal((ProofFindingKind.Gap, new OffsetRun(100, 150)), (finding.Kind, finding.Offsets));
    }

    [Fact]
    public async Task A_record_that_is_not_the_one_of_the_anchor_is_another_log()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var (topic, settings) = await PrepareAsync(world, "anchored", 1);
        Send(world, topic, 0, 100);
        await world.RunAsync(settings, Cancel);
        var table = await world.TableAsync("bronze.market_data", Cancel);
        var property = table.Metadata.Properties["dartlake.position"];
        var hash = property.IndexOf("\"hash\":\"", StringComparison.Ordinal) + 8;
        var forged = property[..hash] + (property[hash] == '0' ? '1' : '0') + property[(hash + 1)..];
        await world.Lake.Catalog.CommitAsync(
            [new(table.Ident, _ => new() { Properties = new Dictionary<string, string?> { ["dartlake.position"] = forged } })], null, Cancel);
        Send(world, topic, 100, 10);
        var e = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings, Cancel));
        Assert.Equal(LakeErrorKind.Corrupt, e.Kind);
        Assert.Contains("another log", e.Message, StringComparison.Ordinal);
    }

    static async Task UntilAsync(Func<bool> holds, params Task[] jobs)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !holds(); await Task.Delay(
            TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel))
        {
            if (jobs.FirstOrDefault(j => j.IsCompleted) is { } ended)
                await ended;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "not within a minute");
        }
    }

    /// <summary>Four transactions of ten records, the third aborted.</summary>
    void Transact(BronzeWorld world, TopicDefinition topic)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = kafka.Settings.Brokers,
            TransactionalId = "t",
        }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        for (var transaction = 0; transaction < 4; transaction++)
        {
            producer.BeginTransaction();
            for (var i = 0; i < 10; i++)
                producer.Produce(topic.Name, new() { Key = Events.Key(i), Value = world.Events.Quote(transaction * 10 + i) });
            producer.Flush(TimeSpan.FromSeconds(30));
            if (transaction == 2)
                producer.AbortTransaction();
            else
                producer.CommitTransaction();
        }
    }

    async Task<(TopicDefinition, BronzeSettings)> PrepareAsync(BronzeWorld world, string name, int partitions)
    {
        var topic = await kafka.TopicAsync(name, partitions, Cancel);
        return (topic, world.Settings(kafka.Settings) with { Topics = [BronzeWorld.Market with { Name = name }] });
    }

    void Send(BronzeWorld world, TopicDefinition topic, int first, int count)
    {
        using var producer = new BatchProducer(kafka.Settings, "test", [topic]);
        for (var i = first; i < first + count; i++)
            producer.Send(topic.Name, Events.Key(i), world.Events.Quote(i), Cancel);
        producer.Flush(Cancel);
    }

    static async Task<IReadOnlyList<string>> SkippedAsync(BronzeWorld world) => await world.ReadAsync("ops.log_holes", "from_offset,to_offset,reason", Cancel);

    static async Task AssertProvenAsync(BronzeWorld world, long offsets)
    {
        var report = await new Verifier(world.Lake.Catalog, world.Lake.Scan, world.Lake.Store).VerifyAsync(null, Cancel);
        Assert.True(report.Good, string.Join('\n', report.Tables.SelectMany(t => t.Findings)));
        Assert.Equal(offsets, report.Tables.Sum(t => t.Partitions.Sum(p => p.Rows + p.DeadLetters + p.Holes)));
    }
}
