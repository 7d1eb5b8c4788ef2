using System.Globalization;
using Dart.Lake.Host.Output;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Catalogs.Databases;
using Dart.Lake.Lakehouse.Catalogs.Remote;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Engines.Spark;
using Dart.Lake.Lakehouse.Engines.Trino;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Lakehouse.Storage.S3;
using Dart.Lake.Sql.Staging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Dart.Lake.Host.Wiring;

/// <summary>The one place that chooses implementations and hands clocks, ids and settings to them.</summary>
sealed class Composition(Settings settings, TimeProvider time, IdSource ids)
{
    public Settings Settings => settings;

    /// <summary>What defaults follow.</summary>
    public Machine Machine { get; } = Machine.Here();

    public TimeProvider Time => time;
    public IdSource Ids => ids;

    /// <summary>Opens the lake of a folder and of the settings, or makes one.</summary>
    /// <param name="dataDir">The folder.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <param name="alsoIn">Folders beside its own in which tables of others may lie.</param>
    public Task<Lake> OpenAsync(string dataDir, CancellationToken cancel, params IEnumerable<string> alsoIn) =>
        Lake.OpenAsync(Place(dataDir) with { AlsoIn = [.. alsoIn.Select(Path.GetFullPath)] }, time, ids, cancel);

    /// <summary>Opens a lake of our own in a folder, whatever the settings name, or makes one.</summary>
    public Task<Lake> OpenScratchAsync(string folder, CancellationToken cancel) =>
        Lake.OpenAsync(Path.GetFullPath(folder), time, ids, cancel);

    /// <summary>The lake of the settings' catalog with its tables in a bucket, or a new one there; the catalog's tables are made.</summary>
    /// <exception cref="LakeException">Invalid: the settings name no catalog that is shared.</exception>
    public async Task<Lake> OpenSharedAsync(string location, string dataDir, CancellationToken cancel)
    {
        if (settings.Lake.Catalog.Length == 0)
            throw LakeException.Invalid($"a lake in {location} has its catalog in Postgres; name it: DARTLAKE__Lake__Catalog='Host=…;Database=…;Username=…'");
        await MigrateCatalogAsync(cancel);
        return await Lake.OpenAsync(Place(dataDir) with { Location = location }, time, ids, cancel);
    }

    /// <summary>Whether a folder has a lake of its own, whatever the settings name.</summary>
    public static bool IsEmbedded(string dataDir) => HasFile(dataDir);

    /// <summary>Whether the catalog is a shared database, or a REST catalog.</summary>
    public bool IsShared => settings.Lake.Catalog.Length > 0 || settings.Rest.Url.Length > 0;

    /// <exception cref="LakeException">Invalid: tables in a bucket, and a catalog that others cannot reach.</exception>
    LakePlace Place(string dataDir) => settings.Lake.Location.Length > 0 && !IsShared
        ? throw LakeException.Invalid($"the tables of Lake:Location, {settings.Lake.Location}, have their catalog in Postgres; name it: DARTLAKE__Lake__Catalog='Host=…;Database=…;Username=…'")
        : new()
        {
            DataDir = Path.GetFullPath(dataDir),
            Catalog = NullIfEmpty(settings.Lake.Catalog),
            Location = NullIfEmpty(settings.Lake.Location),
            S3 = S3(),
            Tables = Rest(),
        };

    RemoteSettings? Rest() => settings.Rest.Url.Length == 0 ? null : new()
    {
        Url = new Uri(settings.Rest.Url),
        Warehouse = NullIfEmpty(settings.Rest.Warehouse),
        Token = NullIfEmpty(settings.Rest.Token),
        Credential = NullIfEmpty(settings.Rest.Credential),
        TokenUrl = NullIfEmpty(settings.Rest.TokenUrl) is { } url ? new Uri(url) : null,
        Scope = settings.Rest.Scope,
        RequestTimeout = TimeSpan.FromSeconds(settings.Rest.RequestTimeoutSeconds),
        Retries = settings.Rest.Retries,
        Tell = Failure.Note,
    };

