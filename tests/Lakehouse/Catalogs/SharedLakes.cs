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
    internal async Task<TempLake> OpenAsync(TimeProvider? time, string settings = "")
    {
        var folder = Directory.CreateTempSubdirectory("lake-").FullName;
        return await TempLake.OpenAsync(new LakePlace { DataDir = folder, Catalog = await NewCatalogAsync() + settings }, seed: 1, time);
    }

    /// <summary>A lake whose catalog is in Postgres and whose tables are in a bucket.</summary>
    internal async Task<TempLake> OpenInBucketAsync(TimeProvider? time)
    {
        s3 ??= await S3Server.StartAsync(TestContext.Current.CancellationToken);
        return await TempLake.OpenAsync(Place(s3.Endpoint, await NewCatalogAsync(), made++), seed: 1, time);
    }

    /// <summary>A lake of many processes, each of which reaches the bucket through the same proxy.</summary>
    internal async Task<FaultyLake> BehindProxyAsync(Func<string, Fault> faults)
    {
        s3 ??= await S3Server.StartAsync(TestContext.Current.CancellationToken);
        var (catalog, number) = (await NewCatalogAsync(), made++);
        var proxy = new FaultProxy(s3.Endpoint) { OnRequest = faults };
        return new(proxy, () => Place(proxy.Endpoint, catalog, number));
    }

    static LakePlace Place(Uri endpoint, string catalog, int number) => new()
    {
        DataDir = Directory.CreateTempSubdirectory("lake-").FullName,
        Catalog = catalog,
        Location = $"s3://{S3Server.Bucket}/lake-{number}",
        S3 = new S3Settings
        {
            Endpoint = endpoint,
            Region = "us-east-1",
            PathStyle = true,
            PartBytes = 8 << 20,
            CacheBytes = 1 << 30,
            Retries = 4,
            RequestTimeout = TimeSpan.FromMinutes(1),
        },
    };

    /// <summary>The connection string of a new catalog, migrated.</summary>
    internal async Task<string> NewCatalogAsync()
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

/// <param name="Proxy">Before the bucket.</param>
/// <param name="NewPlace">The lake as one more process finds it.</param>
sealed record FaultyLake(FaultProxy Proxy, Func<LakePlace> NewPlace) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Proxy.DisposeAsync();
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
    static readonly TableIdent trades = new("bronze", "trades");

    private protected override Task<TempLake> OpenAsync(TimeProvider? time = null) => lakes.OpenAsync(time);

    [Fact]
    public async Task An_outcome_that_cannot_be_looked_up_while_another_holds_the_row_is_unknown()
    {
        await using var lake = await lakes.OpenAsync(null, ";Command Timeout=1");
        await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        await using var holder = new Npgsql.NpgsqlConnection(lake.CatalogConnection);
        await holder.OpenAsync(CancellationToken.None);
        lake.Committing.OnCommitPoint = async point =>
        {
            if (point != CommitPoint.Committed)
                return;
            await using var command = holder.CreateCommand();
            command.CommandText = "BEGIN; UPDATE iceberg_tables SET metadata_location = metadata_location";
            await command.ExecuteNonQueryAsync();
            throw new IOException("the answer was lost");
        };
        var failure = await Assert.ThrowsAsync<LakeException>(
            () => lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] }));
        Assert.True(failure.OutcomeIsUnknown, failure.Message);
        await holder.CloseAsync();
        Assert.Single((await lake.PlanAsync(await lake.LoadAsync(trades))).Files);
    }

    [Theory]
    [InlineData("")]
    [InlineData(";Maximum Pool Size=2")]
    [InlineData(";Maximum Pool Size=1")]
    public async Task Commits_to_many_tables_at_once_do_not_starve_each_other_of_connections(string settings)
    {
        await using var lake = await lakes.OpenAsync(null, settings);
        var tables = Enumerable.Range(0, 24).Select(i => new TableIdent("bronze", $"t{i}")).ToList();
        foreach (var table in tables)
            await lake.Catalog.CreateAsync(table, TempLake.ByDay, CancellationToken.None);
        using var gone = new CancellationTokenSource();
        var waits = tables.Select(table => Task.Run(() => lake.Catalog.CommitAsync(
            [new(table, _ => new TableIntent { Add = [TempLake.File(1, "gone")] })], null, gone.Token)));
        await gone.CancelAsync();
        foreach (var wait in waits.ToList())
            await Record.ExceptionAsync(() => wait);
        await Task.WhenAll(tables.Select(table => Task.Run(() => lake.CommitAsync(table, new TableIntent { Add = [TempLake.File(1, "a")] }))));
        foreach (var table in tables)
        {
            var files = (await lake.PlanAsync(await lake.LoadAsync(table))).Files;
            Assert.Contains(files, file => file.Path.EndsWith("a.parquet", StringComparison.Ordinal));
        }
    }
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
    public async Task A_place_is_of_one_lake_and_a_catalog_without_tables_may_name_another()
    {
        await using var lake = await lakes.OpenInBucketAsync(null);
        var catalog = await lakes.NewCatalogAsync();
        var folder = Directory.CreateTempSubdirectory("lake-").FullName;
        var taken = lake.Place with { Catalog = catalog, DataDir = folder };
        var refused = await Assert.ThrowsAsync<LakeException>(() => TempLake.OpenAsync(taken, seed: 2, time: null));
        Assert.Equal(LakeErrorKind.Invalid, refused.Kind);
        Assert.Contains("another lake", refused.Message, StringComparison.Ordinal);
        await using (await TempLake.OpenAsync(taken with { Location = lake.Place.Location + "-2" }, seed: 3, time: null))
        {
        }
        await using var again = await lake.ReopenAsync(4);
        Assert.Equal(lake.Lake.Id, again.Lake.Id);
    }

    [Fact]
    public async Task A_failed_commit_leaves_nothing_in_the_bucket_that_counts()
    {
        await using var lake = await lakes.OpenInBucketAsync(null);
        var before = await lake.Catalog.CreateAsync(trades, TempLake.ByDay, CancellationToken.None);
        lake.Committing.OnCommitPoint = point => point == CommitPoint.FilesWritten ? throw new IOException("torn") : Task.CompletedTask;
        await Assert.ThrowsAsync<IOException>(() => lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] }));
        lake.Committing.OnCommitPoint = null;
        Assert.Equal(before.MetadataLocation, (await lake.LoadAsync(trades)).MetadataLocation);
        Assert.Single((await lake.PlanAsync(await lake.CommitAsync(trades, new TableIntent { Add = [TempLake.File(1, "a")] }))).Files);
    }
}
