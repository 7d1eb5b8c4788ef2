using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>Others change a bronze table's columns, under a running stream and between two: no value that was received is lost.</summary>
public sealed class ForeignColumnsTests
{
    const int EachTime = 20;

    static readonly TopicDefinition market = new("market_data_raw", 2), trades = new("trades_raw", 1);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_contract_column_that_is_dropped_under_a_running_stream_comes_back_before_the_rows_that_have_it()
    {
        await using var stream = await Stream.StartAsync();
        await stream.SendAsync();
        await stream.ChangeAsync(f => f.Where(c => c.Name != "venue"));
        await stream.SendAsync();
        await stream.SendAsync();

        Assert.Equal(Rows(i => i < EachTime ? "None" : "XNAS", 3), await stream.ReadAsync("sequence,venue"));
    }

    [Fact]
    public async Task A_contract_column_that_others_made_again_takes_the_rows_that_come()
    {
        await using var stream = await Stream.StartAsync();
        await stream.SendAsync();
        await stream.ChangeAsync(f => f.Where(c => c.Name != "venue"));
        await stream.ChangeAsync(f => [.. f, new(90, "venue", IcebergType.String, false)]);
        await stream.SendAsync();

        Assert.Equal(Rows(i => i < EachTime ? "None" : "XNAS", 2), await stream.ReadAsync("sequence,venue"));
    }

    /// <summary>A stream that runs goes by ids, also when it reads on from the tables.</summary>
    [Fact]
    public async Task A_contract_column_that_is_renamed_under_a_running_stream_keeps_its_values()
    {
        await using var stream = await Stream.StartAsync();
        await stream.SendAsync();
        await stream.ChangeAsync(f => f.Select(c => c.Name == "venue" ? c with { Name = "mic" } : c));
        await stream.SendAsync();
        // which makes it read on from the tables
        await stream.ChangeAsync(f => f.Where(c => c.Name != "suspicious"));
        await stream.SendAsync();

        Assert.Equal(Rows(_ => "XNAS", 3), await stream.ReadAsync("sequence,mic"));
    }

