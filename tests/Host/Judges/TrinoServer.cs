using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>A Trino of the shared engines on a port and a folder of its own.</summary>
sealed class TrinoServer : IAsyncDisposable
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(5), between = TimeSpan.FromSeconds(2);

    readonly string program, folder;
    readonly Dictionary<string, string> environment;

    TrinoServer(string program, string folder, Dictionary<string, string> environment) =>
        (this.program, this.folder, this.environment) = (program, folder, environment);

    public Uri Url => new($"http://127.0.0.1:{environment["TRINO_PORT"]}");

    /// <summary>One whose catalog <c>lake</c> is that of an embedded lake.</summary>
    /// <param name="folder">For its own files.</param>
    /// <param name="home">The lake's.</param>
    public static Task<TrinoServer> OverAsync(string folder, string home) => StartAsync(folder, new Dictionary<string, string>
    {
        ["LAKE_CATALOG_TYPE"] = "jdbc",
        ["LAKE_JDBC_URL"] = $"jdbc:sqlite:{Path.Combine(home, "catalog.db")}",
        ["LAKE_WAREHOUSE"] = Path.Combine(home, "warehouse"),
    });

    /// <summary>Starts it; the test is skipped, loudly, when there is no such engine or no Java for it.</summary>
    /// <param name="folder">For its own files.</param>
    /// <param name="settings">Of its catalogs.</param>
    public static async Task<TrinoServer> StartAsync(string folder, IReadOnlyDictionary<string, string> settings)
    {
        var engine = Shared.Path("engines", "trino");
        Assert.SkipUnless(
            Directory.Exists("/usr/lib/jvm") && Directory.EnumerateDirectories("/usr/lib/jvm", "*25*").Any(), "needs a Java 25 in /usr/lib/jvm, for Trino");
        var variables = new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["TRINO_PORT"] = $"{FreePort.Next()}",
            ["TRINO_TIER"] = "1",
            ["TRINO_HEAP"] = "1g",
        };
        var trino = new TrinoServer(engine, folder, variables);
        await trino.StartAgainAsync();
        return trino;
    }

    /// <summary>Starts it after <see cref="Kill"/>, where it was.</summary>
    public Task StartAgainAsync()
    {
        // a server that stays holds the pipes of who has started it, so its words go to a file
        const string start = """mkdir -p "$1" && "$0" start "$1" >"$1/start.log" 2>&1 || { cat "$1/start.log" >&2; exit 1; }""";
        return Tool.RunAsync("/bin/bash", ["-c", start, program, folder], environment, limit);
    }

    /// <summary>kill -9: what it was at is gone.</summary>
    public void Kill()
    {
        using var server = Process.GetProcessById(int.Parse(File.ReadAllText(Path.Combine(folder, "pid")), CultureInfo.InvariantCulture));
        server.Kill();
        server.WaitForExit();
    }

    /// <summary>The rows of a query, without the names of their columns.</summary>
    public async Task<IReadOnlyList<string[]>> RowsAsync(string query) =>
    [
        .. (await Tool.RunAsync(program, ["sql", folder, query], environment, limit))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split('\t')),
    ];

    /// <summary>
    /// What statements read and write, by Trino's history, while something goes on: the figures of all but the last hundred are forgotten.
    /// </summary>
    /// <param name="end">It is over, well or not.</param>
    public async Task<IReadOnlyList<EngineWork>> WorkUntilAsync(Task end)
    {
        using var client = new HttpClient { BaseAddress = Url };
        client.DefaultRequestHeaders.Add("X-Trino-User", "test");
        var work = new Dictionary<string, EngineWork>(StringComparer.Ordinal);
        for (var isLast = false; ; isLast = end.IsCompleted)
        {
            foreach (var id in await FinishedAsync(client))
                if (!work.ContainsKey(id))
                    work[id] = await WorkOfAsync(client, id);
            if (isLast)
                return [.. work.Values];
            await Task.WhenAny(end, Task.Delay(between, TimeProvider.System));
        }
    }

    static async Task<IReadOnlyList<string>> FinishedAsync(HttpClient client) =>
    [
        .. JsonNode.Parse(await client.GetStringAsync("/v1/query"))!.AsArray()
            .Where(q => (string)q!["state"]! == "FINISHED").Select(q => (string)q!["queryId"]!),
    ];

    static async Task<EngineWork> WorkOfAsync(HttpClient client, string id)
    {
        var told = JsonNode.Parse(await client.GetStringAsync($"/v1/query/{id}"))!;
        var figures = told["queryStats"]!;
        return new((string)told["query"]!, (long)figures["physicalInputPositions"]!, (long)figures["writtenPositions"]!);
    }

    public async ValueTask DisposeAsync() => await Tool.RunAsync(program, ["stop", folder], environment, limit);
}
