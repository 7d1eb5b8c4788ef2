using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Proofs;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>A topic is read again from where its table was brought back to; what it had set aside is not set aside twice.</summary>
public sealed class ReadAgainTests
{
    static readonly TopicDefinition topic = new("market_data_raw", 3);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="rows">Of a partition; so many come in several batches that the job can be stopped between them.</param>
    [Theory, InlineData(100, false), InlineData(12_000, true)]
    public async Task What_came_after_a_snapshot_is_there_once_again(int rows, bool isStoppedInBetween)
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        var settings = world.Settings(cluster.Settings) with { MaxRows = 50 };
        Send(world, producer, 0, rows);
        await world.RunAsync(settings, Cancel);
        var first = (await world.TableAsync("bronze.market_data", Cancel)).Metadata.CurrentSnapshotId!.Value;
        var reached = (await world.PositionAsync(Cancel)).ToOffsets();
        Send(world, producer, 3 * rows, rows);
        await world.RunAsync(settings, Cancel);
        var (all, letters, holes) = (await RowsAsync(world), await LettersAsync(world), await HolesAsync(world));
        Assert.Equal((6 * rows, 12, 6), (all.Count, letters.Count, holes.Count));

        await new Rollback(world.Lake).RunAsync(TableIdent.Parse(BronzeWorld.Market.Table), $"snapshot:{first}", false, Cancel);
        var stopped = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings, Cancel));
        Assert.Contains("--read-again", stopped.Message, StringComparison.Ordinal);
        if (isStoppedInBetween)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            await world.RunAsync(settings with { ReadAgain = true }, stop.Token, p =>
            {
                if (p.Commits > 0)
                    stop.Cancel();
            });
            Assert.NotEqual(reached, (await world.PositionAsync(Cancel)).ToOffsets());
        }
        // whoever goes on needs no word
        await world.RunAsync(settings with { ReadAgain = !isStoppedInBetween }, Cancel);

        Assert.Equal(all, await RowsAsync(world));
        Assert.Equal(letters, await LettersAsync(world));
        Assert.Equal(holes, await HolesAsync(world));
        await AssertProvenAsync(world);
        // asked for again it has nothing to do, and the table is one like others
        Send(world, producer, 6 * rows, rows);
        await world.RunAsync(settings with { ReadAgain = true }, Cancel);
        Assert.Equal((9 * rows, 18), ((await RowsAsync(world)).Count, (await LettersAsync(world)).Count));
        await AssertProvenAsync(world);
        Assert.DoesNotContain(LakeNames.ReadAgain, (await world.TableAsync("bronze.market_data", Cancel)).Metadata.Properties.Keys);
    }

    /// <summary>Rows, two records that cannot be read and a marker for each partition.</summary>
    static void Send(BronzeWorld world, BatchProducer producer, int first, int rows)
    {
        for (var partition = 0; partition < 3; partition++)
        {
            for (var i = 0; i < rows; i++)
            {
                producer.Send("market_data_raw", partition, [], world.Events.Quote(first + partition * rows + i), Cancel);
                if (i is 10 or 11)
                    producer.Send("market_data_raw", partition, "k"u8, "not framed"u8, Cancel);
            }
            producer.Send("market_data_raw", partition, [], world.Events.Marker(new(2023, 9, 25)), Cancel);
        }
        producer.Flush(Cancel);
    }

    static Task<IReadOnlyList<string>> RowsAsync(BronzeWorld world) =>
        world.ReadAsync("bronze.market_data", "_kafka_partition,_offset,sequence", Cancel);

    static Task<IReadOnlyList<string>> LettersAsync(BronzeWorld world) =>
        world.ReadAsync("bronze.dead_letters", "_kafka_partition,_offset,reason", Cancel);

    static Task<IReadOnlyList<string>> HolesAsync(BronzeWorld world) =>
        world.ReadAsync("ops.log_holes", "_kafka_partition,from_offset,to_offset,reason", Cancel);

    static async Task AssertProvenAsync(BronzeWorld world)
    {
        var report = await new Verifier(world.Lake.Catalog, world.Lake.Scan, world.Lake.Store).VerifyAsync(null, Cancel);
        Assert.Empty(report.Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        Assert.NotEmpty(report.Tables);
    }
}
