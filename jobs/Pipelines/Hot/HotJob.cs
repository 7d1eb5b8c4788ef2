using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Hot;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>
/// The hot job: prices, positions and PnL within a fraction of a second in the hot store, and at the END_OF_DAY markers the whole state in <c>ops.hot_close</c>. One
/// process is active, others stand by; a restart begins at the last cut and goes on where bronze is.
/// </summary>
public sealed class HotJob
{
    static readonly TimeSpan wait = TimeSpan.FromMilliseconds(20), standBy = TimeSpan.FromSeconds(1), second = TimeSpan.FromSeconds(1), stopWithin = TimeSpan.FromSeconds(10);

    readonly HotSettings settings;
    readonly Lake lake;
    readonly HotStore store;
    readonly TimeProvider time;
    readonly ILogger log;
    readonly Action<HotProgress> report;
    readonly Lease lease;
    readonly BatchConsumer consumer;
    readonly HotTopic[] topics;
    readonly HotState state;
    readonly HotGate gate;
    readonly HotHashes hashes;
    readonly HotCloseTable closes;
    readonly IReadOnlyDictionary<LogPartition, long> bronze;
    IReadOnlyList<HotAccountPnl> accounts = [];
    long events, eventsBefore, flushed, renewed, measured;
    double perSecond;

    HotJob(HotSettings settings, Lake lake, HotStore store, TimeProvider time, IdSource ids, ILogger log, Action<HotProgress> report, Lease lease, BatchConsumer consumer, HotTopic[] topics, HotRestore.Restored restored)
    {
        (this.settings, this.lake, this.store, this.time, this.log, this.report) = (settings, lake, store, time, log, report);
        (this.lease, this.consumer, this.topics) = (lease, consumer, topics);
        (state, gate, bronze) = (restored.State, restored.Gate, restored.Positions);
        hashes = new(state);
        closes = new(lake.Catalog, ids);
        flushed = renewed = measured = time.GetTimestamp();
    }

