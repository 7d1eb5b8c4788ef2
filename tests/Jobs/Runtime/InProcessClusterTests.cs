using System.Text;
using Dart.Lake.Jobs.Runtime.Kafka;

namespace Dart.Lake.Jobs.Tests.Runtime;

public sealed class InProcessClusterTests
{
    static readonly TopicDefinition topic = new("t", 4);

    [Fact]
    public void What_is_sent_comes_back_in_order_on_the_partition_of_its_key()
    {
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using (var producer = new BatchProducer(cluster.Settings, "test", [topic]))
        {
            for (var i = 0; i < 5000; i++)
                producer.Send("t", Utf8($"k{i % 10}"), Utf8($"v{i}"), TestContext.Current.CancellationToken);
            producer.Flush(TestContext.Current.CancellationToken);
        }
        using var consumer = new BatchConsumer(cluster.Settings, "test", ["t"]);
        consumer.Assign(Enumerable.Range(0, 4).Select(p => new StartPosition("t", p, 0)));
        var seen = new Dictionary<int, long>();
        var last = new Dictionary<string, int>();
        var count = 0;
        while (count < 5000)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var taken = consumer.Take(TimeSpan.FromMilliseconds(20));
            for (var i = 0; i < taken; i++)
            {
                var record = consumer[i];
                if (record.IsEnd)
                    continue;
                Assert.Equal(seen.GetValueOrDefault(record.Partition), record.Offset);
                seen[record.Partition] = record.Offset + 1;
                Assert.Equal(Murmur2.Partition(record.Key, 4), record.Partition);
                var (key, value) = (Encoding.UTF8.GetString(record.Key), int.Parse(Encoding.UTF8.GetString(record.Value)[1..]));
                Assert.True(value > last.GetValueOrDefault(key, -1));
                last[key] = value;
                count++;
            }
        }
        Assert.Equal(5000, count);
    }

    [Fact]
    public async Task A_topic_that_is_created_again_is_another_log()
    {
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var admin = new KafkaAdmin(cluster.Settings);
        var first = Assert.Single(await admin.IdentifyAsync(["t"], TestContext.Current.CancellationToken));
        Assert.Equal(first, Assert.Single(await admin.IdentifyAsync(["t"], TestContext.Current.CancellationToken)));
        Assert.Equal(4, first.Partitions);
        cluster.DeleteTopic("t");
        cluster.CreateTopic(topic);
        var second = Assert.Single(await admin.IdentifyAsync(["t"], TestContext.Current.CancellationToken));
        Assert.NotEqual(first.LogId, second.LogId);
    }

    [Fact]
    public async Task A_producer_waits_for_the_slowest_consumer()
    {
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        var outstanding = new OutstandingBytes(["bronze", "hot"], limit: 1000);
        using var producer = new BatchProducer(cluster.Settings, "test", [topic], outstanding);
        var sending = Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
                producer.Send("t", 1, [], new byte[100], TestContext.Current.CancellationToken);
            producer.Flush(TestContext.Current.CancellationToken);
        });
        outstanding.Report("bronze", "t", 1, 100);
        for (var next = 10L; next < 100; next += 10)
        {
            while (outstanding.Outstanding("t", 1) < 1000)
                await Task.Yield();
            Assert.False(sending.IsCompleted);
            Assert.Equal(1000, outstanding.Outstanding("t", 1));
            outstanding.Report("hot", "t", 1, next);
        }
        await sending.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_Kafka_that_is_not_there_is_named()
    {
        using var admin = new KafkaAdmin(new KafkaSettings
        {
            Brokers = "127.0.0.1:1",
            Timeout = TimeSpan.FromSeconds(1),
            Patience = TimeSpan.FromMinutes(1),
        });
        var e = await Assert.ThrowsAsync<LakeException>(() => admin.IdentifyAsync(["t"], TestContext.Current.CancellationToken));
        Assert.Equal(LakeErrorKind.Unavailable, e.Kind);
        Assert.Contains("127.0.0.1:1", e.Message, StringComparison.Ordinal);
    }

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
