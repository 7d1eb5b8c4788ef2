using Dart.Lake.Host.Tests.BadInput;
using Dart.Lake.Host.Tests.Kill;
using Npgsql;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>A small day in Kafka, and services that can be made to refuse, for the tests of a class; the first starts them.</summary>
public sealed class BadStreamServers : IAsyncDisposable
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(3);

    readonly TempFolder folder = new();
    KafkaServer? kafka;
    SharedServers? servers;
    int lakes;

    internal RegistryServer Registry { get; } = new();
    internal FaultProxy Proxy { get; private set; } = null!;
    internal string Brokers => kafka!.Brokers;
    internal SharedServers Servers => servers!;

    /// <summary>A lake in a database and a place of its own, of a user who is no superuser; the bucket is behind the proxy.</summary>
    /// <returns>The settings by which programs find it.</returns>
    internal async Task<Dictionary<string, string>> NewLakeAsync(CancellationToken cancel)
    {
        if (servers is null)
            await StartAsync(cancel);
        Proxy.OnRequest = _ => Fault.None;
        var catalog = new NpgsqlConnectionStringBuilder(await Servers.Postgres.NewDatabaseAsync(cancel)) { Username = "writer" };
        await Servers.Postgres.SqlAsync(catalog.Database!, "GRANT ALL ON SCHEMA public TO writer", cancel);
        var settings = Servers.With(
            ("DARTLAKE__Lake__Catalog", catalog.ConnectionString),
            ("DARTLAKE__Lake__Location", $"{SharedServers.Location}-{++lakes}"),
            ("DARTLAKE__Lake__S3Endpoint", Proxy.Endpoint.AbsoluteUri),
            ("DARTLAKE__Lake__S3Retries", "1"),
            ("DARTLAKE__Registry__Url", Registry.Url),
            ("DARTLAKE__Bronze__CommitIntervalMs", "100"),
            ("DARTLAKE__Bronze__MaxRows", "2000"));
        (await SharedServers.TypeAsync(settings, limit, "migrate", "--data-dir", folder["lake"])).Exits(0);
        return settings;
    }

    async Task StartAsync(CancellationToken cancel)
    {
        kafka = await KafkaServer.StartAsync(cancel);
        servers = await SharedServers.StartAsync(cancel);
        Proxy = new(servers.Endpoint);
        await servers.Postgres.SqlAsync("postgres", "CREATE ROLE writer LOGIN", cancel);
        var settings = await NewLakeAsync(cancel);
        (await SharedServers.TypeAsync(settings, limit, "produce", "sim", "--trades", "1000", "--brokers", Brokers, "--data-dir", folder["lake"])).Exits(0);
    }

    public async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
            await Proxy.DisposeAsync();
        if (servers is not null)
            await servers.DisposeAsync();
        if (kafka is not null)
            await kafka.DisposeAsync();
        Registry.Dispose();
        folder.Dispose();
    }
}

