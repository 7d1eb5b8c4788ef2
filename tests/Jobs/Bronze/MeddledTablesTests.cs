using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Proofs;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>
/// Spark and PyIceberg compact, expire, evolve and roll back bronze tables while the job writes them: after each step the rows are right, in
/// our eyes and theirs, and the proof is whole; a rollback ends the job with the way out.
/// </summary>
[Collection(Meddlers.Name)]
public sealed class MeddledTablesTests(Meddlers others, ITestOutputHelper output)
{
    const string Table = "bronze.market_data";
    const int Steps = 8, EachStep = 40;

    static readonly TopicDefinition topic = new("market_data_raw", 2);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Statements by kind; # is a number of its own, and a column that is there or not.</summary>
    static readonly (string Kind, bool IsSpark, string Statement)[] acts =
    [
        ("compact", true, $"CALL lake.system.rewrite_data_files(table => '{Table}', options => map('min-input-files', '2', 'rewrite-all', 'true'))"),
        ("rewrite manifests", true, $"CALL lake.system.rewrite_manifests(table => '{Table}', use_caching => false)"),
        ("expire", true, $"CALL lake.system.expire_snapshots(table => '{Table}', older_than => TIMESTAMP '2999-01-01 00:00:00', retain_last => 1)"),
        ("expire", false, $"t = table('{Table}'); gone = [s.snapshot_id for s in t.snapshots() if s.snapshot_id not in [r.snapshot_id for r in t.refs().values()]]; gone and t.maintenance.expire_snapshots().by_ids(gone).commit()"),
        ("add", true, $"ALTER TABLE lake.{Table} ADD COLUMN extra_# INT"),
        ("add", false, $"from pyiceberg.types import IntegerType; t = table('{Table}'); u = t.update_schema(); u.add_column('extra_#', IntegerType()); u.commit()"),
        ("widen", true, $"ALTER TABLE lake.{Table} ALTER COLUMN extra_# TYPE BIGINT"),
        ("widen", false, $"from pyiceberg.types import LongType; t = table('{Table}'); u = t.update_schema(); u.update_column('extra_#', LongType()); u.commit()"),
        ("rename", true, $"ALTER TABLE lake.{Table} RENAME COLUMN extra_# TO other_#"),
        ("rename", false, $"t = table('{Table}'); u = t.update_schema(); u.rename_column('extra_#', 'other_#'); u.commit()"),
        ("reorder", true, $"ALTER TABLE lake.{Table} ALTER COLUMN sequence FIRST"),
        ("reorder", false, $"t = table('{Table}'); u = t.update_schema(); u.move_first('venue'); u.commit()"),
        ("drop", true, $"ALTER TABLE lake.{Table} DROP COLUMN extra_#"),
        ("drop", false, $"t = table('{Table}'); u = t.update_schema(); u.delete_column('extra_#'); u.commit()"),
        ("partition", true, $"ALTER TABLE lake.{Table} ADD PARTITION FIELD bucket(4, instrument)"),
        ("partition", false, $"from pyiceberg.transforms import BucketTransform; t = table('{Table}'); u = t.update_spec(); u.add_field('venue', BucketTransform(8), 'venue_#'); u.commit()"),
        ("unpartition", true, $"ALTER TABLE lake.{Table} DROP PARTITION FIELD bucket(4, instrument)"),
        ("rename ours", true, $"ALTER TABLE lake.{Table} RENAME COLUMN condition TO condition_#"),
        ("drop ours", false, $"t = table('{Table}'); u = t.update_schema(); u.delete_column('suspicious'); u.commit()"),
    ];

