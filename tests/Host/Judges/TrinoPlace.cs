using Dart.Lake.Lakehouse.Engines.Trino;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>A lake with a few rows of every type, and a real Trino over it, for the tests that ask both.</summary>
public sealed class TrinoPlace : IAsyncLifetime
{
    readonly TempFolder folder = new();
    Task<TrinoServer>? server;

    public ConformanceLake Lake { get; private set; } = null!;

    public string DataDir => folder["lake"];

    /// <summary>Of the client. The first that asks starts the server, so that only tests which need it are skipped without it.</summary>
    public async Task<TrinoSettings> SettingsAsync() => new()
    {
        Url = (await (server ??= TrinoServer.OverAsync(folder["trino"], DataDir))).Url,
        User = "dartlake",
        Catalog = "lake",
        RequestTimeout = TimeSpan.FromSeconds(60),
        Patience = TimeSpan.FromSeconds(10),
        Session = new Dictionary<string, string>(),
    };

    /// <summary>The rows of a statement that Trino runs as it is.</summary>
    public async Task<IReadOnlyList<object?[]>> RowsAsync(string sql)
    {
        await using var engine = new TrinoEngine(await SettingsAsync(), TimeProvider.System);
        await using var result = await engine.QueryAsync(sql, CancellationToken.None);
        return await result.ReadRowsAsync(1000, CancellationToken.None);
    }

    /// <summary>Whether Trino works on a statement that ends with a remark of this text.</summary>
    public async Task<bool> RunsAsync(string text) => (await RowsAsync(
        $"SELECT query_id FROM system.runtime.queries WHERE query LIKE '%-- {text}' AND state NOT IN ('FINISHED', 'FAILED')")).Count > 0;

    public async ValueTask InitializeAsync() => Lake = await ConformanceLake.MakeAsync(DataDir);

    public async ValueTask DisposeAsync()
    {
        if (server is { IsCompletedSuccessfully: true })
            await (await server).DisposeAsync();
        await Lake.DisposeAsync();
        folder.Dispose();
    }
}
