using System.Collections.Immutable;
using System.Diagnostics;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Schemas;

namespace Dart.Lake.Bench;

/// <summary>
/// A day of a stream that commits a small batch each second, made as fast as it goes, and what a reader and maintenance have of it: one
/// commit is one file, with the position of eight partitions in its summary and property as the bronze job writes them.
/// </summary>
public sealed class CommitDay : IAsyncDisposable
{
    const int RowsPerCommit = 10, Partitions = 8;
    static readonly DateTimeOffset day = new(2026, 9, 22, 0, 0, 0, TimeSpan.Zero);
    static readonly TableIdent ident = TableIdent.Parse("bronze.trades");

    readonly SteppedTime time;
    readonly Lake lake;
    readonly TableContract contract;
    readonly ParquetFileWriter writer;
    readonly IdSource ids;
    long offset;

    CommitDay(SteppedTime time, Lake lake, TableContract contract, IdSource ids)
    {
        (this.time, this.lake, this.contract, this.ids) = (time, lake, contract, ids);
        writer = new(lake.Store, ids);
    }

    /// <summary>Makes the lake and its table.</summary>
    public static Task<CommitDay> StartAsync(string folder, CancellationToken cancel) =>
        StartAsync(new LakePlace { DataDir = folder }, cancel);

    /// <summary>The same, wherever the lake's parts lie.</summary>
    public static async Task<CommitDay> StartAsync(LakePlace place, CancellationToken cancel)
    {
        var (clock, seeded, trades) = (new SteppedTime(day), IdSource.Seeded(11), TableContracts.TryGet("bronze.trades")!);
        var opened = await Lake.OpenAsync(place, clock, seeded, cancel);
        await opened.Catalog.CreateAsync(ident, trades.ToDefinition(), cancel);
        return new(clock, opened, trades, seeded);
    }