/// <summary>A stream whose services refuse in the middle of it ends in one line, has half committed nothing, and goes on later.</summary>
public sealed class BadStreamTests(BadStreamServers world) : IClassFixture<BadStreamServers>
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(3);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("full", 30)]
    [InlineData("no connections", 40)]
    public Task A_stream_that_a_service_ends_has_lost_nothing_and_goes_on_when_it_takes_again(string kind, int afterPuts) =>
        EndsAndGoesOnAsync(kind, afterPuts);

    public static MatrixTheoryData<string, int> Days => new(["full", "busy", "keys", "no connections", "read-only"], [7, 21, 50, 64]);

    [Theory(Explicit = true)]
    [MemberData(nameof(Days))]
    public Task Whatever_refuses_and_whenever_it_is_the_same(string kind, int afterPuts) => EndsAndGoesOnAsync(kind, afterPuts);

    async Task EndsAndGoesOnAsync(string kind, int afterPuts)
    {
        var settings = await world.NewLakeAsync(Cancel);
        using var folder = new TempFolder();
        string[] line = ["stream", "bronze", "--stop-at-end", "--brokers", world.Brokers, "--data-dir", folder["lake"]];
        var (puts, begun) = (0, false);
        world.Proxy.OnRequest = request =>
        {
            if (!begun && request.StartsWith("PUT ", StringComparison.Ordinal) && Interlocked.Increment(ref puts) == afterPuts)
            {
                begun = true;
                return Begins(kind);
            }
            return begun ? Goes(kind, request) : Fault.None;
        };
        var ended = (await SharedServers.TypeAsync(settings, limit, line)).Exits(1);
        Assert.True(begun);
        var said = Assert.Single(ended.Error.Split('\n'), text => text.StartsWith("dartlake: ", StringComparison.Ordinal));
        Assert.Contains(Words(kind), words => said.Contains(words, StringComparison.Ordinal));
        world.Proxy.OnRequest = _ => Fault.None;
        await world.Servers.Postgres.SqlAsync("postgres", "ALTER ROLE writer CONNECTION LIMIT -1; ALTER ROLE writer RESET ALL", Cancel);

        (await SharedServers.TypeAsync(settings, limit, "verify", "--data-dir", folder["lake"])).Exits(0);
        (await SharedServers.TypeAsync(settings, limit, line)).Exits(0);
        (await SharedServers.TypeAsync(settings, limit, "verify", "--data-dir", folder["lake"])).Exits(0);
        await using var lake = await Lake.OpenAsync(
            world.Servers.Place(folder["lake"]) with { Catalog = settings["DARTLAKE__Lake__Catalog"], Location = settings["DARTLAKE__Lake__Location"] },
            TimeProvider.System, IdSource.System, Cancel);
        var (_, next) = await LakeState.ReadAsync(lake, Cancel);
        Assert.Equal(KafkaEnds.Of(world.Brokers, LakeState.Tables.Select(t => t.Topic)).OrderBy(e => e.Key), next.OrderBy(e => e.Key));
    }

    /// <summary>The moment from which the service refuses.</summary>
    Fault Begins(string kind) => kind switch
    {
        "no connections" => new() { After = () => RefuseAsync("ALTER ROLE writer CONNECTION LIMIT 0") },
        "read-only" => new() { After = () => RefuseAsync("ALTER ROLE writer SET default_transaction_read_only = on") },
        _ => Goes(kind, "PUT "),
    };

    static Fault Goes(string kind, string request) => (kind, request.StartsWith("PUT ", StringComparison.Ordinal)) switch
    {
        ("full", true) => new() { Answer = 507, Code = "InsufficientStorage" },
        ("busy", _) => new() { Answer = 503, Code = "SlowDown" },
        ("keys", _) => new() { Answer = 403, Code = "InvalidAccessKeyId" },
        _ => Fault.None,
    };

    /// <summary>Those who are connected are sent away: a limit is for who comes.</summary>
    Task RefuseAsync(string statement) => world.Servers.Postgres.SqlAsync(
        "postgres", $"{statement}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'writer'", Cancel);

    /// <summary>One of them is in the line.</summary>
    static string[] Words(string kind) => kind switch
    {
        "full" => ["no room left"],
        "busy" => ["is busy"],
        "keys" => ["refuses the credentials"],
        "no connections" => ["no connection left", "is not known"],
        _ => ["read-only", "is not known"],
    };

    [Fact]
    public async Task What_answers_in_a_registry_s_place_ends_the_stream_before_it_takes_a_record()
    {
        var settings = await world.NewLakeAsync(Cancel);
        using var folder = new TempFolder();
        string[] line = ["stream", "bronze", "--stop-at-end", "--brokers", world.Brokers, "--data-dir", folder["lake"]];
        try
        {
            foreach (var (status, body) in new[] { (200, "<html>welcome</html>"), (200, "{}"), (404, "not here") })
            {
                world.Registry.Before = _ => Task.FromResult<(int, string)?>((status, body));
                var result = (await SharedServers.TypeAsync(settings, limit, line)).Exits(1);
                result.SaysOnce("no schema registry", "Registry:Url", world.Registry.Url);
            }
        }
        finally
        {
            world.Registry.Before = _ => Task.FromResult<(int, string)?>(null);
        }
        var rows = await SharedServers.TypeAsync(settings, limit, "sql", "select count(*) as n from bronze.trades", "--json", "--data-dir", folder["lake"]);
        Assert.Contains("\"n\":0", rows.Exits(0).Out.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        (await SharedServers.TypeAsync(settings, limit, line)).Exits(0);
    }
}
