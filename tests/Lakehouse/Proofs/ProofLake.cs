using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Proofs;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Proofs;

/// <summary>A lake with one bronze table that holds nothing but coordinates, dead letters and holes; committed as a job would.</summary>
sealed class ProofLake : IAsyncDisposable
{
    public const string Log = "cluster/topic-1", Topic = "trades_raw";

    static readonly (string, string, bool, ColumnEncoding)[] place = [
        ("_log_id", "string", false, ColumnEncoding.Dictionary),
        ("_topic", "string", false, ColumnEncoding.Dictionary),
        ("_kafka_partition", "int", false, ColumnEncoding.Default),
    ];
    static readonly TableContract trades = Contracts.Of("bronze.trades", [.. place, ("_offset", "long", false, ColumnEncoding.Delta)]);
    static readonly TableContract deadLetters = Contracts.Of("bronze.dead_letters", [.. place, ("_offset", "long", false, ColumnEncoding.Delta)]);
    static readonly TableContract holes = Contracts.Of(
        "ops.log_holes", [.. place, ("from_offset", "long", false, ColumnEncoding.Delta), ("to_offset", "long", false, ColumnEncoding.Delta), ("reason", "string", false, ColumnEncoding.Dictionary)]);

    readonly string folder;
    ParquetFileWriter? writer;
    readonly IdSource ids;
    Lake? lake;

    ProofLake(string folder, int seed) => (this.folder, ids) = (folder, IdSource.Seeded(seed));

    public Lake Lake => lake!;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<ProofLake> OpenAsync()
    {
        var proof = new ProofLake(Directory.CreateTempSubdirectory("dartlake-proof-").FullName, seed: 5);
        proof.lake = await Lake.OpenAsync(proof.folder, TimeProvider.System, proof.ids, Cancel);
        foreach (var contract in new[] { trades, deadLetters, holes })
            await proof.lake.Catalog.CreateAsync(TableIdent.Parse(contract.Name), contract.ToDefinition(), Cancel);
        return proof;
    }

    /// <summary>One that is there already; its folder goes with it.</summary>
    public static async Task<ProofLake> OpenAsync(string folder, int seed) =>
        new(folder, seed) { lake = await Lake.OpenAsync(folder, TimeProvider.System, IdSource.Seeded(seed), Cancel) };

    /// <summary>A file of rows at these offsets of a partition.</summary>
    public Task<DataFile> RowsAsync(int partition, params IEnumerable<long> offsets) =>
        WriteAsync(trades, partition, offsets.Select(o => (o, 0L)));

    public Task<DataFile> DeadLettersAsync(int partition, params IEnumerable<long> offsets) =>
        WriteAsync(deadLetters, partition, offsets.Select(o => (o, 0L)));

    public Task<DataFile> HolesAsync(int partition, params IEnumerable<(long From, long To)> runs) => WriteAsync(holes, partition, runs);

    /// <summary>A file of holes whose records the log had lost.</summary>
    public Task<DataFile> LostAsync(int partition, params IEnumerable<(long From, long To)> runs) => WriteAsync(holes, partition, runs, "GAP");

    async Task<DataFile> WriteAsync(TableContract contract, int partition, IEnumerable<(long From, long To)> runs, string reason = "SKIPPED")
    {
        var batch = new ColumnBatch(contract);
        foreach (var (from, to) in runs)
        {
            batch.Text(0).Append(Log);
            batch.Text(1).Append(Topic);
            batch.Int32(2).Append(partition);
            batch.Int64(3).Append(from);
            if (contract == holes)
            {
                batch.Int64(4).Append(to);
                batch.Text(5).Append(reason);
            }
            batch.EndRow();
        }
        var table = await lake!.Catalog.TryLoadAsync(TableIdent.Parse(contract.Name), Cancel);
        return Assert.Single(await (writer ??= new(lake.Store, ids)).WriteAsync(batch, table!.Metadata.Location, Cancel));
    }

    /// <summary>One transaction: files of the three tables, and the position with its summary.</summary>
    public async Task CommitAsync(
        long[] next,
        DataFile[]? rows = null,
        DataFile[]? dead = null,
        DataFile[]? gaps = null,
        bool replace = false,
        long? positionOf = null)
    {
        var id = ids.NewLong();
        var offsets = string.Join(",", next.Index().Select(n => $"\"{n.Index}\":{n.Item}"));
        var positions = string.Join(",", next.Index().Select(n => $"\"{n.Index}\":{{\"next\":{n.Item}}}"));
        await lake!.Catalog.CommitAsync(
        [
            new(TableIdent.Parse(trades.Name), _ => new TableIntent
            {
                Add = rows ?? [],
                Replace = replace ? [PartitionKey.Unpartitioned] : null,
                AlwaysSnapshot = true,
                SnapshotId = id,
                Summary = new Dictionary<string, string>(StringComparer.Ordinal) { ["dartlake.stream"] = "bronze", ["dartlake.offsets"] = Nested(offsets) },
                Properties = new Dictionary<string, string?>(StringComparer.Ordinal) { ["dartlake.position"] = $"{{\"snapshot-id\":{positionOf ?? id},\"logs\":{Nested(positions)}}}" },
            }),
            new(TableIdent.Parse(deadLetters.Name), _ => new TableIntent { Add = dead ?? [] }),
            new(TableIdent.Parse(holes.Name), _ => new TableIntent { Add = gaps ?? [] }),
        ], null, Cancel);
    }

    static string Nested(string partitions) => $"{{\"{Log}\":{{\"{Topic}\":{{{partitions}}}}}}}";

    public Task<VerifyReport> VerifyAsync(params string[] only) => new Verifier(lake!.Catalog, lake.Scan, lake.Store).VerifyAsync(
        only.Length == 0 ? null : Array.ConvertAll(only, TableIdent.Parse), Cancel);

    /// <summary>A table in bronze that no bronze job writes.</summary>
    public Task ForeignAsync(string table) => lake!.Catalog.CreateAsync(
        TableIdent.Parse(table), Contracts.Of(table, ("x", "int", true, ColumnEncoding.Default)).ToDefinition(), Cancel);

    /// <summary>Takes a table's metadata file away, and opens the lake as the next process does.</summary>
    public async Task LoseMetadataAsync(string table)
    {
        File.Delete(FileLocation.ToPath((await lake!.Catalog.TryLoadAsync(TableIdent.Parse(table), Cancel))!.MetadataLocation));
        await lake.DisposeAsync();
        lake = await Lake.OpenAsync(folder, TimeProvider.System, ids, Cancel);
    }

    public static string PathOf(DataFile file) => FileLocation.ToPath(file.Path);

    public async ValueTask DisposeAsync()
    {
        if (lake is not null)
            await lake.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
