using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
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
    public async Task Two_jobs_that_fight_over_a_topic_leave_every_offset_once()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var (topic, settings) = await PrepareAsync(world, "fight", 4);
        Send(world, topic, 0, 6000);
        var jobs = Enumerable.Range(0, 2).Select(_ => world.RunAsync(settings with { MostRows = 300, MostPartitionBytes = 20_000 }, Cancel)).ToList();
        var refused = 0;
        foreach (var job in jobs)
            try
            {
                await job;
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict)
            {
                refused++;
            }
        Assert.True(refused < 2, "somebody must get on");
        await world.RunAsync(settings, Cancel);
        await AssertProvenAsync(world, 6000);
        var rows = await world.ReadAsync("bronze.market_data", "sequence", Cancel);
        Assert.Equal(Enumerable.Range(0, 6000), rows.Select(r => int.Parse(r, CultureInfo.InvariantCulture)).Order());
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
        await world.Lake.Catalog.CommitAsync([new(table.Ident, _ => new() { Properties = new Dictionary<string, string?> { ["dartlake.position"] = forged } })], null, Cancel);
        Send(world, topic, 100, 10);
        var e = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings, Cancel));
        Assert.Equal(LakeErrorKind.Corrupt, e.Kind);
        Assert.Contains("another log", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Four transactions of ten records, the third aborted.</summary>
    void Transact(BronzeWorld world, TopicDefinition topic)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = kafka.Settings.Brokers, TransactionalId = "t" }).Build();
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
        return (topic, world.Settings(kafka.Settings) with { Topics = [BronzeWorld.Market with { Topic = name }] });
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
        var report = await new Verifier(world.Lake.Catalog, world.Lake.Scan).VerifyAsync(null, Cancel);
        Assert.True(report.Good, string.Join('\n', report.Tables.SelectMany(t => t.Findings)));
        Assert.Equal(offsets, report.Tables.Sum(t => t.Partitions.Sum(p => p.Rows + p.DeadLetters + p.Holes)));
    }
}
