using Npgsql;
using static Dart.Lake.Host.Tests.BadInput.Refusal;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>One Postgres and one S3 service for the tests of a class, started by the first, with a lake that is migrated.</summary>
public sealed class MigratedServers : IAsyncDisposable
{
    SharedServers? servers;

    internal async Task<SharedServers> GetAsync()
    {
        if (servers is null)
        {
            servers = await SharedServers.StartAsync(TestContext.Current.CancellationToken);
            using var folder = new TempFolder();
            (await servers.TypeAsync(TimeSpan.FromMinutes(1), "migrate", "--data-dir", folder.Path)).Exits(0);
        }
        return servers;
    }

    public ValueTask DisposeAsync() => servers?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>What a person types while a service refuses: the exit code, and one line that says what to do and holds no secret.</summary>
public sealed class BadServicesTests(MigratedServers migrated) : IClassFixture<MigratedServers>, IDisposable
{
    const string Catalog = "DARTLAKE__Lake__Catalog", Location = "DARTLAKE__Lake__Location";

    static readonly TimeSpan limit = TimeSpan.FromMinutes(2);

    readonly TempFolder folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    /// <summary>It fails with these settings, and the line has all of the words and none of the secrets.</summary>
    async Task FailsAsync(int code, IReadOnlyDictionary<string, string> settings, string[] verb, params string[] words)
    {
        var result = (await SharedServers.TypeAsync(settings, limit, [.. verb, "--data-dir", folder["lake"]])).Exits(code);
        result.SaysOnce(words);
        foreach (var secret in settings.Where(s => s.Key is "PGPASSWORD" or "AWS_SECRET_ACCESS_KEY").Select(s => s.Value).Where(s => s.Length > 0))
            Assert.DoesNotContain(secret, result.Out + result.Error, StringComparison.Ordinal);
    }

    async Task WorksAsync(IReadOnlyDictionary<string, string> settings) =>
        (await SharedServers.TypeAsync(settings, limit, "table", "ls", "--data-dir", folder["lake"])).Exits(0);

    [Fact]
    public async Task A_database_that_has_no_connection_left_is_told()
    {
        var servers = await migrated.GetAsync();
        await servers.Postgres.SqlAsync(servers.Database, "CREATE ROLE one LOGIN CONNECTION LIMIT 1; GRANT ALL ON ALL TABLES IN SCHEMA public TO one", Cancel);
        var ofRole = new NpgsqlConnectionStringBuilder(servers.Catalog) { Username = "one", Pooling = false };
        await using (var held = new NpgsqlConnection(ofRole.ConnectionString))
        {
            await held.OpenAsync(Cancel);
            await FailsAsync(1, servers.With((Catalog, ofRole.ConnectionString)), ["table", "ls"], "no connection left", "role", "fewer processes");
        }
        var taken = new List<NpgsqlConnection>();
        try
        {
            await Assert.ThrowsAsync<PostgresException>(TakeAllAsync);
            await FailsAsync(1, servers.Settings, ["table", "ls"], "no connection left", "max_connections", "fewer processes");
        }
        finally
        {
            foreach (var connection in taken)
                await connection.DisposeAsync();
        }
        await WorksAsync(servers.Settings);

        async Task TakeAllAsync()
        {
            while (true)
            {
                taken.Add(new NpgsqlConnection(servers.Catalog + ";Pooling=false"));
                await taken[^1].OpenAsync(Cancel);
            }
        }
    }

    /// <summary>As a standby is: who only reads goes on.</summary>
    [Fact]
    public async Task A_database_that_takes_no_changes_is_told_to_those_who_write()
    {
        var servers = await migrated.GetAsync();
        var standby = servers.With((Catalog, servers.Catalog + ";Options=-c default_transaction_read_only=on"));
        await WorksAsync(standby);
        await FailsAsync(1, standby, ["migrate"], "read-only", "primary");
        await FailsAsync(1, standby, ["eod", "--date", "2026-09-21"], "read-only", "primary");
    }

