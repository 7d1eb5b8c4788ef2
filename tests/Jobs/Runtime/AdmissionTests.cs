using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Jobs.Tests.Hot;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Jobs.Tests.Runtime;

/// <summary>What bronze makes of a record, hot makes of it too.</summary>
public sealed class AdmissionTests : IDisposable
{
    const int Records = 3000;

    readonly string folder = Directory.CreateTempSubdirectory("dartlake-admission-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    public static TheoryData<string> Tables => [.. Topics.All.Select(t => t.Table)];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Bronze_and_hot_agree_on_every_record(string table)
    {
        var cancel = TestContext.Current.CancellationToken;
        var topic = Topics.All.Single(t => t.Table == table);
        var registry = new FileSchemaRegistry(folder, TimeProvider.System);
        var random = new Random(7);
        var records = new RandomRecords(topic, await SchemaSubjects.RegisterAsync(registry, cancel), random);
        var pair = new Pair(topic, registry);
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        var offset = 0L;
        for (var i = 0; i < Records; i++)
        {
            var sample = records.Next();
            var (bronze, hot) = await pair.TakeAsync(sample, offset, cancel);
            // Bronze keeps PERMIT's rows; of hot's numbers they are no part.
            var kept = bronze == RandomRecords.Row && topic == Topics.Permit ? null : bronze;
            Assert.True(sample.Fate is null || sample.Fate == bronze, $"record {i}: {sample.Fate} is expected, bronze says {bronze}");
            Assert.True(hot == (kept is RandomRecords.Row or RandomRecords.Marker ? kept : null), $"record {i}: bronze says {bronze}, hot {hot}");
            seen.Add(bronze);
            // An old record again, which both pass over, and a hole.
            if (random.Next(10) == 0)
                Assert.Equal(("old", null), await pair.TakeAsync(records.Next(), offset, cancel));
            offset += random.Next(20) == 0 ? 3 : 1;
        }
        Assert.Equal(
            ["IMPLAUSIBLE_DAY", "IMPLAUSIBLE_TIME", "MALFORMED", "NOT_FRAMED", "NULL_VALUE", "TRUNCATED", "UNKNOWN_SCHEMA", "WRONG_SCHEMA", RandomRecords.Marker, RandomRecords.Row],
            seen);
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_topic_of_another_name_feeds_bronze_and_hot_alike(string table)
    {
        var cancel = TestContext.Current.CancellationToken;
        var topic = Topics.All.Single(t => t.Table == table);
        var registry = new FileSchemaRegistry(folder, TimeProvider.System);
        var records = new RandomRecords(topic, await SchemaSubjects.RegisterAsync(registry, cancel), new(11));
        RandomRecords.Sample sample;
        do
            sample = records.Next();
        while (sample.Fate != RandomRecords.Row);
        var (bronze, hot) = await new Pair(topic with { Name = "renamed" }, registry).TakeAsync(sample, 0, cancel);
        Assert.Equal((RandomRecords.Row, topic == Topics.Permit ? null : RandomRecords.Row), (bronze, hot));
    }

    [Fact]
    public async Task A_row_is_decided_on_without_an_allocation()
    {
        const int rows = 2000;
        var cancel = TestContext.Current.CancellationToken;
        var topic = Topics.All[1];
        var registry = new FileSchemaRegistry(folder, TimeProvider.System);
        var records = new RandomRecords(topic, await SchemaSubjects.RegisterAsync(registry, cancel), new(7));
        RandomRecords.Sample sample;
        do
            sample = records.Next();
        while (sample.Fate != RandomRecords.Row);
        var batch = new ColumnBatch(TableContracts.Get(topic.Table), rows);
        var admission = new Admission(batch, registry, topic.Schema, TimeProvider.System);
        await admission.LoadAsync(records.Id, cancel);
        // The first time, columns grow.
        Assert.Equal(rows, Decide());
        batch.Reset();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var decided = Decide();
        Assert.Equal((rows, 0L), (decided, GC.GetAllocatedBytesForCurrentThread() - before));

        int Decide()
        {
            for (var i = 0; i < rows; i++)
            {
                var record = new KafkaRecord(0, 0, i, -1, sample.Key, sample.Value, sample.Key is not null, true);
                if (admission.TryFrame(record, out var frame) && admission.Decide(record, frame).IsRow)
                    batch.EndRow();
            }
            return batch.RowCount;
        }
    }

    /// <summary>Both sinks of a topic, at the start of one partition.</summary>
    sealed class Pair
    {
        static readonly LogPartition partition = new("log", "topic", 0);
        static readonly StartDecision start = new(0, 0, 0, 0, null);

        readonly DeadLetters deadLetters = new(NullLogger.Instance);
        readonly LogHoles holes = new();
        readonly HotRows rows = new();
        readonly BronzeSink bronze;
        readonly HotSink hot;

        public Pair(Topic topic, ISchemaRegistry registry)
        {
            bronze = new(topic, registry, deadLetters, holes, TimeProvider.System);
            bronze.Begin(new("topic", "log", 1), [new(partition, null, start, long.MaxValue)]);
            hot = new(topic, registry, rows.NewState(), TimeProvider.System);
            hot.Begin([new(partition, start, null)]);
        }

        /// <summary>
        /// The fates of a record: a row, a marker, for bronze also the reason
        /// of a dead letter, or old; null when hot keeps nothing of it.
        /// </summary>
        public async Task<(string Bronze, string? Hot)> TakeAsync(RandomRecords.Sample sample, long offset, CancellationToken cancel)
        {
            // A gate that holds every row shows which came.
            var gate = new HotGate(rows.NewState(), [partition], mostHeld: 1_000);
            gate.Mark(partition, -1, 0);
            int? wanted;
            while ((wanted = bronze.Take(Record(sample, offset), 0, 0)) is { } id)
            {
                Assert.Equal(id, hot.Take(Record(sample, offset), 0, gate));
                await Task.WhenAll(bronze.Admission.LoadAsync(id, cancel), hot.Admission.LoadAsync(id, cancel));
            }
            Assert.Null(hot.Take(Record(sample, offset), 0, gate));
            hot.Apply(gate);
            Assert.Equal(bronze.Partitions[0].Next, hot.Positions[0].Next);
            for (var c = 0; c < bronze.Batch.ColumnCount; c++)
                Assert.Equal(bronze.Batch.RowCount, bronze.Batch[c].Count);
            return (Bronze(), Hot(gate));
        }

        string Bronze()
        {
            var ends = holes.Batch.Contract.IndexOf("trade_date");
            var fates = new List<string>();
            if (deadLetters.Batch.RowCount > 0)
                fates.Add(System.Text.Encoding.UTF8.GetString(deadLetters.Batch.Text(deadLetters.Batch.Contract.IndexOf("reason"))[0]));
            if (holes.Batch.RowCount > 0 && !holes.Batch[ends].IsNull(holes.Batch.RowCount - 1))
                fates.Add(RandomRecords.Marker);
            if (bronze.Batch.RowCount > 0)
                fates.Add(RandomRecords.Row);
            deadLetters.Batch.Reset();
            holes.Batch.Reset();
            bronze.Batch.Reset();
            return fates.Count == 0 ? "old" : Assert.Single(fates);
        }

        static string? Hot(HotGate gate)
        {
            if (gate.Applied(partition, long.MaxValue) != long.MaxValue)
                return RandomRecords.Row;
            gate.Release();
            return gate.Complete is null ? null : RandomRecords.Marker;
        }

        static KafkaRecord Record(RandomRecords.Sample sample, long offset) =>
            new(0, 0, offset, -1, sample.Key, sample.Value, sample.Key is not null, sample.Value is not null);
    }
}
