using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Proofs;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>A topic whose records become rows, dead letters and holes, and what bronze has of it.</summary>
static class MixedTopic
{
    public static TopicDefinition Definition { get; } = new("market_data_raw", 3);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Rows, two records that cannot be read and a marker for each partition.</summary>
    public static void Send(BronzeWorld world, BatchProducer producer, int first, int rows)
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

    public static Task<IReadOnlyList<string>> RowsAsync(BronzeWorld world) =>
        world.ReadAsync("bronze.market_data", "_kafka_partition,_offset,sequence", Cancel);

    public static Task<IReadOnlyList<string>> LettersAsync(BronzeWorld world) =>
        world.ReadAsync("bronze.dead_letters", "_kafka_partition,_offset,reason", Cancel);

    public static Task<IReadOnlyList<string>> HolesAsync(BronzeWorld world) =>
        world.ReadAsync("ops.log_holes", "_kafka_partition,from_offset,to_offset,reason", Cancel);

    public static async Task AssertProvenAsync(BronzeWorld world)
    {
        var report = await new Verifier(world.Lake.Catalog, world.Lake.Scan, world.Lake.Store).VerifyAsync(null, Cancel);
        Assert.Empty(report.Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        Assert.NotEmpty(report.Tables);
    }
}