    S3Settings S3() => new()
    {
        Endpoint = NullIfEmpty(settings.Lake.S3Endpoint) is { } endpoint ? new Uri(endpoint) : null,
        Region = settings.Lake.S3Region,
        PathStyle = settings.Lake.S3PathStyle,
        PartBytes = settings.Lake.S3PartMb << 20,
        Retries = settings.Lake.S3Retries,
        RequestTimeout = TimeSpan.FromSeconds(settings.Lake.S3RequestTimeoutSeconds),
        CacheBytes = settings.Lake.CacheMb << 20,
    };

    static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    /// <summary>Makes a shared catalog's tables those of this program; gives the numbers of the steps taken.</summary>
    public Task<IReadOnlyList<int>> MigrateCatalogAsync(CancellationToken cancel) => settings.Lake.Catalog.Length == 0
        ? Task.FromResult<IReadOnlyList<int>>([])
        : SharedCatalog.MigrateAsync(settings.Lake.Catalog, time, cancel);

    /// <summary>Opens a lake that must be there.</summary>
    /// <exception cref="LakeException">Invalid: no lake in that folder.</exception>
    public Task<Lake> OpenExistingAsync(string dataDir, CancellationToken cancel) => OpenAsync(ExistingFolder(dataDir), cancel);

    /// <summary>Opens the lake of a folder; null: there is none.</summary>
    public async Task<Lake?> TryOpenAsync(string dataDir, CancellationToken cancel) =>
        HasCatalog(dataDir) ? await OpenExistingAsync(dataDir, cancel) : null;

    /// <summary>The folder of a lake, which need not live there.</summary>
    /// <exception cref="LakeException">Invalid: no lake in that folder.</exception>
    public string ExistingFolder(string dataDir) =>
        HasCatalog(dataDir) ? !IsShared && Lake.IsEmptyCatalog(dataDir)
            ? throw LakeException.Corrupt($"catalog.db in {Path.GetFullPath(dataDir)} is empty: it is no catalog, and no lake can be read with it; restore it from a backup, or name another folder with --data-dir")
            : dataDir
            : throw LakeException.Invalid($"there is no lake in {Path.GetFullPath(dataDir)}; {(Below(dataDir) is { } lake ? $"add --data-dir {ShellWord.Quoted(lake)}" : "run 'dartlake demo', or name its folder with --data-dir")}");

    /// <summary>A lake in a folder of that one, as the demo leaves it.</summary>
    static string? Below(string dataDir) =>
        Directory.Exists(dataDir) ? Directory.EnumerateDirectories(dataDir).FirstOrDefault(HasFile) : null;

    bool HasCatalog(string folder) => IsShared || HasFile(folder);

    static bool HasFile(string folder) => File.Exists(Path.Combine(folder, "catalog.db"));

    /// <summary>The Kafka that a verb was told of.</summary>
    /// <exception cref="LakeException">Invalid: none was, or a client setting is not KEY=VALUE.</exception>
    public KafkaSettings Kafka(string? brokers, IEnumerable<string>? client, string verb)
    {
        if (string.IsNullOrEmpty(brokers))
            throw LakeException.Invalid($"{verb} needs a Kafka: type 'dartlake {verb} --brokers HOST:9092'; only 'dartlake demo' brings its own");
        foreach (var broker in brokers.Split(','))
            RefusePort(broker.Trim());
        var passed = new Dictionary<string, string>(settings.Kafka.Client, StringComparer.Ordinal);
        foreach (var pair in client ?? [])
            passed[pair.Split('=')[0]] = pair.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                ? pair[(at + 1)..]
                : throw LakeException.Invalid($"--kafka wants KEY=VALUE, not '{pair.Split('=')[0]}'");
        return new KafkaSettings { Brokers = brokers, Security = passed, Patience = TimeSpan.FromSeconds(settings.Kafka.PatienceSeconds) };
    }

