using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Catalogs;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>Years that are filled in later. Alone in the process, because it looks at what the process uses.</summary>
[Collection(nameof(BackfillTests)), CollectionDefinition(nameof(BackfillTests), DisableParallelization = true)]
public sealed class BackfillTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A commit of a thousand days is a file each, one after the other.</summary>
    [Fact]
    public async Task Rows_of_many_days_are_written_with_few_open_files_and_little_memory()
    {
        const int Days = 1000;
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([new TopicDefinition("market_data_raw", 1)], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [new TopicDefinition("market_data_raw", 1)]);
        for (var i = 0; i < Days * 2; i++)
            producer.Send("market_data_raw", 0, [], world.Events.Quote(i, Events.Day - i % Days * 86_400_000_000L), Cancel);
        producer.Flush(Cancel);
        var (files, memory) = (OpenFiles, GC.GetTotalMemory(forceFullCollection: true));
        var (mostFiles, mostMemory) = (0, 0L);
        ((SqlCatalog)world.Lake.Catalog).OnCommitPoint = _ =>
        {
            mostMemory = Math.Max(mostMemory, GC.GetTotalMemory(forceFullCollection: true));
            return Task.CompletedTask;
        };
        using var done = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                mostFiles = Math.Max(mostFiles, OpenFiles);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
            }
        }, Cancel);
        await world.RunAsync(world.Settings(cluster.Settings), Cancel);
        await done.CancelAsync();
        await watching;

        Assert.InRange(Directory.GetFiles(world.Lake.Warehouse, "*.parquet", SearchOption.AllDirectories).Length, Days, Days * 2);
        Assert.InRange(mostFiles - files, 0, 100);
        // less than before: garbage of another test went meanwhile
        Assert.True(mostMemory - memory <= 100L << 20, $"{(mostMemory - memory) >> 20} MiB");
    }

    static int OpenFiles => Directory.GetFiles("/proc/self/fd").Length;
}