    [Fact]
    public async Task A_required_column_that_is_dropped_ends_the_stream_in_one_line_that_names_it()
    {
        await using var stream = await Stream.StartAsync();
        await stream.SendAsync();
        await stream.ChangeAsync(f => f.Where(c => c.Name != "source"));
        var e = await Assert.ThrowsAsync<LakeException>(stream.SendAsync);

        Assert.Equal(LakeErrorKind.Invalid, e.Kind);
        Assert.StartsWith("bronze.market_data was changed while the job ran: the required column source is not there", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task A_renamed_additional_column_stays_and_the_writers_field_gets_one_beside_it()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([trades], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [trades]);
        var writer = new ChangingProducer("a");
        writer.Change(0, new(1));
        var settings = world.Settings(cluster.Settings) with { Topics = [Topics.Trades] };
        await TakeAsync();
        await ChangeAsync(world, Topics.Trades, f => f.Select(c => c.Name == "a_text_1" ? c with { Name = "note" } : c));
        await TakeAsync();

        // every third value is null
        Assert.Equal(
            ["1|a_t1|None", "2|a_t2|None", "3|None|None", "4|None|a_t4", "5|None|a_t5", "6|None|None"],
            (await world.ReadAsync(Topics.Trades.Table, "sequence,note,a_text_1", Cancel)).Order(StringComparer.Ordinal));

        async Task TakeAsync()
        {
            var id = await writer.RegisterAsync(world.Registry, Cancel);
            for (var i = 0; i < 3; i++)
                producer.Send(trades.Name, 0, "k"u8, writer.Next(id).Value, Cancel);
            producer.Flush(Cancel);
            Assert.Equal(0, (await world.RunAsync(settings, Cancel)).DeadLetters);
        }
    }

    [Fact]
    public async Task A_column_that_another_process_has_added_with_another_type_gets_a_namesake()
    {
        await using var world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([trades], TimeSpan.FromMinutes(1));
        using var producer = new BatchProducer(cluster.Settings, "test", [trades]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var (plain, more, committed) = (new ChangingProducer("a"), new ChangingProducer("a"), 0L);
        var settings = world.Settings(cluster.Settings) with { StopAtEnd = false, CommitInterval = TimeSpan.FromMilliseconds(30) };
        settings = settings with { Topics = [Topics.Trades] };
        var job = world.RunAsync(settings, stop.Token, p => Volatile.Write(ref committed, p.Committed.Sum(c => c.Next)));
        await SendAsync(plain, 1);
        await ChangeAsync(world, Topics.Trades, f => [.. f, new(90, "a_text_1", IcebergType.Int, false), new(91, "a_text_1_string", IcebergType.Long, false)]);
        more.Change(0, new(1));
        await SendAsync(more, 2);
        await stop.CancelAsync();
        await job;

        Assert.Equal(
            ["1|None|None|None", "1|None|None|a_t1"],
            (await world.ReadAsync(Topics.Trades.Table, "sequence,a_text_1,a_text_1_string,a_text_1_string_2", Cancel)).Order(StringComparer.Ordinal));

        async Task SendAsync(ChangingProducer by, int until)
        {
            var id = await by.RegisterAsync(world.Registry, Cancel);
            producer.Send(trades.Name, 0, "k"u8, by.Next(id).Value, Cancel);
            producer.Flush(Cancel);
            while (Volatile.Read(ref committed) < until)
            {
                if (job.IsCompleted)
                    await job;
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
            }
        }
    }

    static IEnumerable<string> Rows(Func<int, string> value, int times) =>
        Enumerable.Range(0, times * EachTime).Select(i => $"{i}|{value(i)}").Order(StringComparer.Ordinal);

    static Task ChangeAsync(BronzeWorld world, Topic topic, Func<IReadOnlyList<SchemaField>, IEnumerable<SchemaField>> change) =>
        world.Lake.Catalog.CommitAsync([new(TableIdent.Parse(topic.Table), t => new()
        {
            Schema = t.Metadata.Schema with { Fields = [.. change(t.Metadata.Schema.Fields)] },
        })], null, Cancel);

    /// <summary>A bronze job that runs, and a producer of quotes.</summary>
    sealed class Stream : IAsyncDisposable
    {
        readonly BronzeWorld world;
        readonly InProcessCluster cluster = InProcessCluster.Start([market], TimeSpan.FromMinutes(1));
        readonly BatchProducer producer;
        readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        readonly Task job;
        int sent;
        long committed;

        Stream(BronzeWorld world)
        {
            this.world = world;
            producer = new(cluster.Settings, "test", [market]);
            var settings = world.Settings(cluster.Settings) with { StopAtEnd = false, CommitInterval = TimeSpan.FromMilliseconds(30) };
            job = world.RunAsync(settings, stop.Token, p => Volatile.Write(ref committed, p.Committed.Sum(c => c.Next)));
        }

        public static async Task<Stream> StartAsync() => new(await BronzeWorld.OpenAsync(Cancel));

        /// <summary>Sends so many quotes, and waits until they are committed.</summary>
        public async Task SendAsync()
        {
            for (var end = sent + EachTime; sent < end; sent++)
                producer.Send(market.Name, sent % market.Partitions, Events.Key(sent), world.Events.Quote(sent), Cancel);
            producer.Flush(Cancel);
            while (Volatile.Read(ref committed) < sent)
            {
                if (job.IsCompleted)
                    await job;
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
            }
        }

        public Task ChangeAsync(Func<IReadOnlyList<SchemaField>, IEnumerable<SchemaField>> change) =>
            ForeignColumnsTests.ChangeAsync(world, BronzeWorld.Market, change);

        public async Task<IEnumerable<string>> ReadAsync(string columns) =>
            (await world.ReadAsync(BronzeWorld.Market.Table, columns, Cancel)).Order(StringComparer.Ordinal);

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await job.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            producer.Dispose();
            cluster.Dispose();
            stop.Dispose();
            await world.DisposeAsync();
        }
    }
}
