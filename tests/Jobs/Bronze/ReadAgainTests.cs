using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>A topic is read again from where its table was brought back to; what it had set aside is not set aside twice.</summary>
public sealed class ReadAgainTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="rows">Of a partition; so many come in several batches that the job can be stopped between them.</param>
    [Theory, InlineData(100, false), InlineData(12_000, true)]
    public async Task What_came_after_a_snapshot_is_there_once_again(int rows, bool isStoppedInBetween)
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([MixedTopic.Definition], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [MixedTopic.Definition]);
        var settings = world.Settings(cluster.Settings) with { MaxRows = 50 };
        MixedTopic.Send(world, producer, 0, rows);
        await world.RunAsync(settings, Cancel);
        var first = (await world.TableAsync("bronze.market_data", Cancel)).Metadata.CurrentSnapshotId!.Value;
        var reached = (await world.PositionAsync(Cancel)).ToOffsets();
        MixedTopic.Send(world, producer, 3 * rows, rows);
        await world.RunAsync(settings, Cancel);
        var all = await MixedTopic.RowsAsync(world);
        var (letters, holes) = (await MixedTopic.LettersAsync(world), await MixedTopic.HolesAsync(world));
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

        Assert.Equal(all, await MixedTopic.RowsAsync(world));
        Assert.Equal(letters, await MixedTopic.LettersAsync(world));
        Assert.Equal(holes, await MixedTopic.HolesAsync(world));
        await MixedTopic.AssertProvenAsync(world);
        // asked for again it has nothing to do, and the table is one like others
        MixedTopic.Send(world, producer, 6 * rows, rows);
        await world.RunAsync(settings with { ReadAgain = true }, Cancel);
        Assert.Equal((9 * rows, 18), ((await MixedTopic.RowsAsync(world)).Count, (await MixedTopic.LettersAsync(world)).Count));
        await MixedTopic.AssertProvenAsync(world);
        Assert.DoesNotContain(LakeNames.ReadAgain, (await world.TableAsync("bronze.market_data", Cancel)).Metadata.Properties.Keys);
    }
}
