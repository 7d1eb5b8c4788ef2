using System.Globalization;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Catalogs;

namespace Dart.Lake.Jobs.Tests.Bronze;

public sealed class BronzeJobTests
{
    static readonly TopicDefinition topic = new("market_data_raw", 4);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_record_becomes_a_row_a_dead_letter_or_a_hole_as_PyIceberg_reads_them()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        byte[] unknown = [0, 0, 0, 0, 99, 1, 2, 3], trade = [0, 0, 0, 0, (byte)world.Events.SchemaId("trades_raw-value"), 0];
        var whole = world.Events.Quote(1);
        using (var producer = new BatchProducer(cluster.Settings, "test", [topic]))
        {
            Send(world, producer, 0, 1000);
            producer.Send("market_data_raw", 0, "k"u8, "not framed"u8, Cancel);
            producer.Send("market_data_raw", 0, "k"u8, unknown, Cancel);
            producer.Send("market_data_raw", 1, "k"u8, trade, Cancel);
            producer.Send("market_data_raw", 1, "k"u8, whole.AsSpan(0, 20), Cancel);
            producer.Send("market_data_raw", 2, [], (byte[])[.. whole, 7], Cancel);
            producer.Send("market_data_raw", 2, [0xFF], whole, Cancel);
            producer.Send("market_data_raw", 3, "k"u8, world.Events.Quote(1, eventTime: 0), Cancel);
            producer.SendTombstone("market_data_raw", 3, "k"u8, Cancel);
            for (var p = 0; p < 4; p++)
                producer.Send("market_data_raw", p, [], world.Events.Marker(new(2023, 9, 25)), Cancel);
            producer.Flush(Cancel);
        }
        var progress = await world.RunAsync(world.Settings(cluster.Settings), Cancel);
        Assert.Equal(8, progress.DeadLetters);
        var rows = await world.ReadAsync("bronze.market_data", "sequence,_kafka_partition,_offset,instrument,bid,event_time,_key,_schema_id,suspicious", Cancel);
        Assert.Equal(1000, rows.Count);
        var id = world.Events.SchemaId("market_data_raw-value");
        var row = rows.Single(r => r.StartsWith("777|", StringComparison.Ordinal));
        Assert.Equal($"777|{Murmur2.Partition(Events.Key(777), 4)}|", row[..6]);
        Assert.EndsWith($"|SYM027|100.000777|2023-09-25 00:00:00.000777+00:00|SYM027|{id}|True", row, StringComparison.Ordinal);
        var dead = await world.ReadAsync("bronze.dead_letters", "_kafka_partition,reason,schema_id,value", Cancel);
        Assert.Equal(["0|NOT_FRAMED|None|b'not framed'", @"0|UNKNOWN_SCHEMA|99|b'\x00\x00\x00\x00c\x01\x02\x03'"], dead.Take(2));
        Assert.Equal(["1|TRUNCATED", "1|WRONG_SCHEMA", "2|MALFORMED", "2|MALFORMED", "3|IMPLAUSIBLE_DAY", "3|NULL_VALUE"], dead.Skip(2).Select(d => string.Join('|', d.Split('|')[..2])));
        var holes = await world.ReadAsync("ops.log_holes", "_kafka_partition,reason,trade_date,source", Cancel);
        Assert.Equal(["0|END_OF_DAY|2023-09-25|sim", "1|END_OF_DAY|2023-09-25|sim", "2|END_OF_DAY|2023-09-25|sim", "3|END_OF_DAY|2023-09-25|sim"], holes);
        var position = await world.PositionAsync(Cancel);
        Assert.Equal(1012, position.Partitions.Values.Sum(p => p.Next));
        Assert.Equal((await world.TableAsync("bronze.market_data", Cancel)).Metadata.CurrentSnapshotId, position.SnapshotId);
    }

    [Fact]
    public async Task A_restart_goes_on_where_the_table_is()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        for (var run = 0; run < 3; run++)
        {
            Send(world, producer, run * 500, 500);
            producer.Flush(Cancel);
            Assert.Equal(500, (await world.RunAsync(world.Settings(cluster.Settings), Cancel)).Events);
        }
        await AssertSequencesAsync(world, 1500);
        Assert.Equal(1500, (await world.PositionAsync(Cancel)).Partitions.Values.Sum(p => p.Next));
    }

    [Fact]
    public async Task Days_go_to_partitions_of_their_own()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using (var producer = new BatchProducer(cluster.Settings, "test", [topic]))
        {
            for (var i = 0; i < 300; i++)
                producer.Send("market_data_raw", 0, [], world.Events.Quote(i, Events.Day + i % 3 * 86_400_000_000L), Cancel);
            producer.Flush(Cancel);
        }
        await world.RunAsync(world.Settings(cluster.Settings), Cancel);
        await AssertSequencesAsync(world, 300);
        var days = Directory.GetDirectories(Path.Combine(world.Lake.Warehouse, "bronze", "market_data", "data")).Select(Path.GetFileName).Order();
        Assert.Equal(["event_time_day=2023-09-25", "event_time_day=2023-09-26", "event_time_day=2023-09-27"], days);
    }

    [Fact]
    public async Task A_stop_lets_a_commit_that_has_begun_end_and_commits_what_was_taken()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        using var stop = new CancellationTokenSource();
        var catalog = (SqlCatalog)world.Lake.Catalog;
        catalog.OnCommitPoint = async point =>
        {
            if (point != CommitPoint.FilesWritten)
                return;
            await stop.CancelAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        };
        Send(world, producer, 0, 2000);
        producer.Flush(Cancel);
        var settings = world.Settings(cluster.Settings) with
        {
            StopAtEnd = false,
            MaxRows = 500,
            CommitInterval = TimeSpan.FromMilliseconds(50),
        };
        await world.RunAsync(settings, stop.Token);
        catalog.OnCommitPoint = null;

        var taken = (await world.PositionAsync(Cancel)).Partitions.Values.Sum(p => p.Next);
        Assert.InRange(taken, 500, 2000);
        await world.RunAsync(world.Settings(cluster.Settings), Cancel);
        await AssertSequencesAsync(world, 2000);
    }

    [Fact]
    public async Task A_stop_gives_up_what_it_cannot_commit_in_time_and_leaves_no_file()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        Send(world, producer, 0, 2000);
        producer.Flush(Cancel);
        using var stop = new CancellationTokenSource();
        var settings = world.Settings(cluster.Settings) with
        {
            StopAtEnd = false,
            CommitInterval = TimeSpan.FromMinutes(1),
            CommitDeadline = TimeSpan.Zero,
        };
        var job = world.RunAsync(settings, stop.Token, p =>
        {
            if (p.Events > 0)
                stop.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job);

        Assert.Empty(Directory.GetFiles(world.Lake.Warehouse, "*.parquet", SearchOption.AllDirectories));
        await world.RunAsync(world.Settings(cluster.Settings), Cancel);
        await AssertSequencesAsync(world, 2000);
    }

    [Fact]
    public async Task Two_jobs_on_one_topic_make_no_duplicate()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        Send(world, producer, 0, 100);
        producer.Flush(Cancel);
        await world.RunAsync(world.Settings(cluster.Settings), Cancel);
        Send(world, producer, 100, 4000);
        producer.Flush(Cancel);
        var settings = world.Settings(cluster.Settings) with { MaxRows = 500 };
        var jobs = new[] { world.RunAsync(settings, Cancel), world.RunAsync(settings, Cancel) };
        foreach (var job in jobs)
            try
            {
                await job;
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict)
            {
                Assert.Contains("another process", e.Message, StringComparison.Ordinal);
            }
        await world.RunAsync(world.Settings(cluster.Settings), Cancel);
        await AssertSequencesAsync(world, 4100);
    }

    [Fact]
    public async Task A_topic_that_was_created_again_is_read_from_its_start_as_another_log()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        await FillAsync(world, cluster, 0, 100);
        cluster.DeleteTopic("market_data_raw");
        cluster.CreateTopic(topic);
        await FillAsync(world, cluster, 100, 50);
        await AssertSequencesAsync(world, 150);
        Assert.Equal(2, (await world.PositionAsync(Cancel)).Partitions.Keys.Select(p => p.LogId).Distinct().Count());
    }

    [Fact]
    public async Task A_topic_that_is_created_again_while_it_is_read_ends_the_job()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        await FillAsync(world, cluster, 0, 100);
        var settings = world.Settings(cluster.Settings) with
        {
            StopAtEnd = false,
            Watch = new() { Every = TimeSpan.FromMilliseconds(200) },
        };
        var running = world.RunAsync(settings, Cancel, p =>
        {
            if (p.Commits == 0)
            {
                cluster.DeleteTopic("market_data_raw");
                cluster.CreateTopic(topic);
            }
        });
        var e = await Assert.ThrowsAsync<LakeException>(() => running.WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        Assert.Contains("created again", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_the_log_lost_are_a_gap_that_is_told_before_it_is_passed()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        await FillAsync(world, cluster, 0, 100);
        using (var producer = new BatchProducer(cluster.Settings, "test", [topic]))
        {
            Send(world, producer, 100, 100);
            producer.Flush(Cancel);
        }
        var before = (await world.PositionAsync(Cancel)).Partitions.Single(p => p.Key.Partition == 1).Value.Next;
        cluster.DeleteRecords("market_data_raw", 1, before + 5);
        var settings = world.Settings(cluster.Settings);
        var e = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings, Cancel));
        Assert.Equal(LakeErrorKind.Unavailable, e.Kind);
        Assert.Contains("5 records are gone", e.Message, StringComparison.Ordinal);
        await world.RunAsync(settings with { AcceptGap = true }, Cancel);
        Assert.Equal(195, (await world.ReadAsync("bronze.market_data", "sequence", Cancel)).Count);
        Assert.Equal([$"1|{before}|{before + 5}|GAP"], await world.ReadAsync("ops.log_holes", "_kafka_partition,from_offset,to_offset,reason", Cancel));
    }

    [Fact]
    public async Task A_stop_commits_what_was_consumed()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        Send(world, producer, 0, 1000);
        producer.Flush(Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var seldom = world.Settings(cluster.Settings) with { StopAtEnd = false, CommitInterval = TimeSpan.FromHours(1) };
        await world.RunAsync(seldom, stop.Token, p =>
        {
            if (p.Events >= 1000)
                stop.Cancel();
        });
        await AssertSequencesAsync(world, 1000);
    }

    [Fact]
    public async Task A_partition_that_has_its_first_record_after_a_commit_is_committed_with_the_next()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        producer.Send("market_data_raw", 0, [], world.Events.Quote(0), Cancel);
        producer.Flush(Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var isSent = false;
        await world.RunAsync(world.Settings(cluster.Settings) with { StopAtEnd = false, MaxRows = 1 }, stop.Token, p =>
        {
            if (p.Commits == 1 && !isSent)
            {
                producer.Send("market_data_raw", 1, [], world.Events.Quote(1), Cancel);
                producer.Flush(Cancel);
                isSent = true;
            }
            if (p.Commits == 2)
                stop.Cancel();
            Assert.True(p.Events <= 2, "a record was read again");
        });
        await AssertSequencesAsync(world, 2);
    }

    static async Task FillAsync(BronzeWorld world, InProcessCluster cluster, int first, int count)
    {
        using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
        Send(world, producer, first, count);
        producer.Flush(Cancel);
        await world.RunAsync(world.Settings(cluster.Settings), Cancel);
    }

    static void Send(BronzeWorld world, BatchProducer producer, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            producer.Send("market_data_raw", Events.Key(i), world.Events.Quote(i), Cancel);
    }

    static async Task AssertSequencesAsync(BronzeWorld world, int count)
    {
        var rows = await world.ReadAsync("bronze.market_data", "sequence", Cancel);
        Assert.Equal(Enumerable.Range(0, count), rows.Select(r => int.Parse(r, CultureInfo.InvariantCulture)).Order());
    }
}
