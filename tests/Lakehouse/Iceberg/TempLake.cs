using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Lakehouse.Tests.Catalogs;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

/// <summary>A lake in a folder of its own, deleted at the end.</summary>
sealed class TempLake : IAsyncDisposable
{
    readonly LakePlace place;
    readonly bool owner;
    readonly ServedFolder? server;

    TempLake(Lake lake, LakePlace place, bool owner, ServedFolder? server = null) =>
        (Lake, this.place, this.owner, this.server) = (lake, place, owner, server);

    public Lake Lake { get; }
    public ICatalog Catalog => Lake.Catalog;
    /// <summary>The folder of its tables.</summary>
    public string Warehouse => FileLocation.ToPath(Lake.WarehouseLocation);

    public CommittingCatalog Committing => (CommittingCatalog)Lake.Catalog;

    /// <summary>Two columns, partitioned by the first.</summary>
    public static TableDefinition ByDay { get; } = new(
        new IcebergSchema(0, [new(1, "trade_date", IcebergType.Date, Required: true), new(2, "amount", IcebergType.Decimal(38, 10), Required: false)]),
        [new("trade_date", "identity", "trade_date")],
        new Dictionary<string, string>());

    public static Task<TempLake> OpenAsync(int seed = 1, TimeProvider? time = null) =>
        OpenAsync(new LakePlace { DataDir = Directory.CreateTempSubdirectory("lake-").FullName }, seed, time);

    /// <summary>A lake whose parts lie anywhere.</summary>
    public static async Task<TempLake> OpenAsync(LakePlace place, int seed, TimeProvider? time) =>
        new(await Lake.OpenAsync(place, time ?? TimeProvider.System, IdSource.Seeded(seed), CancellationToken.None), place, owner: true);

    /// <summary>A lake whose tables a server names, which ends with it.</summary>
    public static async Task<TempLake> OpenAsync(ServedFolder server, int seed, TimeProvider? time)
    {
        var there = server.NewPlace();
        var opened = await Lake.OpenAsync(there, time ?? TimeProvider.System, IdSource.Seeded(seed), CancellationToken.None);
        return new(opened, there, owner: true, server);
    }

    /// <summary>A second opening of the same lake, as another process would have it.</summary>
    public async Task<TempLake> ReopenAsync(int seed, TimeProvider? time = null) =>
        new(await Lake.OpenAsync(place, time ?? TimeProvider.System, IdSource.Seeded(seed), CancellationToken.None), place, owner: false);

    public static async Task<TempLake> ReopenAsync(string folder, int seed, TimeProvider time)
    {
        var there = new LakePlace { DataDir = folder };
        return new(await Lake.OpenAsync(there, time, IdSource.Seeded(seed), CancellationToken.None), there, owner: false);
    }

    public LakePlace Place => place;

    /// <summary>Npgsql's connection string of a shared catalog.</summary>
    public string CatalogConnection => place.Catalog!;

    /// <summary>As SQLAlchemy names the catalog.</summary>
    public string CatalogUri => place.Catalog is null
        ? $"sqlite:///{server?.CatalogFile ?? Lake.CatalogFile}"
        : PostgresUri(new(place.Catalog));

    static string PostgresUri(Npgsql.NpgsqlConnectionStringBuilder place) =>
        $"postgresql+psycopg2://{place.Username}@{place.Host}:{place.Port}/{place.Database}";

    public Task<Table> CommitAsync(TableIdent ident, TableIntent intent) => CommitAsync(ident, _ => intent);

    public async Task<Table> CommitAsync(TableIdent ident, Func<Table, TableIntent> plan) =>
        (await Catalog.CommitAsync([new(ident, plan)], null, CancellationToken.None))[0];

    public async Task<Table> LoadAsync(TableIdent ident) => (await Catalog.TryLoadAsync(ident, CancellationToken.None))!;

    public Task<ScanPlan> PlanAsync(Table table, ScanOptions? options = null) =>
        Lake.Scan.PlanAsync(table, options ?? new(), CancellationToken.None);

    /// <summary>A file that only the manifests know: planning never opens it.</summary>
    public static DataFile File(int day, string name, long records = 10) => new()
    {
        Path = $"file:///nowhere/data/{name}.parquet",
        Partition = new PartitionKey(day),
        RecordCount = records,
        FileSizeInBytes = 1000,
        ValueCounts = new Dictionary<int, long> { [1] = records, [2] = records },
        NullValueCounts = new Dictionary<int, long> { [1] = 0, [2] = 0 },
        LowerBounds = new Dictionary<int, byte[]> { [1] = SingleValue.Serialize(IcebergType.Date, Literal.Of(day)), [2] = [0] },
        UpperBounds = new Dictionary<int, byte[]> { [1] = SingleValue.Serialize(IcebergType.Date, Literal.Of(day)), [2] = [1, 0] },
    };

    public async ValueTask DisposeAsync()
    {
        await Lake.DisposeAsync();
        if (owner)
            Directory.Delete(Lake.DataDir, recursive: true);
        if (server is not null)
            await server.DisposeAsync();
    }
}
