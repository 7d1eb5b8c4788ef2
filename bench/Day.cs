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
/// <c>day DARTLAKE FOLDER RESULT TRADES MEMORY</c>: the demo of so many trades, its end of day and proof again in processes of their own,
/// and DuckDB alone over the same bronze files, as a page of results. MEMORY is what queries may have, MiB; 0: the demo's default, and
/// DuckDB's own.
/// </summary>
static class Day
{
    /// <summary>How many times DuckDB's CPU the end of day and the proof may cost.</summary>
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

        var home = Path.Combine(folder, "sim");
        var demo = await RunAsync(dartlake, ["demo", "--trades", $"{trades}", "--data-dir", folder, "--json"], memoryMb, cancel);
        await using var lake = await Lake.OpenAsync(home, TimeProvider.System, IdSource.System, cancel);
        var days = (await lake.Ledger.ListIntervalsAsync(null, cancel)).Select(i => i.TradeDate).Order().ToList();
        var again = DateTimeOffset.UtcNow;
        string[] both = ["--from", $"{days[0]:O}", "--to", $"{days[^1]:O}"];
        // another value of a var makes published days be built again
        var chain = await RunAsync(
            dartlake, ["eod", .. both, "--vars", "{stale_mark_days: 4}", "--data-dir", home, "--json"], memoryMb, cancel);
        var proof = await RunAsync(dartlake, ["verify", "--data-dir", home, "--json"], memoryMb, cancel);
        var (ofTrades, ofMarket) = (await FilesAsync(lake, "bronze.trades", cancel), await FilesAsync(lake, "bronze.market_data", cancel));
        Line($"# A day: the whole chain beside DuckDB alone\n");
        var memory = memoryMb == 0 ? "default memory" : $"{memoryMb:N0} MiB";
        Line($"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, queries with {memory}: {ofTrades.Rows:N0} rows of trades and {ofMarket.Rows:N0} of market data in bronze. CPU is user and system time of all threads. The demo produces the day, streams it, builds both days and reconciles them value by value in one process; the end of day and the proof are then run again, each in a process of its own.\n");
        Line($"| | CPU s | s | peak MiB |\n|---|---|---|---|");
        foreach (var (name, cpu) in new[] { ($"demo --trades {trades}", demo), ("end of both days: models, audits, lots, reconciliation, commits", chain), ("verify: every offset once", proof) })
            Line($"| {name} | {cpu.Total:0.0} | {cpu.Seconds:0} | {cpu.PeakBytes >> 20:N0} |");
        var stages = (await lake.Ledger.ListStagesAsync(null, cancel)).Where(s => s.StartedAt >= again).OrderBy(s => s.EndedAt).ToList();
        Chain(stages, chain, Line);
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
        var all = chain.Total + proof.Total;
        Line($"\nEnd of day and proof cost {all / five:0.00} times the five (limit {MostRatio}), and {all / without:0.00} times the five with repeats alone numbered.");
        var flag = memoryMb == 0 ? "" : $" --memory {memoryMb}";
        Line($"Load when it ended: {load}. Repeat: `bench/run.sh day --trades {trades}{flag}`.");
        await File.WriteAllTextAsync(result, page.ToString(), cancel);
        return all / five <= MostRatio ? 0 : 1;
    }

    static DuckDbOptions Options(string folder, long memoryMb) => new()
    {
        Threads = Environment.ProcessorCount,
        MemoryLimitBytes = memoryMb > 0 ? memoryMb << 20 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 8,
        TempFolder = Path.Combine(folder, "tmp"),
    };

    static async Task<CpuTrack> RunAsync(string dartlake, IEnumerable<string> arguments, long memoryMb, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(dartlake, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        if (memoryMb > 0)
            start.Environment["DARTLAKE__DuckDb__MemoryLimitMb"] = $"{memoryMb}";
        using var process = Process.Start(start)!;
        var cpu = new CpuTrack();
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        try
        {
            await cpu.FollowAsync(process, cancel);
            await process.WaitForExitAsync(cancel);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
        await output;
        return process.ExitCode == 0
            ? cpu
            : throw LakeException.Unavailable($"dartlake {start.ArgumentList[0]} ended with {process.ExitCode}; see what it says above");
    }

    static async Task<(IReadOnlyList<string> Paths, long Rows)> FilesAsync(Lake lake, string name, CancellationToken cancel)
    {
        var table = await lake.Catalog.TryLoadAsync(TableIdent.Parse(name), cancel)
            ?? throw LakeException.Unavailable($"the demo has left no {name}");
        var files = (await lake.Scan.PlanAsync(table, new ScanOptions(), cancel)).Files;
        return ([.. files.Select(f => f.Path)], files.Sum(f => f.RecordCount));
    }

    /// <summary>CPU of the end of day by layer and by the stages that matter.</summary>
    static void Chain(IReadOnlyList<Stage> stages, CpuTrack cpu, Action<FormattableString> line)
    {
        var layers = new Dictionary<string, double>(StringComparer.Ordinal);
        var last = DateTimeOffset.MinValue;
        var each = new List<(string Name, double Cpu)>();
        foreach (var stage in stages)
        {
            // what lies between two stages belongs to the second: it opens what that one reads
            var used = cpu.Between(last, stage.EndedAt!.Value);
            var layer = stage.Name.Split(' ')[0];
            layers[layer] = layers.GetValueOrDefault(layer) + used;
            each.Add((stage.Name, used));
            last = stage.EndedAt!.Value;
        }
        line($"\n| layer of the end of day | CPU s |\n|---|---|");
        foreach (var (layer, used) in layers)
            line($"| {layer} | {used:0.0} |");
        line($"\n| its stages above {LeastShare:0%} | CPU s |\n|---|---|");
        foreach (var (name, used) in each.Where(s => s.Cpu >= cpu.Total * LeastShare).OrderByDescending(s => s.Cpu))
            line($"| {name} | {used:0.0} |");
    }
}
