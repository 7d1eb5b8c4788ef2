using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Dart.Lake.Host.Tests.Judges;

/// <summary>A real Spark with its Spark Connect, over the catalog of an embedded lake.</summary>
sealed class SparkServer : IAsyncDisposable
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(4);

    readonly string program, folder;
    readonly Dictionary<string, string> environment;

    SparkServer(string program, string folder, Dictionary<string, string> environment) =>
        (this.program, this.folder, this.environment) = (program, folder, environment);

    public Uri Url => new($"sc://127.0.0.1:{environment["SPARK_PORT"]}");

    /// <summary>Starts it; the test is skipped, loudly, when there is no such engine or no Java for it.</summary>
    /// <param name="folder">For its own files.</param>
    /// <param name="home">The lake's.</param>
    public static Task<SparkServer> OverAsync(string folder, string home) => StartAsync(folder, new Dictionary<string, string>
    {
        ["LAKE_CATALOG_TYPE"] = "jdbc",
        ["LAKE_JDBC_URL"] = $"jdbc:sqlite:{Path.Combine(home, "catalog.db")}",
        ["LAKE_WAREHOUSE"] = Path.Combine(home, "warehouse"),
    });

    /// <summary>The same over a catalog of any place.</summary>
    /// <param name="folder">For its own files.</param>
    /// <param name="settings">Of its catalog.</param>
    public static async Task<SparkServer> StartAsync(string folder, IReadOnlyDictionary<string, string> settings)
    {
        var engine = Shared.Path("engines", "spark");
        Assert.SkipUnless(
            Directory.Exists("/usr/lib/jvm") && Directory.EnumerateDirectories("/usr/lib/jvm", "*17*").Any(), "needs a Java 17 in /usr/lib/jvm, for Spark");
        var variables = new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["SPARK_PORT"] = $"{FreePort.Next()}",
            ["SPARK_EXTRA_CONF"] = $"""
                spark.eventLog.enabled=true
                spark.eventLog.dir=file:{Directory.CreateDirectory(Events(folder)).FullName}
                spark.eventLog.compress=false
                spark.eventLog.rolling.enabled=false
                """,
        };
        var spark = new SparkServer(engine, folder, variables);
        await spark.StartAgainAsync();
        return spark;
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
        using var server = Process.GetProcessById(int.Parse(File.ReadAllText(Path.Combine(folder, "spark.pid")), CultureInfo.InvariantCulture));
        server.Kill();
        server.WaitForExit();
    }

    static readonly string[] watched = ["SparkListenerConnectOperation", "SparkListenerJobStart", "SparkListenerJobEnd"];

    static string Events(string folder) => Path.Combine(folder, "events");

    /// <summary>
    /// Whether Spark's own event log has an operation of this text, or a job of it, that has not ended: this Spark has no pages to ask.
    /// </summary>
    public async Task<bool> RunsAsync(string text)
    {
        var (open, jobs) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<int>());
        foreach (var line in (await LinesAsync()).Where(l => watched.Any(name => IsOf(l, name))))
        {
            var told = JsonNode.Parse(line)!;
            var (name, operation) = (((string)told["Event"]!).Split('.')[^1], (string?)told["operationId"] ?? "");
            if (name == "SparkListenerConnectOperationStarted" && ((string)told["statementText"]!).Contains(text, StringComparison.Ordinal))
                open.Add(operation);
            else if (name is "SparkListenerConnectOperationCanceled" or "SparkListenerConnectOperationFailed" or "SparkListenerConnectOperationClosed")
                open.Remove(operation);
            else if (name == "SparkListenerJobStart")
            {
                var tags = $"{told["Properties"]?["spark.job.tags"]}";
                if (open.Any(o => tags.Contains(o, StringComparison.Ordinal)))
                    jobs.Add((int)told["Job ID"]!);
            }
            else if (name == "SparkListenerJobEnd")
                jobs.Remove((int)told["Job ID"]!);
        }
        return open.Count + jobs.Count > 0;
    }

    /// <summary>The statements that Spark was told to run, by its event log.</summary>
    public async Task<IReadOnlyList<string>> StatementsAsync() =>
    [
        // plans among the other events are deeper than a reader of JSON likes
        .. (await LinesAsync()).Where(line => line.Contains("SparkListenerConnectOperationStarted", StringComparison.Ordinal))
            .Select(line => (string)JsonNode.Parse(line)!["statementText"]!),
    ];

    /// <summary>What statements have read and written, by the tasks in Spark's event log.</summary>
    public async Task<IReadOnlyList<EngineWork>> WorkAsync()
    {
        var (statements, stages) = (new Dictionary<string, EngineWork>(StringComparer.Ordinal), new Dictionary<int, string>());
        foreach (var line in await LinesAsync())
            if (IsOf(line, "SparkListenerConnectOperationStarted"))
            {
                // the text of the protocol, in which quotes are escaped
                var started = JsonNode.Parse(line)!;
                var text = ((string)started["statementText"]!).Replace("\\\"", "\"", StringComparison.Ordinal);
                statements[(string)started["jobTag"]!] = new(text, 0, 0);
            }
            else if (IsOf(line, "SparkListenerJobStart"))
            {
                var job = JsonNode.Parse(line)!;
                foreach (var stage in job["Stage IDs"]!.AsArray())
                    stages[(int)stage!] = $"{job["Properties"]?["spark.job.tags"]}";
            }
            else if (IsOf(line, "SparkListenerTaskEnd") && JsonNode.Parse(line) is var task && task!["Task Metrics"] is { } metrics)
            {
                var tags = stages[(int)task["Stage ID"]!];
                if (statements.Keys.FirstOrDefault(t => tags.Contains(t, StringComparison.Ordinal)) is { } tag)
                    statements[tag] = statements[tag] with
                    {
                        Read = statements[tag].Read + (long)metrics["Input Metrics"]!["Records Read"]!,
                        Written = statements[tag].Written + (long)metrics["Output Metrics"]!["Records Written"]!,
                    };
            }
        return [.. statements.Values];
    }

    /// <summary>Whether an event is of a kind; plans among the others are deeper than a reader of JSON likes.</summary>
    static bool IsOf(string line, string name) => line.AsSpan(0, Math.Min(line.Length, 120)).Contains(name, StringComparison.Ordinal);

    /// <summary>The events so far; the last line may be half written.</summary>
    async Task<IReadOnlyList<string>> LinesAsync()
    {
        var path = Directory.EnumerateFiles(Events(folder)).Single();
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var text = await reader.ReadToEndAsync();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public async ValueTask DisposeAsync() => await Tool.RunAsync(program, ["stop", folder], environment, limit);
}
