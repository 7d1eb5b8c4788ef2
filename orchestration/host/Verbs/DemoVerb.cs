using System.CommandLine;
using System.Diagnostics;
using Dart.Lake.Host.Demo;
using Dart.Lake.Host.Output;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Engines.Formats;
using Dart.Lake.Lakehouse.Iceberg;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>demo</c>: one trading day through every layer.</summary>
static class DemoVerb
{
    public static readonly DateOnly SimulatedDate = new(2026, 9, 22);

    public static Command Build(Composition composition)
    {
        var (dataDir, brokers, redis, client) = (Flags.DataDir(composition.Settings), Flags.Brokers(composition.Settings), Flags.Redis(composition.Settings), Flags.KafkaClient());
        var (date, seed, json) = (Flags.Date($"Trade date; none: {SimulatedDate:yyyy-MM-dd}"), Flags.Seed(), Flags.Json());
        var trades = Flags.Trades("New trades of the simulated day; market data follow in proportion");
        var market = Flags.Choice("--market", "Simulated, or real ticks", "sim", "lean");
        var leanDir = new Option<string?>("--lean-dir") { Description = "Root of a LEAN data folder, for --market lean", HelpName = "DIR" };
        var redisPort = Flags.Number("--redis-port", "Port of the demo's own Redis; 0: a free one", composition.Settings.Hot.RedisPort, Limits.Port);
        var partitions = Flags.Number("--partitions", "Partitions of topics that are created", composition.Settings.Kafka.Partitions, Limits.Partitions);
        var cadence = Flags.Number("--commit-interval", "A bronze commit at least this often, milliseconds", composition.Settings.Bronze.CommitIntervalMs, Limits.CommitIntervalMs);
        var verb = new Command("demo", "One trading day through every layer, then the marts and the reconciliation") { trades, seed, date, market, leanDir, dataDir, brokers, client, redis, redisPort, partitions, cadence, json };
        verb.SetAction(async (parsed, cancel) =>
        {
            var options = new DemoOptions(
                Path.Combine(parsed.GetValue(dataDir)!, parsed.GetValue(market)!), parsed.GetValue(market)!, parsed.GetValue(date) ?? SimulatedDate, parsed.GetValue(trades), parsed.GetValue(seed),
                parsed.GetValue(leanDir), parsed.GetValue(brokers), parsed.GetValue(client), parsed.GetValue(redis), parsed.GetValue(redisPort), parsed.GetValue(partitions), TimeSpan.FromMilliseconds(parsed.GetValue(cadence)));
            if (options is { Market: "lean", LeanDir: null })
                throw LakeException.Invalid("--market lean needs --lean-dir DIR, the root of a LEAN data folder");
            if (parsed.GetResult(redisPort) is { Implicit: false } && !string.IsNullOrEmpty(options.Redis))
                throw LakeException.Invalid("--redis-port is for the demo's own Redis; leave it or --redis away");
            if (options.Market == "lean" && parsed.GetValue(date) is null)
                throw LakeException.Invalid("--market lean needs --date YYYY-MM-DD, a day that the folder has");
            return await RunAsync(composition, options, parsed.GetValue(json), cancel);
        });
        return verb;
    }

    static async Task<int> RunAsync(Composition composition, DemoOptions options, bool json, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var progress = new DemoProgress();
        var outcome = await new DemoDisplay(progress, composition.Time, quiet: json).ShowAsync(new DemoRun(composition, options, progress).RunAsync, cancel);
        using var process = Process.GetCurrentProcess();
        if (json)
            ResultTable.Json(new { outcome.Good, outcome.Kafka, outcome.Redis, seconds = watch.Elapsed.TotalSeconds, peakBytes = process.PeakWorkingSet64, outcome.Layers, outcome.Ends, outcome.Reports });
        else
            await PrintAsync(composition, options, outcome, watch.Elapsed, process.PeakWorkingSet64, cancel);
        return outcome.Good ? 0 : 1;
    }

    static async Task PrintAsync(Composition composition, DemoOptions options, DemoOutcome outcome, TimeSpan took, long peak, CancellationToken cancel)
    {
        await PrintMartsAsync(composition, options, cancel);
        var layers = new ResultTable("layers", "layer", "rows", "seconds");
        foreach (var layer in outcome.Layers)
            layers.Add(layer.Layer, layer.Rows, Math.Round(layer.Seconds, 2));
        layers.Print(json: false);
        foreach (var report in outcome.Reports)
            ReconcileVerb.PrintSummary(report);
        foreach (var line in outcome.Ends.SelectMany(EodVerb.Summary))
            Console.Out.WriteLine(line);
        foreach (var missing in outcome.Days.SelectMany(day => day.Missing().Select(name => $"{day.Date:yyyy-MM-dd} has no {name}")))
            Console.Out.WriteLine(missing);
        Console.Out.WriteLine($"{outcome.Kafka}; {outcome.Redis}; {took.TotalSeconds:0.0} s, peak memory {peak >> 20:N0} MiB");
        Console.Out.WriteLine("try next:");
        Console.Out.WriteLine($"  dartlake sql \"select * from gold.risk_metrics order by var_99 desc\" --data-dir {options.DataDir}");
        Console.Out.WriteLine($"  dartlake verify --data-dir {options.DataDir}");
        Console.Out.WriteLine($"  dartlake table history gold.daily_pnl --data-dir {options.DataDir}");
    }

    static async Task PrintMartsAsync(Composition composition, DemoOptions options, CancellationToken cancel)
    {
        await using var lake = await composition.OpenAsync(options.DataDir, cancel);
        await using var engine = composition.DuckDb(lake);
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), cancel);
        foreach (var (title, sql) in new[]
        {
            ("portfolio summary", $"select desk, account, currency, realised, unrealised, fees, total_day, positions, trades from gold.portfolio_summary where trade_date = date '{options.Date:yyyy-MM-dd}' order by account"),
            ("daily PnL, the ten largest", $"select account, instrument, closing_quantity, mark, realised, unrealised, fees, total_day, currency from gold.daily_pnl where trade_date = date '{options.Date:yyyy-MM-dd}' order by abs(firm_total_day) desc, account, instrument limit 10"),
            ("risk", $"select scope, account, currency, gross_value, var_95, var_99, es_99, volatility, max_drawdown from gold.risk_metrics where trade_date = date '{options.Date:yyyy-MM-dd}' order by scope, account"),
        })
        {
            Console.Out.WriteLine(title);
            await using var result = await session.QueryReadOnlyAsync(sql, cancel);
            await ResultWriter.WriteAsync(result, ResultFormat.Table, Console.Out, cancel);
        }
    }
}
