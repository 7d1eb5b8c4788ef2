using System.Diagnostics;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Producers;
using Dart.Lake.Jobs.Producers.Lean;
using Dart.Lake.Jobs.Producers.Simulation;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration;
using Dart.Lake.Orchestration.Reconciliation;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Execution;

namespace Dart.Lake.Host.Demo;

/// <summary>One trading day through every layer, in one process.</summary>
sealed class DemoRun(Composition composition, DemoOptions options, DemoProgress progress)
{
    static readonly TableIdent Marker = new("gold", "daily_pnl");
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Of an end of day, in their order.</summary>
    static readonly string[] Steps = ["gate", "inputs", "silver", "gold", "audit", "reconciliation", "publication", "statistics"];

    readonly List<DayManifest> days = [];
    readonly List<EndOfDayResult> ends = [];
    readonly Stopwatch producing = new();

    /// <exception cref="LakeException">Invalid: the day is published already. All that the jobs and the end of day throw.</exception>
    public async Task<DemoOutcome> RunAsync(CancellationToken cancel)
    {
        Check();
        using var garnet = string.IsNullOrEmpty(options.Redis)
            ? EmbeddedGarnet.Start(composition.Ids, options.RedisPort, composition.Settings.Hot.RedisPassword)
            : null;
        var redis = garnet?.Settings ?? composition.Redis(options.Redis!, composition.Settings.Hot.RedisPrefix);
        await using var store = await RedisStore.ConnectAsync(redis, composition.Time, composition.Ids, cancel);
        await using var lake = await composition.OpenAsync(options.DataDir, cancel);
        if (await IsPublishedAsync(lake, options.Date, cancel))
            throw LakeException.Invalid($"{options.Date:yyyy-MM-dd} is published in {lake.DataDir} already; take another day with --date, or another folder with --data-dir");
        await using var engine = composition.DuckDb(lake);
        using var logs = composition.Logs();
        using var cluster = string.IsNullOrEmpty(options.Brokers) ? composition.InProcess(options.Partitions) : null;
        var kafka = cluster?.Settings ?? composition.Kafka(options.Brokers, options.Client, "demo");
        var services = (Kafka: cluster is null ? $"Kafka at {kafka.Brokers}" : $"in-process Kafka at {kafka.Brokers}", Redis: garnet is null ? $"Redis at {redis}" : $"embedded Garnet at {redis}");
        progress.Update(view => view with { Services = $"{services.Kafka}, {services.Redis}" });
        var outstanding = new OutstandingBytes(["bronze", "hot"], cluster is null ? long.MaxValue : OutstandingBytes.InProcessLimit);
        if (cluster is not null)
            await new DayCuts(lake).TakeBackLostAsync(engine, cancel);
        using var feed = await KafkaFeed.OpenAsync(kafka, options.Partitions, composition.Registry(lake), outstanding, cancel);
        await using (var jobs = DemoJobs.Start(
            composition, lake, engine, store, kafka, feed, outstanding, progress, options.CommitInterval, logs))
        {
            foreach (var (day, produce) in Days())
                await DayAsync(lake, engine, feed, jobs, day, produce, cancel);
            await jobs.StopAsync();
        }
        progress.Update(view => view with { Stage = "reconciliation", Step = "" });
        var report = await Reconciler.PublishedAsync(lake, engine, options.Date, cancel);
        return new(services.Kafka, services.Redis, days, ends, [report], Layers());
    }

    LeanMarket Lean => new(new LeanSettings(options.LeanDir!, options.Seed, SkipBad: options.SkipBad), composition.Time, Failure.Note);

    SimulationSettings Simulation => new(options.Seed, options.Trades, ListingDate: options.Date);

    /// <summary>What cannot be produced is refused before anything is made.</summary>
    void Check()
    {
        if (options.Market == "lean")
            Lean.Check(options.Date);
        else
            new SimulatedMarket(Simulation, composition.Time).Check(options.Date);
    }

    IEnumerable<(DateOnly Day, Func<EventTarget, IProgress<ProducerProgress>, CancellationToken, Task<DayManifest>> Produce)> Days()
    {
        if (options.Market == "lean")
        {
            yield return (options.Date, (target, at, cancel) => Lean.ProduceAsync(options.Date, target, at, cancel));
            yield break;
        }
        var simulated = new SimulatedMarket(Simulation.In(options.DataDir, options.Date), composition.Time);
        yield return (
            SimulatedMarket.PriorTo(options.Date),
            (target, at, cancel) => simulated.ProducePriorDayAsync(options.Date, target, at, cancel));
        yield return (options.Date, (target, at, cancel) => simulated.ProduceAsync(options.Date, target, at, cancel));
    }