    /// <summary>Waits until no other hot job is active, and runs until it is cancelled.</summary>
    /// <param name="settings">What to read.</param>
    /// <param name="lake">Bronze to restart from, <c>ops.hot_close</c>, and the lease.</param>
    /// <param name="engine">Reads bronze at the start.</param>
    /// <param name="registry">Knows the writers' schemas.</param>
    /// <param name="store">Where the numbers go.</param>
    /// <param name="time">Clock.</param>
    /// <param name="ids">Names of files and of this holder of the lease.</param>
    /// <param name="log">What an operator should know.</param>
    /// <param name="progress">Called after every flush and cut, on the job's thread.</param>
    /// <param name="cancel">Stops the job in good order.</param>
    /// <exception cref="LakeException">Unavailable, Corrupt: brokers, logs, tables or the store are not as they must be. Conflict: another job has taken over.</exception>
    public static async Task RunAsync(
        HotSettings settings, Lake lake, DuckDbEngine engine, ISchemaRegistry registry, HotStore store, TimeProvider time, IdSource ids, ILogger log, Action<HotProgress> progress, CancellationToken cancel)
    {
        var held = await BecomeActiveAsync(settings, lake.Ledger, time, ids, log, cancel).ConfigureAwait(false);
        try
        {
            await new HotCloseTable(lake.Catalog, ids).EnsureAsync(cancel).ConfigureAwait(false);
            using var admin = new KafkaAdmin(settings.Kafka);
            var names = settings.Topics.Select(t => t.Topic).ToList();
            using var client = new BatchConsumer(settings.Kafka, settings.JobName, names);
            var logs = await admin.IdentifyAsync(names, cancel).ConfigureAwait(false);
            var restored = await RestoreAsync(settings, lake, engine, client, logs, time, log, cancel).ConfigureAwait(false);
            var sinks = settings.Topics.Select(t => new HotTopic(t.Topic, t.Table, t.RecordName, registry, restored.State, time)).ToArray();
            for (var i = 0; i < sinks.Length; i++)
                sinks[i].Begin(logs[i], [.. Partitions(logs[i]).Select(p => restored.Positions.TryGetValue(p, out var next) ? next : client.Watermarks(p.Topic, p.Partition).Low)]);
            client.Assign(sinks.SelectMany(t => t.Partitions.Select(p => new StartPosition(p.Topic, p.Partition, t.Next[p.Partition]))));
            var job = new HotJob(settings, lake, store, time, ids, log, progress, held, client, sinks, restored);
            // The loop blocks in the client, so it gets a thread that the caller does not wait on.
            await Task.Run(() => job.LoopAsync(cancel), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            using var limit = new CancellationTokenSource(stopWithin, time);
            await lake.Ledger.ReleaseAsync(held, limit.Token).ConfigureAwait(false);
        }
    }

    static async Task<Lease> BecomeActiveAsync(HotSettings settings, Ledger ledger, TimeProvider time, IdSource ids, ILogger log, CancellationToken cancel)
    {
        var holder = ids.NewId().ToString("N");
        for (var told = false; ; told = true)
        {
            if (await ledger.AcquireEpochAsync(settings.JobName, holder, cancel).ConfigureAwait(false) is { } taken)
                return taken;
            if (!told)
                log.LogInformation("another {Job} job is active; this one stands by", settings.JobName);
            await Task.Delay(standBy, time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Restores from the lake; when the log begins later than bronze is, bronze is still committing what the log has dropped.</summary>
    static async Task<HotRestore.Restored> RestoreAsync(
        HotSettings settings, Lake lake, DuckDbEngine engine, BatchConsumer consumer, IReadOnlyList<LogIdentity> logs, TimeProvider time, ILogger log, CancellationToken cancel)
    {
        var consumed = logs.SelectMany(Partitions).ToList();
        for (var started = time.GetTimestamp(); ; await Task.Delay(standBy, time, cancel).ConfigureAwait(false))
        {
            var restored = await HotRestore.LoadAsync(engine, lake, consumed, null, cancel).ConfigureAwait(false);
            var gap = consumed.Select(p => (Partition: p, consumer.Watermarks(p.Topic, p.Partition).Low, Next: restored.Positions.GetValueOrDefault(p)))
                .FirstOrDefault(p => p.Low > p.Next);
            if (gap.Partition.LogId is null)
                return restored;
            if (time.GetElapsedTime(started) > settings.WaitForBronze)
                throw LakeException.Unavailable($"{gap.Partition}: bronze is at offset {gap.Next}, but the log begins at {gap.Low}; run stream bronze, or restore the records");
            log.LogWarning("{Partition} begins at {Low}, bronze is at {Next}: waiting for bronze", gap.Partition, gap.Low, gap.Next);
        }
    }

    static IEnumerable<LogPartition> Partitions(LogIdentity log) => Enumerable.Range(0, log.Partitions).Select(p => new LogPartition(log.LogId, log.Topic, p));

    async Task LoopAsync(CancellationToken cancel)
    {
        state.TouchAll();
        await CutAsync(cancel).ConfigureAwait(false);
        await FlushAsync(cancel).ConfigureAwait(false);
        while (!cancel.IsCancellationRequested)
        {
            await TakeAsync(cancel).ConfigureAwait(false);
            await CutAsync(cancel).ConfigureAwait(false);
            if (time.GetElapsedTime(renewed) >= settings.RenewEvery)
                await RenewAsync(cancel).ConfigureAwait(false);
            if (time.GetElapsedTime(flushed) >= settings.FlushEvery)
                await FlushAsync(cancel).ConfigureAwait(false);
        }
    }

    async Task TakeAsync(CancellationToken cancel)
    {
        var taken = consumer.Take(wait);
        for (var i = 0; i < taken;)
            if (TakeFrom(ref i, taken) is { } unknown)
                await topics[unknown.Topic].LoadAsync(unknown.SchemaId, cancel).ConfigureAwait(false);
        foreach (var topic in topics)
            topic.Apply(gate);
    }

    /// <summary>Takes entries until the end of the batch or until a schema must be loaded.</summary>
    (int Topic, int SchemaId)? TakeFrom(ref int i, int taken)
    {
        for (; i < taken; i++)
        {
            var record = consumer[i];
            if (topics[record.Topic].Take(record, gate) is { } id)
                return (record.Topic, id);
            // the client also tells the end of a partition, which is no record
            if (!record.IsEnd)
                events++;
        }
        return null;
    }

    /// <summary>Cuts every day whose markers are all there.</summary>
    async Task CutAsync(CancellationToken cancel)
    {
        while (gate.Complete is { } day)
        {
            var consumed = topics.SelectMany(t => t.Partitions).ToHashSet();
            var ended = bronze.Where(b => !consumed.Contains(b.Key)).Select(b => new ClosePosition(b.Key.LogId, b.Key.Topic, b.Key.Partition, b.Value));
            var close = HotClose.Of(state, day, gate.Watermark ?? 0, [.. gate.Cut, .. ended]);
            foreach (var account in close.Accounts.Where(a => a.MissingFixing is not null))
                log.LogError("{Day}: account {Account} lacks the fixing {Pair}; its numbers are not in ops.hot_close", HotCalendar.Date(day), account.Account, account.MissingFixing);
            await RenewAsync(cancel).ConfigureAwait(false);
            // What the day ends with is shown before the next one begins.
            await FlushAsync(cancel).ConfigureAwait(false);
            if (state.Deep > 0)
                log.LogWarning("{Day}: {Count} trades are dated before the days that are kept; the opening lots do not have them until the days are restated", HotCalendar.Date(day), state.Deep);
            await closes.WriteAsync(close, state, cancel).ConfigureAwait(false);
            state.Close(day);
            gate.Release();
            Report(measure: true);
        }
    }

    async Task RenewAsync(CancellationToken cancel)
    {
        if (!await lake.Ledger.RenewAsync(lease, cancel).ConfigureAwait(false))
            throw LakeException.Conflict($"another {settings.JobName} job has taken over; this one ends");
        renewed = time.GetTimestamp();
    }

    async Task FlushAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        var meta = new HotMeta(settings.JobName, lease.Epoch, gate.Watermark, Lag, perSecond, now, state.Today is { } day ? HotCalendar.Date(day) : null);
        var flush = await store.FlushAsync(meta, hashes.Of(state.TakeChanges()), cancel).ConfigureAwait(false);
        if (flush.HasDroppedKeys)
        {
            log.LogWarning("the hot store has lost keys: everything is written again");
            store.Forget();
            state.TouchAll();
        }
        flushed = time.GetTimestamp();
        Report(measure: time.GetElapsedTime(measured) >= second);
    }

    long Lag => topics.Sum(t => t.Partitions.Sum(p => Math.Max(0, consumer.KnownEnd(p.Topic, p.Partition) - t.Next[p.Partition])));

    void Report(bool measure)
    {
        if (measure)
        {
            if (time.GetElapsedTime(measured).TotalSeconds is > 0.5 and var span)
            {
                perSecond = (events - eventsBefore) / span;
                (eventsBefore, measured) = (events, time.GetTimestamp());
            }
            accounts = HotValues.Pnl(state);
        }
        report(new(events, perSecond, Lag, Date(state.Today), Date(state.Closed), gate.Watermark, accounts,
            [.. topics.SelectMany(t => t.Partitions.Select(p => new CommittedPosition(p, gate.Applied(p, t.Next[p.Partition]))))],
            state.Late.ToDictionary(l => HotCalendar.Date(l.Key), l => l.Value)));
    }

    static DateOnly? Date(int? days) => days is { } d ? HotCalendar.Date(d) : null;
}
