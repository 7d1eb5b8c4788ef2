using System.CommandLine;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Producers.Lean;
using Dart.Lake.Jobs.Producers.Simulation;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>produce sim|lean</c>: sends a market's day to a Kafka.</summary>
static class ProduceVerb
{
    public static Command Build(Composition composition) => new("produce", "Send a day of a market to a Kafka") { Simulated(composition), Lean(composition) };

    static Command Simulated(Composition composition)
    {
        var (dataDir, brokers, client) = (Flags.DataDir(composition.Settings), Flags.Brokers(composition.Settings), Flags.KafkaClient());
        var (date, seed, speed) = (Flags.Date("Trade date; none: the demo's"), Flags.Seed(), Flags.Speed());
        var trades = Flags.Trades("New trades of the day; market data follow in proportion");
        var prior = new Option<bool>("--prior-day") { Description = "Send the short day before the date instead" };
        var verb = new Command("sim", "The seeded simulated market") { brokers, date, seed, trades, prior, speed, client, dataDir };
        verb.SetAction(async (parsed, cancel) =>
        {
            var day = parsed.GetValue(date) ?? DemoVerb.SimulatedDate;
            var settings = new SimulationSettings(parsed.GetValue(seed), parsed.GetValue(trades), Speed: parsed.GetValue(speed)).In(parsed.GetValue(dataDir)!, day);
            var market = new SimulatedMarket(settings, composition.Time);
            market.Check(day);
            await SendAsync(composition, parsed.GetValue(brokers), parsed.GetValue(client), parsed.GetValue(dataDir)!, "produce sim",
                (target, progress) => parsed.GetValue(prior) ? market.ProducePriorDayAsync(day, target, progress, cancel) : market.ProduceAsync(day, target, progress, cancel), cancel);
            return 0;
        });
        return verb;
    }

    static Command Lean(Composition composition)
    {
        var (dataDir, brokers, client) = (Flags.DataDir(composition.Settings), Flags.Brokers(composition.Settings), Flags.KafkaClient());
        var (date, seed, speed) = (Flags.Date("Trade date that the folder has"), Flags.Seed(), Flags.Speed());
        date.Required = true;
        var folder = new Argument<string>("dir") { Description = "Root of a LEAN data folder" };
        var verb = new Command("lean", "Real ticks in the LEAN folder format, with seeded accounts that trade at them") { folder, brokers, date, seed, speed, client, dataDir };
        verb.SetAction(async (parsed, cancel) =>
        {
            var market = new LeanMarket(new LeanSettings(parsed.GetValue(folder)!, parsed.GetValue(seed), Speed: parsed.GetValue(speed)), composition.Time);
            var day = parsed.GetValue(date)!.Value;
            market.Check(day);
            await SendAsync(composition, parsed.GetValue(brokers), parsed.GetValue(client), parsed.GetValue(dataDir)!, "produce lean",
                (target, progress) => market.ProduceAsync(day, target, progress, cancel), cancel);
            return 0;
        });
        return verb;
    }

    static async Task SendAsync(
        Composition composition, string? brokers, string[]? client, string dataDir, string verb, Func<EventTarget, IProgress<ProducerProgress>, Task<Manifest>> produce, CancellationToken cancel)
    {
        var kafka = composition.Kafka(brokers, client, verb);
        await using var lake = await composition.OpenAsync(dataDir, cancel);
        using var feed = await KafkaFeed.OpenAsync(kafka, composition.Settings.Kafka.Partitions, composition.Registry(lake), outstanding: null, cancel);
        var lines = new PlainLines(composition.Time);
        var manifest = await produce(feed.Target, new Reporter(progress => lines.Say($"{progress.Date:yyyy-MM-dd} {progress.Phase}: {progress.Events:N0} events, {progress.Bytes >> 20:N0} MiB")));
        feed.Flush(cancel);
        Console.Out.WriteLine($"{manifest.Date:yyyy-MM-dd}: sent {manifest.Topics.Values.Sum(topic => topic.Sent):N0} records; manifest {manifest.Save(lake.DataDir, composition.Ids)}");
    }

    /// <summary>Reports at once, on the producer's thread.</summary>
    internal sealed class Reporter(Action<ProducerProgress> report) : IProgress<ProducerProgress>
    {
        public void Report(ProducerProgress value) => report(value);
    }
}
