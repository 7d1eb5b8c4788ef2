using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Iceberg;

namespace Dart.Lake.Host.Tests.Kill;

/// <summary>What a bronze job has left in a data folder, seen from outside the process.</summary>
sealed class BronzeFolder(string dataDir)
{
    public static readonly IReadOnlyList<(string Topic, string Table)> Tables =
        [("market_data_raw", "market_data"), ("permit_raw", "permit"), ("reference_raw", "reference"), ("trades_raw", "trades")];

    string Bronze => Path.Combine(dataDir, "warehouse", "bronze");

    /// <summary>Commits of the four tables and the next offset of each partition.</summary>
    public async Task<(int Snapshots, IReadOnlyDictionary<(string Topic, int Partition), long> Next)> ReadAsync(CancellationToken cancel)
    {
        await using var lake = await Lake.OpenAsync(dataDir, TimeProvider.System, IdSource.System, cancel);
        var next = new Dictionary<(string, int), long>();
        var snapshots = 0;
        foreach (var (_, name) in Tables)
            if (await lake.Catalog.TryLoadAsync(new TableIdent("bronze", name), cancel) is { } table)
            {
                snapshots += table.Metadata.Snapshots.Count;
                foreach (var (place, position) in TablePosition.Of(table).Partitions)
                    next[(place.Topic, place.Partition)] = position.Next;
            }
        return (snapshots, next);
    }

    /// <summary>Data files that no snapshot lists: written, and not committed.</summary>
    public async Task<IReadOnlyList<string>> OrphansAsync(CancellationToken cancel)
    {
        await using var lake = await Lake.OpenAsync(dataDir, TimeProvider.System, IdSource.System, cancel);
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, name) in Tables)
            if (await lake.Catalog.TryLoadAsync(new TableIdent("bronze", name), cancel) is { } table)
                listed.UnionWith((await lake.Scan.PlanAsync(table, new ScanOptions(), cancel)).Files.Select(f => Path.GetFileName(f.Path)));
        return [.. DataFiles().Where(f => BronzeFolder.Tables.Any(t => f.Contains($"/bronze/{t.Table}/", StringComparison.Ordinal)) && !listed.Contains(Path.GetFileName(f)))];
    }

    /// <summary>Completes when a file of that ending appears in a bronze table's folder.</summary>
    public async Task WaitForFileAsync(string ending, TimeSpan limit, CancellationToken cancel)
    {
        Directory.CreateDirectory(Bronze);
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Bronze, $"*{ending}") { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName };
        watcher.Created += (_, _) => seen.TrySetResult();
        watcher.Renamed += (_, _) => seen.TrySetResult();
        watcher.EnableRaisingEvents = true;
        await seen.Task.WaitAsync(limit, cancel);
    }

    IEnumerable<string> DataFiles() => Directory.Exists(Bronze) ? Directory.EnumerateFiles(Bronze, "*.parquet", SearchOption.AllDirectories) : [];
}