    async Task DayAsync(
        Lake lake, DuckDbEngine engine, KafkaFeed feed, DemoJobs jobs, DateOnly day,
        Func<EventTarget, IProgress<ProducerProgress>, CancellationToken, Task<DayManifest>> produce, CancellationToken cancel)
    {
        if (await IsPublishedAsync(lake, day, cancel))
        {
            await ShowPublishedAsync(lake, engine, day, cancel);
            return;
        }
        producing.Start();
        var before = progress.Current.Sent;
        var reporter = new ProducerReporter(at =>
            progress.Update(view => view with { Stage = $"{at.Date:yyyy-MM-dd} {at.Phase}", Step = "", Sent = before + at.Events }));
        days.Add(await jobs.WhileRunningAsync(
            token => SendAsync(lake, feed, day, target => produce(target, reporter, token), token), cancel));
        producing.Stop();
        progress.Update(view => view with { Stage = $"{day:yyyy-MM-dd} end of day" });
        ends.Add(await jobs.WhileRunningAsync(async token =>
        {
            await using var duckDb = RunDuckDb.On(engine);
            return await EndOfDayFactory
                .Create(composition, lake, duckDb, EndOfDayFactory.LoadProject(null, null), needsHotClose: true)
                .RunAsync(day, new Stages(progress, day), token);
        }, cancel));
        if (ends[^1].Outcome is not (EndOfDayOutcome.Published or EndOfDayOutcome.NothingToDo))
            throw LakeException.Corrupt($"{day:yyyy-MM-dd} was not published: {string.Join("; ", EndOfDayText.Summary(ends[^1]))}");
        await ShowPublishedAsync(lake, engine, day, cancel);
    }

    async Task ShowPublishedAsync(Lake lake, DuckDbEngine engine, DateOnly day, CancellationToken cancel)
    {
        var published = await DemoPublished.ReadAsync(lake, engine, day, cancel);
        progress.Update(view => view with { Published = published });
    }

    /// <summary>
    /// Sends a day; of one that was cut before an interruption only what is late, for the rest is in the tables.
    /// What is late is sent after the cut, and the manifest is saved when bronze has it: so an interruption finds a
    /// day that is not cut and has nothing late, one that is cut, or one that is cut, has its manifest and is whole.
    /// </summary>
    async Task<DayManifest> SendAsync(
        Lake lake, KafkaFeed feed, DateOnly day, Func<EventTarget, Task<DayManifest>> produce, CancellationToken cancel)
    {
        var cuts = new DayCuts(lake);
        var passes = !await cuts.HasAsync(day, cancel);
        if (!passes && DayManifest.Find(lake.DataDir, day) is { } sent)
            return sent;
        var manifest = await produce(feed.Target with
        {
            Sink = (batch, stop) => passes ? feed.Target.Sink(batch, stop) : ValueTask.CompletedTask,
            DayEnded = async stop =>
            {
                feed.Flush(stop);
                await UntilAsync($"the hot job has not cut {day:yyyy-MM-dd}", () => cuts.HasAsync(day, stop), stop);
                passes = true;
            },
        });
        feed.Flush(cancel);
        await UntilAsync($"the streaming jobs have not reached the last event of {day:yyyy-MM-dd}", () => Task.FromResult(feed.IsConsumed), cancel);
        manifest.Save(lake.DataDir, composition.Ids);
        return manifest;
    }

    async Task UntilAsync(string unlike, Func<Task<bool>> holds, CancellationToken cancel)
    {
        for (var started = composition.Time.GetTimestamp(); !await holds(); await Task.Delay(LookEvery, composition.Time, cancel))
            if (composition.Time.GetElapsedTime(started) is var waited
                && waited.TotalSeconds > composition.Settings.EndOfDay.GateTimeoutSeconds)
                throw LakeException.Unavailable($"after {waited.TotalSeconds:0} s {unlike}; run the demo again");
    }

    static async Task<bool> IsPublishedAsync(Lake lake, DateOnly day, CancellationToken cancel) =>
        await lake.Catalog.TryLoadAsync(Marker, cancel) is { } table && table.Metadata.Refs.ContainsKey(LakeNames.DayTag(day));

    IReadOnlyList<DemoLayer> Layers()
    {
        var view = progress.Current;
        var sending = producing.Elapsed.TotalSeconds;
        return
        [
            new("produced", view.Sent, sending), new("bronze", view.BronzeRows, sending), new("hot", view.HotEvents, sending),
            .. Steps
                .Where(step => ends.Any(end => end.Seconds.ContainsKey(step)))
                .Select(step => new DemoLayer(step, RowsOf(step), ends.Sum(end => end.Seconds.GetValueOrDefault(step)))),
        ];
    }

    /// <summary>Rows of all days that a layer of tables built; null for a step that builds none.</summary>
    long? RowsOf(string layer)
    {
        var tables = ends.SelectMany(end => end.Rows)
            .Where(table => table.Key.StartsWith(layer + ".", StringComparison.Ordinal))
            .Select(table => table.Value)
            .ToList();
        return tables.Count == 0 ? null : tables.Sum();
    }

    sealed class Stages(DemoProgress progress, DateOnly end) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) =>
            progress.Update(view => view with
            {
                Stage = $"{end:yyyy-MM-dd} end of day",
                Step = $"{(value.Day is { } day && day != end ? $"{day:yyyy-MM-dd} again, " : "")}{value.Layer} {value.Subject}".TrimEnd(),
            });
    }
}
