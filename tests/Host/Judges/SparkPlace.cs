using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.Spark;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>A lake with a few rows of every type, and a real Spark over it, for the tests that ask both.</summary>
public sealed class SparkPlace : IAsyncLifetime
{
    readonly TempFolder folder = new();
    readonly Lock gate = new();
    Task<SparkServer>? server;

    public ConformanceLake Lake { get; private set; } = null!;

    public string DataDir => folder["lake"];

    /// <summary>The first that asks starts the server, so that only tests which need it are skipped without it.</summary>
    Task<SparkServer> Server
    {
        get
        {
            lock (gate)
                return server ??= SparkServer.OverAsync(folder["spark"], DataDir);
        }
    }

    /// <summary>Of the client.</summary>
    public async Task<SparkSettings> SettingsAsync() => new()
    {
        Url = (await Server).Url,
        User = "dartlake",
        Catalog = "lake",
        RequestTimeout = TimeSpan.FromSeconds(60),
        Patience = TimeSpan.FromSeconds(10),
        // the suite writes names that are words of SQL in double quotes
        Session = new Dictionary<string, string> { ["spark.sql.ansi.doubleQuotedIdentifiers"] = "true" },
    };

    /// <summary>Runs a statement as it is, in a session of its own.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using IQueryEngine engine = new SparkEngine(await SettingsAsync(), TimeProvider.System, IdSource.System);
        await engine.ExecuteAsync(sql, CancellationToken.None);
    }

    /// <summary>Whether Spark works on a statement that ends with a remark of this text.</summary>
    public async Task<bool> RunsAsync(string text) => await (await Server).RunsAsync($"-- {text}");

    public async ValueTask InitializeAsync() => Lake = await ConformanceLake.MakeAsync(DataDir);

    public async ValueTask DisposeAsync()
    {
        if (server is { IsCompletedSuccessfully: true })
            await (await server).DisposeAsync();
        await Lake.DisposeAsync();
        folder.Dispose();
    }
}
