using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Proofs;
using Microsoft.Data.Sqlite;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>A bronze table that somebody drops is made again from its topics; what they had set aside is not set aside twice.</summary>
public sealed class DroppedTableTests
{
    static readonly TopicDefinition topic = new("market_data_raw", 3);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="rows">Of a partition; so many come in several batches that the job can be stopped between them.</param>
    [Theory, InlineData(100, false), InlineData(12_000, true)]
    public async Task Every_offset_is_there_once_again(int rows, bool isStoppedInBetween)
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        var settings = world.Settings(cluster.Settings) with { MaxRows = 50 };
        Send(world, producer, 0, rows);
        await world.RunAsync(settings, Cancel);
        var (letters, holes) = (await LettersAsync(world), await HolesAsync(world));
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

        Assert.Equal(letters, await LettersAsync(world));
        Assert.Equal(holes, await HolesAsync(world));
        Assert.Equal(3 * rows, (await world.ReadAsync("bronze.market_data", "sequence", Cancel)).Distinct(StringComparer.Ordinal).Count());
        await AssertProvenAsync(world);
        // what comes from now on is set aside as ever, and the table is one like others again
        Send(world, producer, 3 * rows, rows);
        await world.RunAsync(settings, Cancel);
        Assert.Equal((12, 6), ((await LettersAsync(world)).Count, (await HolesAsync(world)).Count));
        await AssertProvenAsync(world);
        Assert.False(await IsMarkedAsync(world));
    }

    [Fact]
    public async Task While_it_is_read_again_the_table_is_marked_for_whoever_goes_on()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        Send(world, producer, 0, 12_000);
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
