using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Hot;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>stream bronze|hot</c>: the streaming jobs, each in a process of its own.</summary>
static class StreamVerb
{
    public static Command Build(Composition composition) => new("stream", "Run a streaming job against a Kafka until it is stopped") { Bronze(composition), Hot(composition) };

    static Command Bronze(Composition composition)
    {
        var (dataDir, brokers, client) = (Flags.DataDir(composition.Settings), Flags.Brokers(composition.Settings), Flags.KafkaClient());
        var acceptPosition = new Option<bool>("--accept-position") { Description = "Go on from a table's position although its snapshot is gone (a rollback)" };
        var readAgain = new Option<bool>("--read-again") { Description = "Read again what came after the snapshot that a table was rolled back to" };
        var acceptGap = new Option<bool>("--accept-gap") { Description = "Go on behind records that the log has lost, and book them as a gap" };
        var stopAtEnd = new Option<bool>("--stop-at-end") { Description = "End when every partition was read to its end" };
        var strict = new Option<bool>("--strict") { Description = "With --stop-at-end: exit code 1 when a record became a dead letter" };
        var (newFields, interval) = (Flags.NewFields(composition.Settings), Flags.ProgressInterval(composition.Settings));
        var verb = new Command("bronze", "Commit the topics into bronze tables, exactly once")
        {
            brokers, client, acceptPosition, readAgain, acceptGap, stopAtEnd, strict, newFields, interval, dataDir,
        };
        verb.SetAction(async (parsed, cancel) =>
        {
            var kafka = composition.Kafka(parsed.GetValue(brokers), parsed.GetValue(client), "stream bronze");
            await using var lake = await composition.OpenAsync(parsed.GetValue(dataDir)!, cancel);
            var settings = composition.Bronze(kafka) with
            {
                AcceptPosition = parsed.GetValue(acceptPosition),
                ReadAgain = parsed.GetValue(readAgain),
                AcceptGap = parsed.GetValue(acceptGap),
                StopAtEnd = parsed.GetValue(stopAtEnd),
                NewFields = Enum.Parse<NewFields>(parsed.GetValue(newFields)!, ignoreCase: true),
            };
            if (settings.AcceptPosition && settings.ReadAgain)
                throw LakeException.Invalid("--read-again reads again what --accept-position leaves out: give one of them");
            if (parsed.GetValue(strict) && !settings.StopAtEnd)
                throw LakeException.Invalid("--strict is for --stop-at-end: add it, or leave out --strict");
            using var logs = composition.Logs();
            var lines = new JobLines(composition.Time, TimeSpan.FromSeconds(parsed.GetValue(interval)));
            BronzeProgress? last = null;
            await BronzeJob.RunAsync(settings, lake, composition.Registry(lake), composition.Time, composition.Ids, logs.CreateLogger("bronze"),
                progress =>
                {
                    last = progress;
                    var (partitions, share) = (progress.Partitions, progress.HasShare);
                    lines.Say(Line(progress), (progress.Events, progress.DeadLetters, progress.Commits, progress.Lag, partitions, share));
                }, cancel).UntilStoppedAsync(cancel);
            lines.End(last is null ? [] : last.Ignored.Select(i => $"bronze: --new-fields ignore left out of {i.Key}: {i.Value}"));
            return parsed.GetValue(strict) && last is { DeadLetters: > 0 }
                ? Failure.Say($"{last.DeadLetters:N0} records became dead letters ({Reasons(last)}); see them with 'dartlake deadletters ls'")
                : 0;
        });
        return verb;
    }

    static string Line(BronzeProgress progress) => !progress.HasShare ? "bronze: waits for its share of the partitions"
        : progress.Partitions == 0 ? "bronze: stands by; other processes of this lake read all partitions"
        : $"bronze: {progress.Events:N0} events, {progress.DeadLetters:N0} dead letters{(progress.DeadLetters > 0 ? $" ({Reasons(progress)})" : "")}, {progress.Commits:N0} commits, {progress.EventsPerSecond:N0}/s, lag {progress.Lag:N0}, {progress.Partitions} partitions";

    static string Reasons(BronzeProgress progress) => string.Join(", ", progress.ByReason.Select(r => $"{r.Value:N0} {r.Key}"));

    static Command Hot(Composition composition)
    {
        var (dataDir, brokers, redis, client) = (
            Flags.DataDir(composition.Settings),
            Flags.Brokers(composition.Settings),
            Flags.Redis(composition.Settings),
            Flags.KafkaClient());
        var prefix = Flags.RedisPrefix(composition.Settings);
        var pass = Flags.Dates("--pass-marker", "Go on without the END_OF_DAY markers of this day that are in the topics when the job starts; can be repeated");
        var interval = Flags.ProgressInterval(composition.Settings);
        var verb = new Command("hot", "Keep prices, positions and PnL in a Redis, and write the close of each day")
        {
            brokers, redis, prefix, pass, client, interval, dataDir,
        };
        verb.SetAction(async (parsed, cancel) =>
        {
            var kafka = composition.Kafka(parsed.GetValue(brokers), parsed.GetValue(client), "stream hot");
            if (string.IsNullOrEmpty(parsed.GetValue(redis)))
                throw LakeException.Invalid("stream hot needs a Redis: add '--redis HOST:6379'; only 'dartlake demo' brings its own");
            await using var lake = await composition.OpenAsync(parsed.GetValue(dataDir)!, cancel);
            await using var engine = composition.DuckDb(lake);
            using var logs = composition.Logs();
            var log = logs.CreateLogger("hot");
            var lines = new JobLines(composition.Time, TimeSpan.FromSeconds(parsed.GetValue(interval)));
            var settings = composition.Hot(kafka) with { PassMarkers = parsed.GetValue(pass) ?? [] };
            await RunAsync(composition.Redis(parsed.GetValue(redis)!, parsed.GetValue(prefix)!)).UntilStoppedAsync(cancel);
            lines.End();
            return 0;

            async Task RunAsync(HotStoreSettings where)
            {
                await using var store = await HotJob.ConnectAsync(where, settings, composition.Time, composition.Ids, log, cancel);
                await HotJob.RunAsync(
                    settings,
                    lake,
                    engine,
                    composition.Registry(lake),
                    store,
                    composition.Time,
                    composition.Ids,
                    log,
                    at => lines.Say(Says(at), (at.Events, at.Lag, at.TradeDate, at.Closed, at.Waits)),
                    cancel);
            }
        });
        return verb;
    }

    /// <summary>To be stopped is how a streaming job ends, wherever it was.</summary>
    static async Task UntilStoppedAsync(this Task job, CancellationToken stop)
    {
        try
        {
            await job;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // it stood by, or was still starting
        }
    }

    static string Says(HotProgress at) =>
        $"hot: {at.Events:N0} events, {at.EventsPerSecond:N0}/s, lag {at.Lag:N0}"
        + (at.TradeDate is { } day ? $", day {day:yyyy-MM-dd}" : "")
        + (at.Closed is { } closed ? $", closed {closed:yyyy-MM-dd}" : ", no day closed yet")
        + (at.Waits is { } waits ? $", {waits}" : "");
}