    /// <summary>So many commits, a second of the day each; how long each took.</summary>
    public async Task<CommitTime[]> CommitAsync(int count, CancellationToken cancel)
    {
        var took = new CommitTime[count];
        for (var i = 0; i < count; i++)
        {
            time.Step(TimeSpan.FromSeconds(1));
            var batch = Batch();
            var (begun, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            await CommitAsync(batch, cancel);
            took[i] = new(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
        }
        return took;
    }

    /// <summary>Commits until the other work ends; how long each took.</summary>
    public async Task<CommitTime[]> CommitWhileAsync(Task work, CancellationToken cancel)
    {
        var took = new List<CommitTime>();
        while (!work.IsCompleted)
            took.AddRange(await CommitAsync(1, cancel));
        await work;
        return [.. took];
    }

    /// <summary>Joins the files of the days before the one at hand.</summary>
    public Task<CompactReport> CompactAsync(CancellationToken cancel) =>
        new Compaction(lake, ids).RunAsync(ident, new(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)), null, cancel);

    /// <summary>Midnight has passed: the day is closed.</summary>
    public void EndDay() => time.Step(TimeSpan.FromDays(1));

    /// <summary>
    /// How long planning takes a process that has just opened the lake, and again in the same process; and a query without rows on top.
    /// </summary>
    public async Task<PlanTimes> PlanAsync(CancellationToken cancel)
    {
        await using var fresh = await Lake.OpenAsync(lake.DataDir, time, ids, cancel);
        await using var engine = DuckDbEngine.Open(new DuckDbOptions { Threads = 2, MemoryLimitBytes = 1L << 30 });
        var first = await TimedAsync(() => PlanOnceAsync(fresh, cancel));
        var again = await TimedAsync(() => PlanOnceAsync(fresh, cancel));
        var firstQuery = await TimedAsync(() => QueryAsync(fresh, engine, cancel));
        var query = await TimedAsync(() => QueryAsync(fresh, engine, cancel));
        return new(first.Took, again.Took, firstQuery.Took, query.Took, again.Answer);
    }

    static async Task<(double Took, T Answer)> TimedAsync<T>(Func<Task<T>> work)
    {
        var begun = Stopwatch.GetTimestamp();
        var answer = await work();
        return (Stopwatch.GetElapsedTime(begun).TotalMilliseconds, answer);
    }

    static async Task<int> PlanOnceAsync(Lake fresh, CancellationToken cancel)
    {
        var table = (await fresh.Catalog.TryLoadAsync(ident, cancel))!;
        return (await fresh.Scan.PlanAsync(table, new ScanOptions(), cancel)).Files.Count;
    }

    static async Task<bool> QueryAsync(Lake fresh, DuckDbEngine engine, CancellationToken cancel)
    {
        await using var session = await LakeSession.OpenAsync(engine, fresh.Catalog, fresh.Scan, new ScanOptions(), cancel);
        await using var result = await session.QueryAsync($"SELECT * FROM {ident} LIMIT 0", cancel);
        return true;
    }

    /// <summary>
    /// What the table's metadata are: bytes of the newest file, snapshots, manifests, and files and bytes in their folder.
    /// </summary>
    public async Task<(long MetadataBytes, int Snapshots, int Manifests, int Files, long FolderBytes)> SizeAsync(CancellationToken cancel)
    {
        var table = (await lake.Catalog.TryLoadAsync(ident, cancel))!;
        var files = new DirectoryInfo(Path.Combine(lake.Warehouse, "bronze", "trades", "metadata")).GetFiles();
        return (
            new FileInfo(table.MetadataLocation["file://".Length..]).Length,
            table.Metadata.Snapshots.Count,
            await lake.Scan.ManifestsAsync(table, cancel),
            files.Length,
            files.Sum(f => f.Length));
    }

    /// <summary>Rows that a reader sees.</summary>
    public async Task<long> RowsAsync(CancellationToken cancel) =>
        (await lake.Scan.PlanAsync((await lake.Catalog.TryLoadAsync(ident, cancel))!, new ScanOptions(), cancel))
        .Files.Sum(f => f.RecordCount);

    async Task CommitAsync(ColumnBatch batch, CancellationToken cancel)
    {
        var table = (await lake.Catalog.TryLoadAsync(ident, cancel))!;
        var files = await writer.WriteAsync(batch, table.Metadata.Location, cancel);
        var position = new TablePosition(ids.NewLong(), Places());
        await lake.Catalog.CommitAsync(
            [
                new(ident, _ => new()
                {
                    Add = files,
                    SnapshotId = position.SnapshotId,
                    Summary = new Dictionary<string, string> { [LakeNames.Stream] = "bronze", [LakeNames.Offsets] = position.ToOffsets() },
                    Properties = new Dictionary<string, string?> { [LakeNames.Position] = position.ToProperty() },
                }),
            ],
            null,
            cancel);
    }

    ImmutableSortedDictionary<LogPartition, PartitionPosition> Places() => Enumerable.Range(0, Partitions).ToImmutableSortedDictionary(
        p => new LogPartition("kafka-cluster-of-22-cha/topic-id-of-22-chars-ab", "trades_raw", p),
        p => new PartitionPosition(offset, new(offset - 1, day.ToUnixTimeMilliseconds() * 1000, "0123456789abcdef")));

    ColumnBatch Batch()
    {
        var batch = new ColumnBatch(contract);
        for (var row = 0; row < RowsPerCommit; row++, offset++)
        {
            for (var i = 0; i < batch.ColumnCount; i++)
                Append(batch, i);
            batch.EndRow();
        }
        return batch;
    }

    void Append(ColumnBatch batch, int i)
    {
        switch (batch[i].Definition.Type.Kind)
        {
            case ColumnKind.String:
                batch.Text(i).Append($"{batch[i].Definition.Name}-{offset % 100}");
                break;
            case ColumnKind.Int or ColumnKind.Date:
                batch.Int32(i).Append((int)(offset % Partitions));
                break;
            case ColumnKind.Timestamptz:
                batch.Int64(i).Append(time.GetUtcNow().ToUnixTimeMilliseconds() * 1000 + offset % RowsPerCommit);
                break;
            case ColumnKind.Long:
                batch.Int64(i).Append(offset);
                break;
            case ColumnKind.Decimal when batch[i].Definition.Type.Precision <= 18:
                batch.Int64(i).Append(100_000_000 + offset % 50_000);
                break;
            default:
                batch[i].AppendNull();
                break;
        }
    }

    public ValueTask DisposeAsync() => lake.DisposeAsync();
}
