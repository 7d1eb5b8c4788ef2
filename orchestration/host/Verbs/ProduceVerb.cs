using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Producers.Lean;
using Dart.Lake.Jobs.Producers.Simulation;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>produce sim|lean</c>: sends a market's day to a Kafka.</summary>
static class ProduceVerb
{
    delegate Task<DayManifest> Produce(EventTarget target, IProgress<ProducerProgress> progress, CancellationToken cancel);

    public static Command Build(Composition composition) => new("produce", "Send a day of a market to a Kafka") { Simulated(composition), Lean(composition) };

    static Command Simulated(Composition composition)
    {
        var (date, seed, speed) = (Flags.SimulatedDate(composition.Settings), Flags.Seed(composition.Settings), Flags.Speed());
        var trades = Flags.Trades(composition.Settings, "New trades of the day; market data follow in proportion");
        var prior = new Option<bool>("--prior-day") { Description = "Send the short day before the date instead" };
        return Sending(composition, new("sim", "The seeded simulated market") { date, seed, trades, prior, speed }, (parsed, dataDir) =>
        {
            var day = parsed.GetValue(date) ?? composition.Settings.Simulation.Date;
            var settings = new SimulationSettings(
                parsed.GetValue(seed), parsed.GetValue(trades), Speed: parsed.GetValue(speed)).In(dataDir, day);
            var market = new SimulatedMarket(settings, composition.Time);
            market.Check(day);
            return (target, progress, cancel) => parsed.GetValue(prior)
                ? market.ProducePriorDayAsync(day, target, progress, cancel)
                : market.ProduceAsync(day, target, progress, cancel);
        });
    }

    static Command Lean(Composition composition)
    {
        var (date, seed, speed) = (Flags.Date("Trade date that the folder has"), Flags.Seed(composition.Settings), Flags.Speed());
        date.Required = true;
        var folder = new Argument<string>("dir") { Description = "Root of a LEAN data folder" };
        var skipBad = Flags.SkipBad();
        var verb = new Command("lean", "Real ticks in the LEAN folder format, with seeded accounts that trade at them")
        {
            folder, date, seed, speed, skipBad,
        };
        return Sending(composition, verb, (parsed, _) =>
        {
            var market = new LeanMarket(
                new LeanSettings(
                    parsed.GetValue(folder)!,
                    parsed.GetValue(seed),
                    Speed: parsed.GetValue(speed),
                    SkipBad: parsed.GetValue(skipBad)),
                composition.Time,
                Failure.Note);
            var day = parsed.GetValue(date)!.Value;
            market.Check(day);
            return (target, progress, cancel) => market.ProduceAsync(day, target, progress, cancel);
        });
    }

    /// <summary>Gives the verb the flags and the action of all producers.</summary>
    /// <param name="marketOf">From the line and the data folder; it throws Invalid before anything is sent.</param>
    static Command Sending(Composition composition, Command verb, Func<ParseResult, string, Produce> marketOf)
    {
        var (dataDir, brokers, client, json) = (
            Flags.DataDir(composition.Settings), Flags.Brokers(composition.Settings), Flags.KafkaClient(), Flags.Json());
        verb.Add(brokers);
        verb.Add(client);
        verb.Add(dataDir);
        verb.Add(json);
        verb.SetAction(async (parsed, cancel) =>
        {
            var kafka = composition.Kafka(parsed.GetValue(brokers), parsed.GetValue(client), $"produce {verb.Name}");
            var produce = marketOf(parsed, parsed.GetValue(dataDir)!);
            await using var lake = await composition.OpenAsync(parsed.GetValue(dataDir)!, cancel);
            using var feed = await KafkaFeed.OpenAsync(
                kafka, composition.Settings.Kafka.Partitions, composition.Registry(lake), outstanding: null, cancel);
            var lines = new PlainLines(composition.Time);
            var manifest = await produce(feed.Target, new ProducerReporter(progress =>
            {
                if (!parsed.GetValue(json))
                    lines.Say($"{progress.Date:yyyy-MM-dd} {progress.Phase}: {progress.Events:N0} events, {progress.Bytes >> 20:N0} MiB");
            }), cancel);
            feed.Flush(cancel);
            var (records, file) = (manifest.Topics.Values.Sum(topic => topic.Sent), manifest.Save(lake.DataDir, composition.Ids));
            if (parsed.GetValue(json))
                Json.Print(new
                {
                    manifest.Date,
                    manifest.Market,
                    manifest.Seed,
                    Records = records,
                    Manifest = file,
                    LeftOut = manifest.LeftOut.Count,
                });
            else
                Screen.Line($"{manifest.Date:yyyy-MM-dd}: sent {records:N0} records{LeftOut(manifest)}; manifest {file}");
            return 0;
        });
        return verb;
    }

    static string LeftOut(DayManifest manifest) => manifest.LeftOut.Count switch
    {
        0 => "",
        1 => ", 1 bad file left out",
        var files => $", {files} bad files left out",
    };
}
