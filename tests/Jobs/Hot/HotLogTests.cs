using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Jobs.Tests.Bronze;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Hot;

/// <summary>A log that is replaced under the hot job, on a real Kafka.</summary>
[Collection(RealKafka.Name)]
public sealed class HotLogTests(RealKafka kafka)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_topic_that_is_created_again_while_it_is_consumed_ends_the_job()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var topic = await kafka.TopicAsync("hot-replaced", 2, Cancel);
        Send(world, topic, 0, 20);
        TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = RunAsync(world, topic, progress =>
        {
            if (progress.Events >= 20)
                taken.TrySetResult();
        });
        await await Task.WhenAny(taken.Task, job);

        await kafka.RecreateAsync(topic, Cancel);
        Send(world, topic, 1000, 50);

        var e = await Assert.ThrowsAsync<LakeException>(() => job.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Equal(LakeErrorKind.Unavailable, e.Kind);
        Assert.Contains($"topic {topic.Name} was deleted and created again", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_is_not_the_one_that_bronze_took_there_ends_the_job()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var topic = await kafka.TopicAsync("hot-anchored", 1, Cancel);
        Send(world, topic, 0, 20);
        await world.RunAsync(world.Settings(kafka.Settings) with { Topics = [BronzeWorld.Market with { Name = topic.Name }] }, Cancel);
        var position = await world.PositionAsync(Cancel);
        var forged = position with
        {
            Partitions = position.Partitions.SetItems(position.Partitions.Select(p => KeyValuePair.Create(
            p.Key, p.Value with { Anchor = p.Value.Anchor! with { Hash = "0123456789abcdef" } })))
        };
        await world.Lake.Catalog.CommitAsync([new(
            (await world.TableAsync(BronzeWorld.Market.Table, Cancel)).Ident,
            _ => new() { Properties = new Dictionary<string, string?> { [LakeNames.Position] = forged.ToProperty() } })], null, Cancel);

        var e = await Assert.ThrowsAsync<LakeException>(() => RunAsync(world, topic, _ => { }).WaitAsync(TimeSpan.FromSeconds(30), Cancel));

        Assert.Equal(LakeErrorKind.Corrupt, e.Kind);
        Assert.Contains("another log under the same id", e.Message, StringComparison.Ordinal);
    }

    async Task RunAsync(BronzeWorld world, TopicDefinition topic, Action<HotProgress> progress)
    {
        using var garnet = EmbeddedGarnet.Start(IdSource.System);
        await using var store = await RedisStore.ConnectAsync(garnet.Settings, TimeProvider.System, IdSource.System, Cancel);
        await using var engine =
            DuckDbEngine.Open(new DuckDbOptions { Threads = 1, AllowedFolders = [world.Lake.DataDir], MemoryLimitBytes = 1L << 30 });
        HotSettings settings = new()
        {
            Kafka = kafka.Settings,
            Topics = [BronzeWorld.Market with { Name = topic.Name }],
            FlushInterval = TimeSpan.FromMilliseconds(100),
            MaxHeldRows = 3_000_000,
            CutGrace = TimeSpan.FromHours(3),
            IdleLimit = TimeSpan.FromSeconds(30),
            Patience = TimeSpan.FromMinutes(1),
            Watch = new() { Every = TimeSpan.FromMilliseconds(200) },
        };
        await HotJob.RunAsync(
            settings,
            world.Lake,
            engine,
            world.Registry,
            store,
            TimeProvider.System,
            IdSource.System,
            NullLogger.Instance,
            progress,
            Cancel);
    }

    void Send(BronzeWorld world, TopicDefinition topic, int first, int count)
    {
        using var producer = new BatchProducer(kafka.Settings, "test", [topic]);
        for (var i = first; i < first + count; i++)
            producer.Send(topic.Name, Events.Key(i), world.Events.Quote(i), Cancel);
        producer.Flush(Cancel);
    }
}
