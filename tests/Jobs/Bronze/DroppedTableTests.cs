using Dart.Lake.Jobs.Runtime.Kafka;
using Microsoft.Data.Sqlite;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>A bronze table that somebody drops is made again from its topics; what they had set aside is not set aside twice.</summary>
public sealed class DroppedTableTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="rows">Of a partition; so many come in several batches that the job can be stopped between them.</param>
    [Theory, InlineData(100, false), InlineData(12_000, true)]
    public async Task Every_offset_is_there_once_again(int rows, bool isStoppedInBetween)
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([MixedTopic.Definition], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [MixedTopic.Definition]);
        var settings = world.Settings(cluster.Settings) with { MaxRows = 50 };
        MixedTopic.Send(world, producer, 0, rows);
        await world.RunAsync(settings, Cancel);
        var (letters, holes) = (await MixedTopic.LettersAsync(world), await MixedTopic.HolesAsync(world));
        Assert.Equal((6, 3), (letters.Count, holes.Count));
        await DropAsync(world);

        if (isStoppedInBetween)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            await world.RunAsync(settings, stop.Token, p =>
            {
                if (p.Commits > 0)
                    stop.Cancel();
            });
            Assert.InRange((await world.PositionAsync(Cancel)).Partitions.Values.Sum(p => p.Next), 1, 3 * rows);
        }
        await world.RunAsync(settings, Cancel);

        Assert.Equal(letters, await MixedTopic.LettersAsync(world));
        Assert.Equal(holes, await MixedTopic.HolesAsync(world));
        Assert.Equal(3 * rows, (await world.ReadAsync("bronze.market_data", "sequence", Cancel)).Distinct(StringComparer.Ordinal).Count());
        await MixedTopic.AssertProvenAsync(world);
        // what comes from now on is set aside as ever, and the table is one like others again
        MixedTopic.Send(world, producer, 3 * rows, rows);
        await world.RunAsync(settings, Cancel);
        Assert.Equal((12, 6), ((await MixedTopic.LettersAsync(world)).Count, (await MixedTopic.HolesAsync(world)).Count));
        await MixedTopic.AssertProvenAsync(world);
        Assert.False(await IsMarkedAsync(world));
    }

    [Fact]
    public async Task While_it_is_read_again_the_table_is_marked_for_whoever_goes_on()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([MixedTopic.Definition], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [MixedTopic.Definition]);
        MixedTopic.Send(world, producer, 0, 12_000);
        var settings = world.Settings(cluster.Settings) with { MaxRows = 50 };
        await world.RunAsync(settings, Cancel);
        Assert.False(await IsMarkedAsync(world));
        await DropAsync(world);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await world.RunAsync(settings, stop.Token, p =>
        {
            if (p.Commits > 0)
                stop.Cancel();
        });
        Assert.True(await IsMarkedAsync(world));
    }

    static async Task<bool> IsMarkedAsync(BronzeWorld world) =>
        (await world.TableAsync("bronze.market_data", Cancel)).Metadata.Properties.ContainsKey(Schemas.LakeNames.ReadAgain);

    /// <summary>As another tool does it: the catalog does not name the table any more.</summary>
    static async Task DropAsync(BronzeWorld world)
    {
        await using var catalog = new SqliteConnection($"Data Source={world.Lake.CatalogFile};Pooling=False");
        await catalog.OpenAsync(Cancel);
        await using var command = catalog.CreateCommand();
        command.CommandText = "DELETE FROM iceberg_tables WHERE table_namespace = 'bronze' AND table_name = 'market_data'";
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancel));
    }
}
