using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Proofs;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>A seeded sequence of what others do to a table while bronze writes it, in a lake of its own.</summary>
sealed class MeddledSequence(int seed, Meddler spark, Meddler python, DuckDbEngine engine)
{
    const string Table = "bronze.market_data";
    const int Steps = 8, EachStep = 40;

    static readonly TopicDefinition topic = new("market_data_raw", 2);

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

    readonly Random random = new(seed);
    int sent;

    /// <summary>What a column of the contract is called now; null: as it was.</summary>
    string? renamed;
    /// <summary>The first that was sent after a column of the contract was dropped; those before may have lost their values.</summary>
    int droppedBefore;
    BronzeWorld world = null!;
    BatchProducer producer = null!;
    BronzeSettings toTheEnd = null!;
    Task job = Task.CompletedTask;
    BronzeProgress? seen;

    /// <summary>What was done, in order.</summary>
    public List<string> Told { get; } = [];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task RunAsync()
    {
        await using var lake = world = await BronzeWorld.OpenAsync(Cancel);
        using var cluster = InProcessCluster.Start([topic], TimeSpan.FromMinutes(1));
        using var sender = producer = new BatchProducer(cluster.Settings, "test", [topic]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        toTheEnd = world.Settings(cluster.Settings) with { CommitInterval = TimeSpan.FromMilliseconds(30) };
        job = world.RunAsync(toTheEnd with { StopAtEnd = false }, stop.Token, p => seen = p);
        Send(EachStep);
        await CommittedAsync();
        for (var step = 0; step < Steps; step++)
            await StepAsync();
        if (seed % 2 == 0 && await RollBackAsync() is { } left)
        {
            await StoppedAsync(left);
            return;
        }
        await stop.CancelAsync();
        await job;
        // once more from the start, as another process
        Send(5);
        await NameBackAsync();
        await world.RunAsync(toTheEnd, Cancel);
        await RightAsync();
        var theirs = await spark.DoAsync(world.Lake.CatalogFile, $"SELECT sequence FROM lake.{Table}", Cancel);
        Assert.Equal(Enumerable.Range(0, sent), theirs.Select(int.Parse).Order());
    }

    async Task StepAsync()
    {
        var (kind, isSpark, statement) = acts[random.Next(acts.Length)];
        var number = $"{random.Next(1, 3)}";
        var meddling = (isSpark ? spark : python).TryAsync(
            world.Lake.CatalogFile, statement.Replace("#", number, StringComparison.Ordinal), Cancel);
        for (var i = 0; i < 4; i++)
        {
            Send(EachStep / 4);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
        var refused = (await meddling).Refused;
        Told.Add($"{(isSpark ? "Spark" : "PyIceberg")} {kind}{(refused is null ? "" : " (refused)")}");
        // only what is not there, or is there already, is theirs to refuse
        Assert.False(refused is not null && kind is "compact" or "rewrite manifests" or "expire" or "reorder", $"{kind}: {refused}");
        if (kind == "rename ours" && refused is null)
            renamed = $"condition_{number}";
        if (kind == "drop ours" && refused is null)
            droppedBefore = sent;
        await CommittedAsync();
        await RightAsync();
    }

    /// <summary>The job ends at the first batch after a rollback, and goes on when it is told to.</summary>
    async Task StoppedAsync(IReadOnlyList<int> left)
    {
        var before = sent;
        Send(5);
        var e = await Assert.ThrowsAsync<LakeException>(() => job.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Equal(LakeErrorKind.Corrupt, e.Kind);
        Assert.Contains("--accept-position", e.Message, StringComparison.Ordinal);
        var findings = (await ProveAsync()).Tables.SelectMany(t => t.Findings);
        Assert.Contains(findings, f => f.Kind == ProofFindingKind.PositionCorrupt);
        await NameBackAsync();
        await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(toTheEnd, Cancel));
        await world.RunAsync(toTheEnd with { AcceptPosition = true }, Cancel);
        Assert.Equal(left.Concat(Enumerable.Range(before, 5)).Order(), (await OursAsync()).Order());
    }

    /// <summary>A stream that runs goes by ids; one that begins wants the contract's names.</summary>
    async Task NameBackAsync()
    {
        if (renamed is null)
            return;
        var e = await Assert.ThrowsAsync<LakeException>(() => world.RunAsync(toTheEnd, Cancel));
        Assert.Contains($"the column condition was renamed to {renamed}", e.Message, StringComparison.Ordinal);
        await spark.DoAsync(world.Lake.CatalogFile, $"ALTER TABLE lake.{Table} RENAME COLUMN {renamed} TO condition", Cancel);
    }

    void Send(int count)
    {
        for (var end = sent + count; sent < end; sent++)
            producer.Send(topic.Name, sent % topic.Partitions, Events.Key(sent), world.Events.Quote(sent), Cancel);
        producer.Flush(Cancel);
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

    /// <summary>Every row that was sent is there, once, and every offset is proven.</summary>
    async Task RightAsync()
    {
        Assert.Equal(Enumerable.Range(0, sent), (await OursAsync()).Order());
        await ValuesAreRightAsync();
        Assert.Empty((await ProveAsync()).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
    }

    /// <summary>Values of the contract's columns that others rename and drop are those that were sent.</summary>
    async Task ValuesAreRightAsync()
    {
        var there = (await world.TableAsync(Table, Cancel)).Metadata.Schema;
        // dropped, and no row has come since
        var flag = there.Find("suspicious") is null ? "NULL::BOOLEAN" : "suspicious";
        var condition = renamed is not null && there.Find(renamed) is not null ? renamed : "condition";
        await using var session = await LakeSession.OpenAsync(engine, world.Lake.Catalog, world.Lake.Scan, new(), Cancel);
        await using var result = await session.QueryAsync($"SELECT sequence, {condition}, {flag} FROM {Table}", Cancel);
        foreach (var row in await result.ReadRowsAsync(100_000, Cancel))
        {
            var sequence = (long)row[0]!;
            Assert.Equal(Events.Condition(sequence), row[1]);
            if (row[2] is not null || sequence >= droppedBefore)
                Assert.Equal(Events.IsSuspicious(sequence), row[2]);
        }
    }

    Task<VerifyReport> ProveAsync() => new Verifier(world.Lake.Catalog, world.Lake.Scan, world.Lake.Store).VerifyAsync(null, Cancel);

    async Task<IReadOnlyList<int>> OursAsync()
    {
        await using var session = await LakeSession.OpenAsync(engine, world.Lake.Catalog, world.Lake.Scan, new(), Cancel);
        await using var result = await session.QueryAsync($"SELECT sequence FROM {Table} WHERE instrument IS NOT NULL", Cancel);
        return [.. (await result.ReadRowsAsync(100_000, Cancel)).Select(r => (int)(long)r[0]!)];
    }

    /// <summary>Sets main to before the position; the rows that are left, or null when everything older has expired.</summary>
    async Task<IReadOnlyList<int>?> RollBackAsync()
    {
        var table = await world.TableAsync(Table, Cancel);
        var line = table.Metadata.AncestryOf(table.Metadata.CurrentSnapshot!).ToList();
        var at = line.FindIndex(s => s.SnapshotId == TablePosition.Of(table).SnapshotId);
        if (at < 0 || at + 1 >= line.Count)
            return null;
        var target = line[random.Next(at + 1, line.Count)].SnapshotId;
        var (engineOf, statement) = random.Next(2) == 0
            ? (spark, $"CALL lake.system.set_current_snapshot('{Table}', {target})")
            : (python, $"table('{Table}').manage_snapshots().set_current_snapshot({target}).commit()");
        await engineOf.DoAsync(world.Lake.CatalogFile, statement, Cancel);
        Told.Add("rolled back");
        return await OursAsync();
    }
}
