using System.Diagnostics;
using System.Text.Json.Nodes;
using Dart.Lake.Host.Tests.Judges;
using Dart.Lake.Host.Tests.SharedLakes;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Staging;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Targets;

/// <summary>A lake in Postgres and on S3 with a small seeded day, and a Spark and a Trino over it that may build its models.</summary>
sealed class TargetLake : IAsyncDisposable
{
    public const string Day = "2026-09-22";

    static readonly TimeSpan limit = TimeSpan.FromMinutes(15);

    readonly TempFolder folder;
    readonly SharedServers servers;

    TargetLake(SharedServers servers, TempFolder folder, SparkServer spark, TrinoServer trino) =>
        (this.servers, this.folder, Spark, Trino) = (servers, folder, spark, trino);

    public SparkServer Spark { get; }

    public TrinoServer Trino { get; }

    public string DataDir => folder["sim"];

    /// <summary>Starts the servers; the test is skipped, loudly, when one cannot be had. The day is published by DuckDB.</summary>
    public static async Task<TargetLake> StartAsync(int trades, CancellationToken cancel)
    {
        var stores = await SharedServers.StartAsync(cancel);
        var place = new TempFolder();
        var spark = await SparkServer.StartAsync(place["spark"], stores.Jdbc);
        var trino = await TrinoServer.StartAsync(place["trino"], stores.Jdbc);
        var lake = new TargetLake(stores, place, spark, trino);
        (await lake.TypeAsync("migrate")).Exits(0);
        (await stores.TypeAsync(limit, "demo", "--trades", $"{trades}", "--data-dir", lake.folder.Path)).Exits(0);
        return lake;
    }

    /// <summary>What the executable says, which finds the lake and both engines in its settings.</summary>
    public Task<Exe.Result> TypeAsync(params string[] arguments) => TypeAsync(new Dictionary<string, string>(), arguments);

    /// <summary>The same with further settings.</summary>
    public async Task<Exe.Result> TypeAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        using var process = Exe.Start(Environment(settings), [.. arguments, "--data-dir", DataDir]);
        return await Exe.EndAsync(process, limit);
    }

    Dictionary<string, string> Environment(IReadOnlyDictionary<string, string> settings)
    {
        var all = new Dictionary<string, string>(servers.Settings, StringComparer.Ordinal)
        {
            ["DARTLAKE__Spark__Url"] = $"{Spark.Url}",
            ["DARTLAKE__Trino__Url"] = $"{Trino.Url}",
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        return all;
    }

    /// <summary>The publications that the day's rows of gold are of, of all tables: one, unless something is wrong.</summary>
    public async Task<IReadOnlyList<string>> PublicationsAsync()
    {
        var asked = Gold.Tables.Select(t => $"select distinct publication from {t.Table} where trade_date = date '{Day}'");
        var answer = (await TypeAsync("sql", $"{string.Join(" union ", asked)} order by 1", "--format", "csv")).Exits(0);
        return [.. answer.Out.Trim().ReplaceLineEndings("\n").Split('\n').Skip(1)];
    }

    /// <summary>Runs a verb and kills its process when it has printed so many lines.</summary>
    public async Task KillAsync(IReadOnlyDictionary<string, string> settings, int lines, params string[] arguments)
    {
        using var process = Exe.Start(Environment(settings), [.. arguments, "--data-dir", DataDir]);
        process.StandardInput.Close();
        for (var left = lines; left > 0 && await process.StandardOutput.ReadLineAsync() is not null; left--)
        {
            // each is a stage that has ended
        }
        process.Kill();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode != 0, "it ended before it was killed");
    }

    /// <summary>Runs a verb, and does something to it or its engines when it has printed so many lines.</summary>
    public async Task<Exe.Result> TypeAsync(
        IReadOnlyDictionary<string, string> settings, int lines, Func<Process, Task> then, params string[] arguments)
    {
        using var process = Exe.Start(Environment(settings), [.. arguments, "--data-dir", DataDir]);
        for (var left = lines; left > 0; left--)
            Assert.True(await process.StandardOutput.ReadLineAsync() is not null, $"it ended {left} lines too early");
        await then(process);
        return await Exe.EndAsync(process, limit);
    }

    /// <summary>The newest run of the ledger: its status, and its error.</summary>
    public async Task<(string Status, string Error)> LastRunAsync()
    {
        var runs = JsonNode.Parse((await TypeAsync("runs", "ls", "--json")).Exits(0).Out)!.AsArray();
        return ((string)runs[0]!["status"]!, (string?)runs[0]!["error"] ?? "");
    }

    /// <summary>Runs a verb to its end, and tells whether libduckdb was in its memory at the end of some stage.</summary>
    public async Task<bool> LoadsDuckDbAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        using var process = Exe.Start(Environment(settings), [.. arguments, "--data-dir", DataDir]);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var (loaded, looked) = (false, 0);
        while (await process.StandardOutput.ReadLineAsync() is not null)
            try
            {
                var maps = await File.ReadAllTextAsync($"/proc/{process.Id}/maps");
                loaded |= maps.Contains("libduckdb", StringComparison.Ordinal);
                looked += maps.Length > 0 ? 1 : 0;
            }
            catch (IOException)
            {
                // it has ended
            }
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && looked > 0, await error);
        return loaded;
    }

    /// <summary>A project of one's own with the model <c>listed</c>.</summary>
    /// <param name="sql">Of the model.</param>
    /// <param name="columns">With their types, as YAML.</param>
    public string Own(string sql, string columns)
    {
        var models = Directory.CreateDirectory(Path.Combine(folder["desk"], "models")).FullName;
        File.WriteAllText(Path.Combine(folder["desk"], "dbt_project.yml"), "name: desk\nmodels: {desk: {+materialized: day}}\n");
        File.WriteAllText(Path.Combine(models, "listed.sql"), sql);
        File.WriteAllText(Path.Combine(models, "desk.yml"), $"models:\n- {{name: listed, columns: {columns}}}\n");
        return folder["desk"];
    }

    /// <summary>The canonical export of all that models build.</summary>
    public Task<IReadOnlyDictionary<string, string>> ExportAsync() => Gold.ExportAsync(servers.Place(DataDir), Gold.OfModels);

    /// <summary>Names and files that a run has left although nobody needs them.</summary>
    public async Task<IReadOnlyList<string>> LeftAsync(CancellationToken cancel)
    {
        await using var lake = await Lake.OpenAsync(servers.Place(DataDir), TimeProvider.System, IdSource.System, cancel);
        var left = (await lake.Catalog.ListAsync(cancel)).Where(t => t.Namespace == StagingTables.Namespace).Select(t => $"{t}").ToList();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in (await lake.Catalog.SurveyAsync(cancel)).Tables.Values)
            foreach (var snapshot in table.Metadata.Snapshots)
            {
                var plan = await lake.Scan.PlanAsync(table, new() { SnapshotId = snapshot.SnapshotId }, cancel);
                named.UnionWith(plan.Files.Select(f => f.Path));
            }
        await foreach (var found in lake.Store.ListAsync(lake.WarehouseLocation, cancel))
            if (found.Location.Contains($"/{StagingTables.Namespace}/", StringComparison.Ordinal) && !named.Contains(found.Location))
                left.Add(found.Location);
        return left;
    }

    public async ValueTask DisposeAsync()
    {
        await Spark.DisposeAsync();
        await Trino.DisposeAsync();
        await servers.DisposeAsync();
        folder.Dispose();
    }
}