    /// <exception cref="LakeException">Invalid: what follows the host is no port.</exception>
    static void RefusePort(string broker)
    {
        var place = broker[(broker.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0)..];
        var host = place.LastIndexOf(']') + 1;
        // of an IPv6 address without brackets nobody can tell the port
        if (place.LastIndexOf(':') is var colon && colon >= host && (host > 0 || place.IndexOf(':', StringComparison.Ordinal) == colon)
            && !(ushort.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0))
            throw LakeException.Invalid($"'{broker}' is no address of a broker: a port is a number from 1 to 65535; write --brokers HOST:9092");
    }

    /// <summary>A Kafka of this process's own.</summary>
    public InProcessCluster InProcess(int partitions) =>
        InProcessCluster.Start([.. KafkaFeed.Definitions(partitions)], patience: TimeSpan.FromSeconds(settings.Kafka.PatienceSeconds));

    public BronzeSettings Bronze(KafkaSettings kafka) => new()
    {
        Kafka = kafka,
        CommitInterval = TimeSpan.FromMilliseconds(settings.Bronze.CommitIntervalMs),
        MaxRows = settings.Bronze.MaxRows,
    };

    /// <summary>A Redis that a verb was told of.</summary>
    /// <param name="address">host:port.</param>
    /// <param name="prefix">What the lake's keys begin with, before a colon; empty: nothing.</param>
    public HotStoreSettings Redis(string address, string prefix) => new()
    {
        Address = address,
        Password = settings.Hot.RedisPassword is { Length: > 0 } password ? password : null,
        Prefix = prefix,
    };

    public HotSettings Hot(KafkaSettings kafka) => new()
    {
        Kafka = kafka,
        FlushInterval = TimeSpan.FromMilliseconds(settings.Hot.FlushIntervalMs),
        MaxHeldRows = settings.Hot.MaxHeldRows,
        CutGrace = TimeSpan.FromSeconds(settings.Hot.CutGraceSeconds),
        IdleLimit = TimeSpan.FromSeconds(settings.Hot.IdleLimitSeconds),
        Patience = TimeSpan.FromSeconds(settings.Kafka.PatienceSeconds),
    };

    public ISchemaRegistry Registry(Lake lake) =>
        HttpRegistry() is { } registry ? registry : new FileSchemaRegistry(Path.Combine(lake.DataDir, "registry"), time);

    /// <summary>The registry that the settings name; null: they name none.</summary>
    public HttpSchemaRegistry? HttpRegistry() => settings.Registry.Url.Length == 0 ? null : new(new()
    {
        Url = settings.Registry.Url,
        User = settings.Registry.User,
        Password = settings.Registry.Password,
        Token = settings.Registry.Token,
        CaFile = settings.Registry.CaFile,
        RequestTimeout = TimeSpan.FromSeconds(settings.Registry.RequestTimeoutSeconds),
        Retries = settings.Registry.Retries,
    });

    /// <summary>DuckDB that reads the lake's files and spills into its folder.</summary>
    /// <param name="lake">The lake.</param>
    /// <param name="others">Folders whose files it may read beside the lake's.</param>
    public DuckDbEngine DuckDb(Lake lake, params IEnumerable<string> others) => DuckDbEngine.Open(new DuckDbOptions
    {
        Threads = Machine.Threads(settings.DuckDb.Threads),
        MemoryLimitBytes = Machine.MemoryLimit(settings.DuckDb.MemoryLimitMb),
        TempFolder = Path.Combine(lake.DataDir, "tmp"),
        TempLimitBytes = Machine.TempLimit(settings.DuckDb.TempLimitMb, lake.DataDir),
        AllowedFolders = [.. others.Append(lake.DataDir).Concat(lake.Folders).Distinct(StringComparer.Ordinal)],
        Objects = lake.Store,
    });

    /// <summary>Trino over the lake's tables.</summary>
    /// <param name="lake">The lake.</param>
    /// <param name="asOf">A tag, a snapshot or a time; null: as it is.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <exception cref="LakeException">Invalid: the settings name no Trino, or name it wrongly.</exception>
    public Task<TrinoEngine> TrinoAsync(Lake lake, string? asOf, CancellationToken cancel) =>
        TrinoEngine.OpenNamedAsync(Trino(), time, lake.Catalog, lake.Scan, asOf, cancel);

