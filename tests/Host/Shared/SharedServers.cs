using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Storage.S3;
using Dart.Lake.Tests.Support;
using Npgsql;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>A Postgres and an S3 service of a test's own, and the settings by which programs find one lake there.</summary>
sealed class SharedServers : IAsyncDisposable
{
    readonly PostgresServer postgres;
    readonly S3Server s3;

    SharedServers(PostgresServer postgres, S3Server s3, string catalog) => (this.postgres, this.s3, Catalog) = (postgres, s3, catalog);

    /// <summary>Npgsql's connection string of the lake's catalog.</summary>
    public string Catalog { get; }

    /// <summary>Of the S3 service.</summary>
    public Uri Endpoint => s3.Endpoint;

    public PostgresServer Postgres => postgres;

    /// <summary>The name of the catalog's database.</summary>
    public string Database => new NpgsqlConnectionStringBuilder(Catalog).Database!;

    public static string Location => $"s3://{S3Server.Bucket}/firm";

    /// <summary>Starts both; the test is skipped, loudly, when one cannot be had.</summary>
    public static async Task<SharedServers> StartAsync(CancellationToken cancel)
    {
        var objects = await S3Server.StartAsync(cancel);
        try
        {
            var database = await PostgresServer.StartAsync(cancel);
            return new(database, objects, await database.NewDatabaseAsync(cancel));
        }
        catch
        {
            await objects.DisposeAsync();
            throw;
        }
    }

    /// <summary>As our own programs are told.</summary>
    public Dictionary<string, string> Settings => new(s3.Variables, StringComparer.Ordinal)
    {
        ["DARTLAKE__Lake__Catalog"] = Catalog,
        ["DARTLAKE__Lake__Location"] = Location,
        ["DARTLAKE__Lake__S3Endpoint"] = s3.Endpoint.AbsoluteUri,
        ["DARTLAKE__Lake__S3PathStyle"] = "true",
    };

    /// <summary>As Spark and Trino of the shared engines are told.</summary>
    public Dictionary<string, string> Jdbc
    {
        get
        {
            var place = new NpgsqlConnectionStringBuilder(Catalog);
            return new(s3.Variables, StringComparer.Ordinal)
            {
                ["LAKE_CATALOG_TYPE"] = "jdbc",
                ["LAKE_JDBC_URL"] = $"jdbc:postgresql://{place.Host}:{place.Port}/{place.Database}",
                ["LAKE_JDBC_USER"] = place.Username!,
                ["LAKE_JDBC_PASSWORD"] = "unused",
                ["LAKE_WAREHOUSE"] = $"{Location}/warehouse",
            };
        }
    }

    /// <summary>As SQLAlchemy names the catalog.</summary>
    public string Url
    {
        get
        {
            var place = new NpgsqlConnectionStringBuilder(Catalog);
            return $"postgresql+psycopg2://{place.Username}@{place.Host}:{place.Port}/{place.Database}";
        }
    }

    public IReadOnlyDictionary<string, string> Keys => s3.Variables;

    public LakePlace Place(string dataDir) => new()
    {
        DataDir = dataDir,
        Catalog = Catalog,
        Location = Location,
        S3 = new S3Settings
        {
            Endpoint = s3.Endpoint,
            Region = "us-east-1",
            PathStyle = true,
            PartBytes = 8 << 20,
            CacheBytes = 1 << 30,
            Retries = 4,
            RequestTimeout = TimeSpan.FromMinutes(1),
        },
    };

    /// <summary>The same with other settings of some.</summary>
    public Dictionary<string, string> With(params IEnumerable<(string Name, string Value)> others)
    {
        var settings = Settings;
        foreach (var (name, value) in others)
            settings[name] = value;
        return settings;
    }

    /// <summary>Runs a verb on the lake.</summary>
    public Task<Exe.Result> TypeAsync(TimeSpan limit, params IEnumerable<string> line) => TypeAsync(Settings, limit, line);

    /// <summary>Runs a verb with these settings.</summary>
    public static async Task<Exe.Result> TypeAsync(
        IReadOnlyDictionary<string, string> settings, TimeSpan limit, params IEnumerable<string> line)
    {
        using var process = Exe.Start(settings, line);
        return await Exe.EndAsync(process, limit);
    }

    /// <summary>kill -9 of Postgres, which comes back after a while.</summary>
    public async Task PostgresDiesAsync(TimeSpan outage, CancellationToken cancel)
    {
        postgres.Kill();
        await Task.Delay(outage, TimeProvider.System, cancel);
        await postgres.RestartAsync(cancel);
    }

    /// <summary>kill -9 of the S3 service, which comes back after a while.</summary>
    public async Task ObjectsDieAsync(TimeSpan outage, CancellationToken cancel)
    {
        s3.Kill();
        await Task.Delay(outage, TimeProvider.System, cancel);
        await s3.StartAgainAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        postgres.Dispose();
        await s3.DisposeAsync();
    }
}
