using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Maintenance;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Columns;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Maintenance;

/// <summary>A lake with a table of all types, partitioned by day, under a clock of its own: files are as old as that clock says.</summary>
sealed class KeptLake : IAsyncDisposable
{
    public static readonly TableIdent Ident = TableIdent.Parse("bronze.all_types");
    static readonly TableContract contract = Contracts.AllTypes with { Partitions = [new("day", "identity", "day_part")] };
    const int FirstDay = 20_000;

    readonly TempLake temp;
    readonly IdSource ids = IdSource.Seeded(77);
    readonly HashSet<string> dated = new(StringComparer.Ordinal);
    readonly Random values;
    long sequence;

    KeptLake(TempLake temp, ShiftedTime time, int seed) => (this.temp, Time, values) = (temp, time, new Random(seed));

    public ShiftedTime Time { get; }
    public Lake Lake => temp.Lake;
    public CommittingCatalog Committing => temp.Committing;
    public LocalObjectStore Store => (LocalObjectStore)Lake.Store;
    public IReadOnlyList<string> TableFiles => Directory.GetFiles(Lake.Warehouse, "*", SearchOption.AllDirectories);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="seed">Of the rows.</param>
    /// <param name="properties">Of the table.</param>
    public static async Task<KeptLake> OpenAsync(int seed, params (string Name, string Value)[] properties)
    {
        var time = new ShiftedTime(DateTimeOffset.UnixEpoch.AddDays(FirstDay + 30));
        var lake = new KeptLake(await TempLake.OpenAsync(seed, time), time, seed);
        await lake.Lake.Catalog.CreateAsync(
            Ident, contract.ToDefinition() with { Properties = properties.ToDictionary(p => p.Name, p => p.Value) }, Cancel);
        return lake;
    }

    /// <summary>A file of new rows of one day, not in the table yet.</summary>
    public async Task<DataFile> FileAsync(int day, int rows)
    {
        var batch = new ColumnBatch(contract);
        for (var i = 0; i < rows; i++)
        {
            batch.Int32(0).Append(FirstDay + day);
            batch.Int64(1).Append(sequence++);
            Values(batch);
            batch.EndRow();
        }
        return Assert.Single(await new ParquetFileWriter(Lake.Store, ids).WriteAsync(batch, (await LoadAsync()).Metadata.Location, Cancel));
    }

    void Values(ColumnBatch batch)
    {
        for (var i = 2; i < batch.ColumnCount; i++)
            if (values.Next(4) == 0)
                batch[i].AppendNull();
            else
                Append(batch, i);
    }

    void Append(ColumnBatch batch, int i)
    {
        switch (batch[i])
        {
            case TextColumn text:
                text.Append($"text ∑ {values.Next(20)}");
                break;
            case BinaryColumn bytes:
                bytes.Append([1, (byte)values.Next(256)]);
                break;
            case DoubleColumn real:
                real.Append(values.Next(9) == 0 ? double.NaN : values.NextDouble());
                break;
            case BooleanColumn truth:
                truth.Append(values.Next(2) == 0);
                break;
            case Int32Column small:
                small.Append(values.Next(40_000));
                break;
            case Int128Column wide:
                wide.Append((Int128)values.NextInt64() * 1000);
                break;
            case Int64Column big:
                big.Append(values.NextInt64(999_999_999));
                break;
        }
    }

    public async Task<Table> AppendAsync(params (int Day, int Rows)[] parts)
    {
        var files = new List<DataFile>();
        foreach (var (day, rows) in parts)
            files.Add(await FileAsync(day, rows));
        return await temp.CommitAsync(Ident, new TableIntent { Add = files });
    }

    public Task<Table> CommitAsync(Func<Table, TableIntent> plan) => temp.CommitAsync(Ident, plan);

    public Task<Table> LoadAsync() => temp.LoadAsync(Ident);

    /// <summary>The table's day is that of the clock, of which 30 are closed.</summary>
    public Task<CompactReport> CompactAsync() =>
        new Compaction(Lake, ids).RunAsync(Ident, new(DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime)), null, Cancel);

    public Task<ExpireReport> ExpireAsync() => new Expiry(Lake).RunAsync(Ident, new(Time.GetUtcNow().AddDays(-1)), Cancel);

    /// <summary>Finds orphans, and deletes them.</summary>
    public async Task<IReadOnlyList<OrphanFile>> DeleteOrphansAsync()
    {
        DateFiles();
        var (deleted, failure) = await new Orphans(Lake, Time).DeleteAsync((await FindOrphansAsync()).Orphans, Cancel);
        Assert.Null(failure);
        return deleted;
    }

    public Task<OrphanSearch> FindOrphansAsync() => new Orphans(Lake, Time).FindAsync(Orphans.DefaultAge, Cancel);

    /// <summary>What waits and is due goes, with the next commit as it does in a stream.</summary>
    public async Task SweepAsync()
    {
        await CommitAsync(_ => new TableIntent { AlwaysSnapshot = true });
        await Committing.EndDeletionsAsync();
    }

    /// <summary>Files that were written since last time are as old as the lake's clock says.</summary>
    public void DateFiles()
    {
        foreach (var file in TableFiles.Where(dated.Add))
            File.SetLastWriteTimeUtc(file, Time.GetUtcNow().UtcDateTime);
    }

    public Task<ScanPlan> PlanAsync(ScanOptions options) => PlanOfAsync(options);

    async Task<ScanPlan> PlanOfAsync(ScanOptions options) => await temp.PlanAsync(await LoadAsync(), options);

    /// <summary>All rows of a state as text, each column of them, in the order of their sequence.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(DuckDbSession session, Table table, ScanPlan plan)
    {
        var sql = await TableReader.SqlForAsync(session, table, plan.Schema, plan.Files, Cancel);
        return [.. (await session.RowsAsync($"SELECT t::VARCHAR FROM ({sql}) t ORDER BY sequence", Cancel)).Select(row => (string)row[0]!)];
    }

    public ValueTask DisposeAsync() => temp.DisposeAsync();
}
