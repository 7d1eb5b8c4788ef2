using System.Text.Json.Nodes;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Damage;

/// <summary>
/// Plants faults in a lake's tables, each as a commit that no part of the platform would make, and takes them back at its end.
/// </summary>
sealed class PlantedFaults : IAsyncDisposable
{
    readonly Lake lake;
    readonly DuckDbEngine engine;
    readonly Dictionary<TableIdent, (IReadOnlyList<DataFile> Files, string? Position)> whole = [];

    PlantedFaults(Lake lake, DuckDbEngine engine) => (this.lake, this.engine) = (lake, engine);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<PlantedFaults> OpenAsync(string dataDir) =>
        new(
            await Lake.OpenAsync(dataDir, TimeProvider.System, IdSource.System, Cancel),
            DuckDbEngine.Open(new DuckDbOptions { AllowedFolders = [dataDir], Threads = 1, MemoryLimitBytes = 1L << 30 }));

    /// <summary>The first row of a query without a limit over the lake as it is now.</summary>
    public async Task<object?[]> RowAsync(string sql)
    {
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), Cancel);
        await using var result = await session.QueryAsync($"{sql} LIMIT 1", Cancel);
        return Assert.Single(await result.ReadRowsAsync(1, Cancel));
    }

    /// <summary>The rows of a table become those of a query.</summary>
    public async Task ReplaceAsync(string table, string sql)
    {
        var (ident, loaded) = await LoadAsync(table);
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), Cancel);
        var files = await session.ExportAsync(
            sql, TableContracts.Get(table), loaded.Metadata.Location, lake.Store, IdSource.System, Cancel);
        await CommitAsync(ident, new TableIntent { Add = files, Replace = Partitions([.. await FilesAsync(loaded), .. files]) });
    }

    /// <summary>A data file of the table is listed a second time.</summary>
    public async Task<string> ListTwiceAsync(string table)
    {
        var (ident, loaded) = await LoadAsync(table);
        var file = (await FilesAsync(loaded))[0];
        await CommitAsync(ident, new TableIntent { Add = [file] });
        return file.Path;
    }

    /// <summary>
    /// The position goes one offset on, in table and summary, and no row comes with it: the coordinate that nothing holds.
    /// </summary>
    public async Task<Coordinate> SkipOffsetAsync(string table)
    {
        var (ident, loaded) = await LoadAsync(table);
        var id = IdSource.System.NewLong();
        var position = JsonNode.Parse(loaded.Metadata.Properties[Property])!;
        position["snapshot-id"] = id;
        var (log, topics) = position["logs"]!.AsObject().First();
        var (topic, partitions) = topics!.AsObject().First();
        var next = partitions!["0"]!["next"]!.GetValue<long>();
        partitions["0"]!["next"] = next + 1;
        var offsets = JsonNode.Parse(position["logs"]!.ToJsonString())!;
        foreach (var at in offsets.AsObject().SelectMany(l => l.Value!.AsObject()).Select(t => t.Value!.AsObject()))
            foreach (var partition in at.ToList())
                at[partition.Key] = partition.Value!["next"]!.GetValue<long>();
        await CommitAsync(ident, new TableIntent
        {
            AlwaysSnapshot = true,
            SnapshotId = id,
            Summary = new Dictionary<string, string>(StringComparer.Ordinal) { ["dartlake.offsets"] = offsets.ToJsonString() },
            Properties = new Dictionary<string, string?>(StringComparer.Ordinal) { [Property] = position.ToJsonString() },
        });
        return new(log, topic, 0, next);
    }

    /// <summary>Mends the tables.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (ident, (files, position)) in whole)
        {
            var now = await FilesAsync((await lake.Catalog.TryLoadAsync(ident, CancellationToken.None))!);
            await lake.Catalog.CommitAsync([new(ident, _ => new TableIntent
            {
                Add = files,
                Replace = Partitions([.. now, .. files]),
                Properties = new Dictionary<string, string?>(StringComparer.Ordinal) { [Property] = position },
            })], null, CancellationToken.None);
        }
        await engine.DisposeAsync();
        await lake.DisposeAsync();
    }

    const string Property = "dartlake.position";

    async Task<(TableIdent, Table)> LoadAsync(string table)
    {
        var ident = TableIdent.Parse(table);
        var loaded = (await lake.Catalog.TryLoadAsync(ident, Cancel))!;
        if (!whole.ContainsKey(ident))
            whole.Add(ident, (await FilesAsync(loaded), loaded.Metadata.Properties.GetValueOrDefault(Property)));
        return (ident, loaded);
    }

    Task CommitAsync(TableIdent ident, TableIntent intent) => lake.Catalog.CommitAsync([new(ident, _ => intent)], null, Cancel);

    async Task<IReadOnlyList<DataFile>> FilesAsync(Table table) =>
        (await lake.Scan.PlanAsync(table, new ScanOptions(), CancellationToken.None)).Files;

    static IReadOnlyList<PartitionKey> Partitions(IEnumerable<DataFile> files) => [.. files.Select(file => file.Partition).Distinct()];
}
