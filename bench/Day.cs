using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Bench;

/// <summary>
/// <c>day DARTLAKE FOLDER RESULT TRADES MEMORY</c>: the demo of so many trades, and DuckDB alone over the bronze files that it leaves, as a
/// page of results. MEMORY is what queries may have, MiB; 0: the demo's default, and DuckDB's own.
/// </summary>
static class Day
{
    /// <summary>How many times DuckDB's CPU the whole chain may cost.</summary>
    const double MostRatio = 2;

    /// <summary>Stages below this share of the chain are not listed.</summary>
    const double LeastShare = 0.01;

    public static async Task<int> RunAsync(
        string dartlake, string folder, string result, int trades, long memoryMb, CancellationToken cancel)
    {
        var page = new StringBuilder();
        void Line(FormattableString line)
        {
            var text = line.ToString(CultureInfo.InvariantCulture);
            Console.WriteLine(text);
            page.Append(text).Append('\n');
        }

        var begun = Stopwatch.GetTimestamp();
        var cpu = await DemoAsync(dartlake, folder, trades, memoryMb, cancel);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await using var lake = await Lake.OpenAsync(Path.Combine(folder, "sim"), TimeProvider.System, IdSource.System, cancel);
        var (ofTrades, ofMarket) = (await FilesAsync(lake, "bronze.trades", cancel), await FilesAsync(lake, "bronze.market_data", cancel));
        Line($"# A day: the whole chain beside DuckDB alone\n");
        var memory = memoryMb == 0 ? "default memory" : $"{memoryMb:N0} MiB";
        Line($"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, queries with {memory}. `demo --trades {trades}`: {ofTrades.Rows:N0} rows of trades and {ofMarket.Rows:N0} of market data in bronze, {seconds:N0} s. CPU is user and system time of all threads.\n");
        await ChainAsync(lake, cpu, Line, cancel);
        var plain = await new PlainDay(ofTrades.Paths, ofMarket.Paths, Path.Combine(folder, "plain"))
            .RunAsync(Options(folder, memoryMb), cancel);
        var five = plain.SkipLast(1).Sum(q => q.Cpu);
        var without = plain.Where(q => q.Name != plain[1].Name).Sum(q => q.Cpu);
        Line($"\n| DuckDB alone | CPU s | s |\n|---|---|---|");
        foreach (var (name, used, took) in plain)
            Line($"| {name} | {used:0.0} | {took:0.0} |");
        Line($"| the five (without the last) | {five:0.0} | {plain.SkipLast(1).Sum(q => q.Seconds):0.0} |");
        Line($"| the five with the last in place of the window | {without:0.0} | {plain.Where(q => q.Name != plain[1].Name).Sum(q => q.Seconds):0.0} |");
        var load = (await File.ReadAllTextAsync("/proc/loadavg", cancel)).Split(' ')[0];
        Line($"\nThe chain costs {cpu.Total / five:0.00} times the five (limit {MostRatio}), and {cpu.Total / without:0.00} times the five with repeats alone numbered.");
        Line($"Peak memory of the chain {cpu.PeakBytes >> 20:N0} MiB, of DuckDB alone {Environment.WorkingSet >> 20:N0} MiB at its end.");
        var flag = memoryMb == 0 ? "" : $" --memory {memoryMb}";
        Line($"Load when it ended: {load}. Repeat: `bench/run.sh day --trades {trades}{flag}`.");
        await File.WriteAllTextAsync(result, page.ToString(), cancel);
        return cpu.Total / five <= MostRatio ? 0 : 1;
    }

    static DuckDbOptions Options(string folder, long memoryMb) => new()
    {
        Threads = Environment.ProcessorCount,
        MemoryLimitBytes = memoryMb > 0 ? memoryMb << 20 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 8,
        TempFolder = Path.Combine(folder, "tmp"),
    };

    static async Task<CpuTrack> DemoAsync(string dartlake, string folder, int trades, long memoryMb, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(dartlake, ["demo", "--trades", $"{trades}", "--data-dir", folder, "--json"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (memoryMb > 0)
            start.Environment["DARTLAKE__DuckDb__MemoryLimitMb"] = $"{memoryMb}";
        using var demo = Process.Start(start)!;
        var cpu = new CpuTrack();
        var output = demo.StandardOutput.ReadToEndAsync(cancel);
        try
        {
            await cpu.FollowAsync(demo, cancel);
            await demo.WaitForExitAsync(cancel);
        }
        finally
        {
            if (!demo.HasExited)
                demo.Kill();
        }
        await output;
        return demo.ExitCode == 0 ? cpu : throw LakeException.Unavailable($"the demo ended with {demo.ExitCode}; see what it says above");
    }

    static async Task<(IReadOnlyList<string> Paths, long Rows)> FilesAsync(Lake lake, string name, CancellationToken cancel)
    {
        var table = await lake.Catalog.TryLoadAsync(TableIdent.Parse(name), cancel)
            ?? throw LakeException.Unavailable($"the demo has left no {name}");
        var files = (await lake.Scan.PlanAsync(table, new ScanOptions(), cancel)).Files;
        return ([.. files.Select(f => f.Path)], files.Sum(f => f.RecordCount));
    }

    /// <summary>
    /// CPU by layer and by the stages that matter; between the runs the day is produced and streamed, after the last it is proved.
    /// </summary>
    static async Task ChainAsync(Lake lake, CpuTrack cpu, Action<FormattableString> line, CancellationToken cancel)
    {
        var stages = (await lake.Ledger.ListStagesAsync(null, cancel)).OrderBy(s => s.EndedAt).ToList();
        var layers = new Dictionary<string, double>(StringComparer.Ordinal);
        var (last, run) = (DateTimeOffset.MinValue, "");
        var each = new List<(string Name, double Cpu)>();
        foreach (var stage in stages)
        {
            // what lies between two stages of a run belongs to the second: it opens what that one reads
            var begun = stage.RunId == run ? last : stage.StartedAt;
            Add("producer, bronze and hot jobs", stage.RunId == run ? 0 : cpu.Between(last, begun));
            var used = cpu.Between(begun, stage.EndedAt!.Value);
            Add(stage.Name.Split(' ')[0], used);
            each.Add((stage.Name, used));
            (last, run) = (stage.EndedAt!.Value, stage.RunId);
        }
        Add("reconcile of the published day, value by value", cpu.Between(last, DateTimeOffset.MaxValue));
        line($"| the chain | CPU s |\n|---|---|");
        foreach (var (layer, used) in layers)
            line($"| {layer} | {used:0.0} |");
        line($"| all | {cpu.Total:0.0} |");
        line($"\n| stages of the end of day above {LeastShare:0%} | CPU s |\n|---|---|");
        foreach (var (name, used) in each.Where(s => s.Cpu >= cpu.Total * LeastShare).OrderByDescending(s => s.Cpu))
            line($"| {name} | {used:0.0} |");

        void Add(string layer, double used) => layers[layer] = layers.GetValueOrDefault(layer) + used;
    }
}