    [Fact]
    public async Task Rows_are_right_or_refused_clearly_whatever_Spark_and_PyIceberg_do_while_bronze_writes()
    {
        var (spark, python) = (others.Spark, others.Python);
        await using var engine = DuckDbEngine.Open(new DuckDbOptions { Threads = 1, MemoryLimitBytes = 1L << 30 });
        foreach (var seed in TestSize.Seeds(quick: 2, full: 50))
        {
            var sequence = new Sequence(seed, spark, python, engine);
            try
            {
                await sequence.RunAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"seed {seed}: {string.Join(", ", sequence.Told)}: {e.Message}\n{e.StackTrace}");
            }
            output.WriteLine($"seed {seed}: {string.Join(", ", sequence.Told)}");
        }
    }

    sealed class Sequence(int seed, Meddler spark, Meddler python, DuckDbEngine engine)
    {
        readonly Random random = new(seed);
        int sent;

        /// <summary>What a column of the contract is called now; null: as it was.</summary>
        string? renamed;

        public List<string> Told { get; } = [];

        public async Task RunAsync()
        {
            await using var world = await BronzeWorld.OpenAsync(Cancel);
            using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
            using var producer = new BatchProducer(cluster.Settings, "test", [topic]);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var settings = world.Settings(cluster.Settings) with { StopAtEnd = false, CommitInterval = TimeSpan.FromMilliseconds(30) };
            BronzeProgress? seen = null;
            var job = world.RunAsync(settings, stop.Token, p => seen = p);
            await SendAsync(EachStep);
            for (var step = 0; step < Steps && !job.IsCompleted; step++)
            {
                var (kind, isSpark, statement) = acts[random.Next(acts.Length)];
                var number = $"{random.Next(1, 3)}";
                var meddling = (isSpark ? spark : python).TryAsync(
                    world.Lake.CatalogFile, statement.Replace("#", number, StringComparison.Ordinal), Cancel);
                var race = Task.Run(() => { for (var i = 0; i < 4; i++) Send(EachStep / 4); }, Cancel);
                var refused = (await meddling).Refused;
                await race;
                Told.Add($"{(isSpark ? "Spark" : "PyIceberg")} {kind}{(refused is null ? "" : " (refused)")}");
                // only what is not there, or is there already, is theirs to refuse
                if (refused is not null && kind is "compact" or "rewrite manifests" or "expire" or "reorder")
                    Assert.Fail($"{kind}: {refused}");
                if (kind == "rename ours" && refused is null)
                    renamed = $"condition_{number}";
                await CommittedAsync();
                await RightAsync(world, Enumerable.Range(0, sent));
            }
            if (seed % 2 == 0 && await RollBackAsync(world) is { } left)
            {
                Send(5);
                var e = await Assert.ThrowsAsync<LakeException>(() => job.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
                Assert.Equal(LakeErrorKind.Corrupt, e.Kind);
                Assert.Contains("--accept-position", e.Message, StringComparison.Ordinal);
                Assert.Contains((await ProveAsync(world)).Tables.SelectMany(t => t.Findings), f => f.Kind == ProofFindingKind.PositionCorrupt);
                await NameBackAsync();
                await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings with { StopAtEnd = true }, Cancel));
                var before = sent - 5;
                await world.RunAsync(settings with { StopAtEnd = true, AcceptPosition = true }, Cancel);
                Assert.Equal(left.Concat(Enumerable.Range(before, 5)).Order(), (await OursAsync(world)).Order());
                return;
            }
            await stop.CancelAsync();
            await job;
            // once more from the start, as another process
            Send(5);
            await NameBackAsync();
            await world.RunAsync(settings with { StopAtEnd = true }, Cancel);
            await RightAsync(world, Enumerable.Range(0, sent));
            var theirs = await spark.DoAsync(world.Lake.CatalogFile, $"SELECT sequence FROM lake.{Table}", Cancel);
            Assert.Equal(Enumerable.Range(0, sent), theirs.Select(int.Parse).Order());

            // a stream that runs goes by ids; one that begins wants the contract's names
            async Task NameBackAsync()
            {
                if (renamed is null)
                    return;
                var e = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(settings with { StopAtEnd = true }, Cancel));
                Assert.Contains($"the column condition was renamed to {renamed}", e.Message, StringComparison.Ordinal);
                await spark.DoAsync(world.Lake.CatalogFile, $"ALTER TABLE lake.{Table} RENAME COLUMN {renamed} TO condition", Cancel);
            }

            void Send(int count)
            {
                for (var end = sent + count; sent < end; sent++)
                    producer.Send(topic.Name, sent % topic.Partitions, Events.Key(sent), world.Events.Quote(sent), Cancel);
                producer.Flush(Cancel);
            }

            async Task SendAsync(int count)
            {
                Send(count);
                await CommittedAsync();
            }

            async Task CommittedAsync()
            {
                while (seen?.Committed.Sum(c => c.Next) != sent)
                {
                    if (job.IsCompleted)
                        await job;
                    await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
                }
            }
        }

        async Task RightAsync(BronzeWorld world, IEnumerable<int> expected)
        {
            Assert.Equal(expected, (await OursAsync(world)).Order());
            Assert.Empty((await ProveAsync(world)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        }

        static Task<VerifyReport> ProveAsync(BronzeWorld world) => new Verifier(world.Lake.Catalog, world.Lake.Scan, world.Lake.Store).VerifyAsync(null, Cancel);

        async Task<IReadOnlyList<int>> OursAsync(BronzeWorld world)
        {
            await using var session = await LakeSession.OpenAsync(engine, world.Lake.Catalog, world.Lake.Scan, new(), Cancel);
            await using var result = await session.QueryAsync($"SELECT sequence FROM {Table} WHERE instrument IS NOT NULL", Cancel);
            return [.. (await result.ReadRowsAsync(100_000, Cancel)).Select(r => (int)(long)r[0]!)];
        }

        /// <summary>Sets main to before the position; the rows that are left, or null when everything older has expired.</summary>
        async Task<IReadOnlyList<int>?> RollBackAsync(BronzeWorld world)
        {
            var metadata = (await world.TableAsync(Table, Cancel)).Metadata;
            var line = metadata.AncestryOf(metadata.CurrentSnapshot!).ToList();
            var at = line.FindIndex(s => s.SnapshotId == TablePositionOf(metadata));
            if (at < 0 || at + 1 >= line.Count)
                return null;
            var target = line[random.Next(at + 1, line.Count)].SnapshotId;
            if (random.Next(2) == 0)
                await spark.DoAsync(world.Lake.CatalogFile, $"CALL lake.system.set_current_snapshot('{Table}', {target})", Cancel);
            else
                await python.DoAsync(world.Lake.CatalogFile, $"table('{Table}').manage_snapshots().set_current_snapshot({target}).commit()", Cancel);
            Told.Add("rolled back");
            return await OursAsync(world);
        }

        static long TablePositionOf(Lakehouse.Iceberg.Spec.TableMetadata metadata) =>
            TablePosition.Of(new(new("bronze", "market_data"), "", metadata)).SnapshotId;
    }
}