    TrinoSettings Trino() => settings.Trino.Url.Length == 0
        ? throw LakeException.Invalid("the settings name no Trino; set DARTLAKE__Trino__Url=http://HOST:8080, or do without it: DuckDB reads and builds the tables, too")
        : new()
        {
            Url = new Uri(settings.Trino.Url),
            User = settings.Trino.User,
            Catalog = settings.Trino.Catalog,
            Password = NullIfEmpty(settings.Trino.Password),
            Token = NullIfEmpty(settings.Trino.Token),
            CertificateAuthorityFile = NullIfEmpty(settings.Trino.CertificateAuthorityFile),
            RequestTimeout = TimeSpan.FromSeconds(settings.Trino.RequestTimeoutSeconds),
            Patience = TimeSpan.FromSeconds(settings.Trino.PatienceSeconds),
            Session = settings.Trino.Session,
        };

    /// <summary>Spark over the lake's tables.</summary>
    /// <param name="lake">The lake.</param>
    /// <param name="asOf">A tag, a snapshot or a time; null: as it is.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <exception cref="LakeException">Invalid: the settings name no Spark, or name it wrongly.</exception>
    public Task<SparkEngine> SparkAsync(Lake lake, string? asOf, CancellationToken cancel) =>
        SparkEngine.OpenNamedAsync(Spark(), time, ids, lake.Catalog, lake.Scan, asOf, cancel);

    /// <summary>An engine that models are built on; null: the embedded one.</summary>
    /// <param name="name">duckdb, trino or spark.</param>
    /// <exception cref="LakeException">Invalid: the settings name no such engine, or name it wrongly.</exception>
    public TargetEngine? Target(string name) => name switch
    {
        "trino" => TargetEngine.Trino(new TrinoEngine(TrinoOfModels(), time), settings.Trino.Catalog),
        "spark" => TargetEngine.Spark(new SparkEngine(SparkOfModels(), time, ids), settings.Spark.Catalog),
        _ => null,
    };

    TrinoSettings TrinoOfModels() => Trino() with { Session = TargetEngine.OfTrinoSessions(settings.Trino.Session) };

    SparkSettings SparkOfModels() => Spark() with { Session = TargetEngine.OfSparkSessions(settings.Spark.Session) };

    SparkSettings Spark() => settings.Spark.Url.Length == 0
        ? throw LakeException.Invalid("the settings name no Spark; set DARTLAKE__Spark__Url=sc://HOST:15002, or do without it: DuckDB reads and builds the tables, too")
        : new()
        {
            Url = new Uri(settings.Spark.Url),
            User = settings.Spark.User,
            Catalog = settings.Spark.Catalog,
            Token = NullIfEmpty(settings.Spark.Token),
            CertificateAuthorityFile = NullIfEmpty(settings.Spark.CertificateAuthorityFile),
            RequestTimeout = TimeSpan.FromSeconds(settings.Spark.RequestTimeoutSeconds),
            Patience = TimeSpan.FromSeconds(settings.Spark.PatienceSeconds),
            Session = settings.Spark.Session,
        };

    /// <summary>Logs on stderr; warnings and worse unless DARTLAKE_LOG names a level.</summary>
    public ILoggerFactory Logs() => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(Enum.TryParse<LogLevel>(Environment.GetEnvironmentVariable("DARTLAKE_LOG"), ignoreCase: true, out var level)
            ? level
            : LogLevel.Warning)
        .AddFilter("Microsoft", LogLevel.Warning)
        // what ends the start of a server is the verb's to tell, once
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
        .AddConsole(console => (console.LogToStandardErrorThreshold, console.FormatterName) = (LogLevel.Trace, LogLines.FormatterName))
        .Services.AddSingleton<ConsoleFormatter>(new LogLines(time)));
}
