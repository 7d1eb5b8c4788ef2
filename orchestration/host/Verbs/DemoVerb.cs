using System.CommandLine;
using System.Diagnostics;
using Dart.Lake.Host.Demo;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>demo</c>: one trading day through every layer.</summary>
static class DemoVerb
{
    public static Command Build(Composition composition)
    {
        var settings = composition.Settings;
        var (dataDir, brokers, redis, client) = (
            Flags.DataDir(settings, "Folder of lakes: the demo's is in it, named after its market"),
            Flags.Brokers(settings),
            Flags.Redis(settings),
            Flags.KafkaClient());
        var (date, seed, json) = (Flags.SimulatedDate(settings), Flags.Seed(settings), Flags.Json());
        var trades = Flags.Trades(settings, "New trades of the simulated day; market data follow in proportion");
        var market = Flags.Choice("--market", "Simulated, or real ticks", "sim", "lean");
        var leanDir = new Option<string?>("--lean-dir") { Description = "Root of a LEAN data folder, for --market lean", HelpName = "DIR" };
        var skipBad = Flags.SkipBad();
        var (redisPort, partitions, commitInterval) = (
            Flags.RedisPort(settings), Flags.Partitions(settings), Flags.CommitInterval(settings));
        var verb = new Command("demo", "One trading day through every layer, then the marts and the reconciliation")
        {
            trades, seed, date, market, leanDir, skipBad, dataDir, brokers, client, redis, redisPort, partitions, commitInterval, json,
        };
        verb.SetAction(async (parsed, cancel) =>
        {
            var options = new DemoOptions(
                DataDir: Path.Combine(parsed.GetValue(dataDir)!, parsed.GetValue(market)!),
                Market: parsed.GetValue(market)!,
                Date: parsed.GetValue(date) ?? settings.Simulation.Date,
                Trades: parsed.GetValue(trades),
                Seed: parsed.GetValue(seed),
                LeanDir: parsed.GetValue(leanDir),
                SkipBad: parsed.GetValue(skipBad),
                Brokers: parsed.GetValue(brokers),
                Client: parsed.GetValue(client),
                Redis: parsed.GetValue(redis),
                RedisPort: parsed.GetValue(redisPort),
                Partitions: parsed.GetValue(partitions),
                CommitInterval: TimeSpan.FromMilliseconds(parsed.GetValue(commitInterval)));
            if (options is { Market: "lean", LeanDir: null })
                throw LakeException.Invalid("--market lean needs --lean-dir DIR, the root of a LEAN data folder");
            if (options.Market != "lean" && (options.SkipBad || options.LeanDir is not null))
                throw LakeException.Invalid($"{(options.SkipBad ? "--skip-bad" : "--lean-dir")} is for --market lean");
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
        var run = new DemoRun(composition, options, progress);
        var outcome = await new DemoDisplay(progress, composition.Time, quiet: json).ShowAsync(run.RunAsync, cancel);
        using var process = Process.GetCurrentProcess();
        if (json)
            Json.Print(new
            {
                outcome.Good,
                outcome.Kafka,
                outcome.Redis,
                Seconds = watch.Elapsed.TotalSeconds,
                PeakBytes = process.PeakWorkingSet64,
                outcome.Layers,
                outcome.Ends,
                outcome.Reports,
                outcome.Missing,
            });
        else
            await new DemoReport(composition, options).PrintAsync(outcome, watch.Elapsed, process.PeakWorkingSet64, cancel);
        return outcome.Good ? 0 : Failure.Say($"the demo's numbers do not agree: {Wrong(outcome)}");
    }

    static string Wrong(DemoOutcome outcome) => outcome.Missing.FirstOrDefault()
        ?? outcome.Reports.SelectMany(report => report.Differing).FirstOrDefault()?.ToString()
        ?? "see the runs above";
}