    [Fact]
    public async Task A_log_in_that_the_database_refuses_is_told()
    {
        var servers = await migrated.GetAsync();
        await servers.Postgres.SqlAsync(servers.Database, "CREATE ROLE guarded LOGIN PASSWORD 'right-horse'; GRANT ALL ON ALL TABLES IN SCHEMA public TO guarded; CREATE ROLE idler LOGIN", Cancel);
        await servers.Postgres.AskForPasswordAsync("guarded", Cancel);
        var guarded = (Catalog, As("guarded"));
        await WorksAsync(servers.With(guarded, ("PGPASSWORD", "right-horse")));
        await FailsAsync(1, servers.With(guarded, ("PGPASSWORD", "wrong-horse")), ["table", "ls"], "refuses the log-in", "PGPASSWORD");
        await FailsAsync(1, servers.With(guarded), ["table", "ls"], "refuses the log-in", "PGPASSWORD");
        await FailsAsync(1, servers.With((Catalog, As("nobody-at-all"))), ["table", "ls"], "refuses the log-in", "Username");
        await FailsAsync(1, servers.With((Catalog, As("idler"))), ["table", "ls"], "lacks a right");

        string As(string user) => new NpgsqlConnectionStringBuilder(servers.Catalog) { Username = user }.ConnectionString;
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_told()
    {
        var servers = await migrated.GetAsync();
        var none = new NpgsqlConnectionStringBuilder(servers.Catalog) { Database = "none_such" }.ConnectionString;
        await FailsAsync(1, servers.With((Catalog, none)), ["table", "ls"], "none_such", "CREATE DATABASE", "dartlake migrate");
        await FailsAsync(1, servers.With((Catalog, $"Host=127.0.0.1;Port={FreePort.Next()};Database=a;Username=b")), ["table", "ls"], "Connection refused");
        await FailsAsync(2, servers.With((Catalog, "nonsense")), ["table", "ls"], "connection string cannot be read", "Host=", Catalog);
    }

    [Fact]
    public async Task Keys_that_the_service_refuses_are_told()
    {
        var servers = await migrated.GetAsync();
        string[] verb = ["table", "ls"];
        await FailsAsync(1, servers.With(("AWS_SECRET_ACCESS_KEY", "wrong-secret")), verb, "refuses the credentials (SignatureDoesNotMatch)", "AWS_SECRET_ACCESS_KEY");
        await FailsAsync(1, servers.With(("AWS_ACCESS_KEY_ID", "somebody")), verb, "refuses the credentials (InvalidAccessKeyId)", "AWS_ACCESS_KEY_ID");
        (string, string)[] without = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_SHARED_CREDENTIALS_FILE", folder["keys"])];
        await FailsAsync(1, servers.With(without), verb, "no credentials", "AWS_ACCESS_KEY_ID", "AWS_SHARED_CREDENTIALS_FILE");
        await File.WriteAllTextAsync(folder["keys"], "[other]\naws_access_key_id = somebody\naws_secret_access_key = something\n", Cancel);
        await FailsAsync(1, servers.With([.. without, ("AWS_PROFILE", "desk")]), verb, "no credentials", "\"desk\"", "AWS_PROFILE");
    }

    [Fact]
    public async Task Keys_come_from_a_profile_s_file_as_well_as_from_the_environment()
    {
        var servers = await migrated.GetAsync();
        await File.WriteAllTextAsync(
            folder["keys"],
            $"[default]\naws_access_key_id = somebody\naws_secret_access_key = something\n\n[desk]\naws_access_key_id = {servers.Keys["AWS_ACCESS_KEY_ID"]}\naws_secret_access_key = {servers.Keys["AWS_SECRET_ACCESS_KEY"]}\n",
            Cancel);
        (string, string)[] ofFile = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("AWS_SHARED_CREDENTIALS_FILE", folder["keys"])];
        await WorksAsync(servers.With([.. ofFile, ("AWS_PROFILE", "desk")]));
        await FailsAsync(1, servers.With(ofFile), ["table", "ls"], "refuses the credentials");
        // the environment comes first
        await WorksAsync(servers.With(("AWS_SHARED_CREDENTIALS_FILE", folder["keys"])));
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_told_and_the_database_is_as_it_was()
    {
        var servers = await migrated.GetAsync();
        var catalog = await servers.Postgres.NewDatabaseAsync(Cancel);
        var wrong = servers.With((Catalog, catalog), (Location, "s3://none-such/firm"));
        await FailsAsync(1, wrong, ["migrate"], "there is no bucket none-such", "make it");
        // named right the next time, the lake is made there
        await WorksAsync(servers.With((Catalog, catalog), (Location, "s3://lake/second")));
    }

    [Fact]
    public async Task What_migrate_has_done_is_told_once()
    {
        var servers = await migrated.GetAsync();
        var settings = servers.With((Catalog, await servers.Postgres.NewDatabaseAsync(Cancel)), (Location, "s3://lake/third"));
        string[] line = ["migrate", "--data-dir", folder["lake"]];
        var first = (await SharedServers.TypeAsync(settings, limit, line)).Exits(0);
        Assert.Equal(("", 1), (first.Error, first.Out.Count(c => c == '\n')));
        Assert.Contains("has taken migration 1", first.Out, StringComparison.Ordinal);
        Assert.Contains("nothing to do", (await SharedServers.TypeAsync(settings, limit, line)).Exits(0).Out, StringComparison.Ordinal);
    }
}
