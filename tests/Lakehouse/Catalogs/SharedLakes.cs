using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage.S3;
using Dart.Lake.Lakehouse.Tests.Iceberg;
using Dart.Lake.Tests.Support;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>
/// A Postgres and, when it is wanted, an S3 service for the tests of a class; each lake has a database and a folder of its own.
/// </summary>
public sealed class SharedLakes : IAsyncDisposable
{
    PostgresServer? postgres;
    S3Server? s3;
    int made;

    /// <summary>
    /// A lake whose catalog is in Postgres and whose tables lie in a folder, where Java and Python find them without keys.
    /// </summary>
    internal async Task<TempLake> OpenAsync(TimeProvider? time)
    {
        var folder = Directory.CreateTempSubdirectory("lake-").FullName;
        return await TempLake.OpenAsync(new LakePlace { DataDir = folder, Catalog = await NewCatalogAsync() }, seed: 1, time);
    }

    /// <summary>A lake whose catalog is in Postgres and whose tables are in a bucket.</summary>
    internal async Task<TempLake> OpenInBucketAsync(TimeProvider? time)
    {
        s3 ??= await S3Server.StartAsync(TestContext.Current.CancellationToken);
        return await TempLake.OpenAsync(new LakePlace
        {
            DataDir = Directory.CreateTempSubdirectory("lake-").FullName,
            Catalog = await NewCatalogAsync(),
            Location = $"s3://{S3Server.Bucket}/lake-{made++}",
            S3 = new S3Settings
            {
                Endpoint = s3.Endpoint, Region = "us-east-1", PathStyle = true, PartBytes = 8 << 20, CacheBytes = 1 << 30,
                Retries = 4, RequestTimeout = TimeSpan.FromMinutes(1),
            },
        }, seed: 1, time);
    }

    /// <summary>The connection string of a new catalog, migrated.</summary>
    async Task<string> NewCatalogAsync()
    {
        postgres ??= await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        var catalog = await postgres.NewDatabaseAsync(TestContext.Current.CancellationToken);
        await SharedCatalog.MigrateAsync(catalog, TimeProvider.System, TestContext.Current.CancellationToken);
        return catalog;
    }

    public async ValueTask DisposeAsync()
    {
        postgres?.Dispose();
        if (s3 is not null)
            await s3.DisposeAsync();
    }
}

public sealed class PostgresCatalogTests(SharedLakes lakes) : SqlCatalogTests, IClassFixture<SharedLakes>
{
    private protected override Task<TempLake> OpenAsync(TimeProvider? time = null) => lakes.OpenAsync(time);
}

public sealed class PostgresLedgerTests(SharedLakes lakes) : LedgerTests, IClassFixture<SharedLakes>
{
    private protected override Task<TempLake> OpenAsync(TimeProvider? time = null) => lakes.OpenAsync(time);
}

public sealed class PostgresCommitFailureTests(SharedLakes lakes) : CommitFailureTests, IClassFixture<SharedLakes>
{
    private protected override Task<TempLake> OpenAsync(TimeProvider? time = null) => lakes.OpenAsync(time);
}

public sealed class BucketCatalogTests(SharedLakes lakes) : IClassFixture<SharedLakes>
{
    static readonly TableIdent trades = new("bronze", "trades");

    [Fact]
    public async Task Tables_in_a_bucket_are_committed_to_read_and_found_again()
    {
        await using var lake = await lakes.OpenInBucketAsync(null);
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] });
        var table = await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(2, "b")], Tags = ["eod-2"] });
        Assert.StartsWith(lake.Lake.Location + "/warehouse/bronze/trades/metadata/", table.MetadataLocation, StringComparison.Ordinal);
        await using var other = await lake.ReopenAsync(2);
        Assert.Equal(2, (await other.PlanAsync(await other.LoadAsync(trades))).Files.Count);
        Assert.Equal(table.MetadataLocation, (await other.LoadAsync(trades)).MetadataLocation);
    }

    [Fact]
    public async Task A_failed_commit_leaves_nothing_in_the_bucket_that_counts()
    {
        await using var lake = await lakes.OpenInBucketAsync(null);
        var before = await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        lake.Sql.OnCommitPoint = point => point == CommitPoint.FilesWritten ? throw new IOException("torn") : Task.CompletedTask;
        await Assert.ThrowsAsync<IOException>(() => lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] }));
        lake.Sql.OnCommitPoint = null;
        Assert.Equal(before.MetadataLocation, (await lake.LoadAsync(trades)).MetadataLocation);
        Assert.Single((await lake.PlanAsync(await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] }))).Files);
    }
}
