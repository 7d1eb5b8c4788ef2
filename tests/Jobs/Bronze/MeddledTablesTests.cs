using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>
/// Spark and PyIceberg compact, expire, evolve and roll back bronze tables while the job writes them: after each step the rows are right,
/// in our eyes and theirs, and the proof is whole; a rollback ends the job with the way out.
/// </summary>
[Collection(Meddlers.Name)]
public sealed class MeddledTablesTests(Meddlers others, ITestOutputHelper output)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rollback_that_was_compacted_and_expired_meanwhile_stops_a_stream_and_maintenance_alone_does_not(bool rollsBack)
    {
        const string table = "bronze.market_data";
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        var topic = new TopicDefinition("market_data_raw", 2);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        for (var i = 0; i < 4; i++)
            await StreamAsync();
        var line = (await world.TableAsync(table, Cancel)).Metadata.Snapshots.OrderBy(s => s.SequenceNumber).ToList();
        if (rollsBack)
            await DoAsync($"CALL lake.system.set_current_snapshot('{table}', {line[^2].SnapshotId})");
        await DoAsync($"CALL lake.system.rewrite_data_files(table => '{table}', options => map('min-input-files', '2', 'rewrite-all', 'true'))");
        await DoAsync($"CALL lake.system.expire_snapshots(table => '{table}', older_than => TIMESTAMP '2999-01-01 00:00:00', retain_last => 1)");
        Assert.Single((await world.TableAsync(table, Cancel)).Metadata.Snapshots);
        if (!rollsBack)
        {
            await StreamAsync();
            return;
        }
        var refused = await Assert.ThrowsAsync<LakeException>(StreamAsync);
        Assert.Equal(LakeErrorKind.Corrupt, refused.Kind);
        Assert.Contains($"{table} was rolled back", refused.Message, StringComparison.Ordinal);

        Task DoAsync(string statement) => others.Spark.DoAsync(world.Lake.CatalogFile, statement, Cancel);

        async Task StreamAsync()
        {
            for (var i = 0; i < 10; i++)
                producer.Send(topic.Name, i % topic.Partitions, Events.Key(i), world.Events.Quote(i), Cancel);
            producer.Flush(Cancel);
            await world.RunAsync(world.Settings(cluster.Settings), Cancel);
        }
    }

    [Fact]
    public async Task Rows_are_right_or_refused_clearly_whatever_Spark_and_PyIceberg_do_while_bronze_writes()
    {
        var (spark, python) = (others.Spark, others.Python);
        await using var engine = DuckDbEngine.Open(new DuckDbOptions { Threads = 1, MemoryLimitBytes = 1L << 30 });
        foreach (var seed in TestSize.Seeds(quick: 2, full: 50))
        {
            var sequence = new MeddledSequence(seed, spark, python, engine);
            try
            {
                await sequence.RunAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"seed {seed}: {string.Join(", ", sequence.Told)}: {e.Message}\n{e.StackTrace}");
            }
            output.WriteLine($"seed {seed}: {string.Join(", ", sequence.Told)}");
        }
    }
}
