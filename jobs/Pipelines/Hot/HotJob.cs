using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>
/// The hot job: prices, positions and PnL within a fraction of a second in the hot store,
/// and at the END_OF_DAY markers the whole state in <c>ops.hot_close</c>. One process is
/// active, others stand by; a restart begins at the last cut and goes on where bronze is.
/// </summary>
public sealed class HotJob
{
    static readonly TimeSpan again = TimeSpan.FromSeconds(1);

    readonly HotParts parts;
    readonly HotLease lease;
    readonly BatchConsumer consumer;
    readonly LogWatch watch;
    readonly HotLogs logs;
    readonly HotReport report;
    readonly ReleaseWatch releases;
    MarkerPass? pass;

    HotJob(HotParts parts, HotLease lease, BatchConsumer consumer, LogWatch watch, HotReport report)
    {
        (this.parts, this.lease, this.consumer, this.watch, this.report) = (parts, lease, consumer, watch, report);
        logs = new(watch, consumer);
        releases = new(parts.Settings.ReleaseQuiet, parts.Time);
    }

    /// <summary>Connects to the hot store, which may come as late as brokers may.</summary>
    /// <param name="at">Where it is.</param>
    /// <param name="settings">Of the job.</param>
    /// <param name="time">Clock.</param>
    /// <param name="ids">See <see cref="RedisStore.ConnectAsync"/>.</param>
    /// <param name="log">Is told once when it is waited for.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="LakeException">As <see cref="RedisStore.ConnectAsync"/>.</exception>
    public static Task<RedisStore> ConnectAsync(
        HotStoreSettings at, HotSettings settings, TimeProvider time, IdSource ids, ILogger log, CancellationToken cancel) =>
        new RedisPatience(settings.Patience, time, log).BearAsync(() => RedisStore.ConnectAsync(at, time, ids, cancel), cancel);

    /// <summary>Waits until the topics are there and no other hot job is active, and runs until it is cancelled.</summary>
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
    /// <exception cref="LakeException">Unavailable, Corrupt: brokers, logs, tables or the
    /// store are not as they must be. Conflict: another job has taken over.</exception>
    public static async Task RunAsync(
        HotSettings settings, Lake lake, DuckDbEngine engine, ISchemaRegistry registry,
        RedisStore store, TimeProvider time, IdSource ids, ILogger log, Action<HotProgress> progress, CancellationToken cancel)
    {
        var names = settings.Topics.Select(t => t.Name).ToList();
        using var admin = new KafkaAdmin(settings.Kafka);
        using var client = new BatchConsumer(settings.Kafka, settings.JobName, names);
        var topics = new LogWatch(settings.Watch, admin, client, names, time, log);
        await topics.WaitAsync(cancel).ConfigureAwait(false);
        await using var held = await HotLease.AcquireAsync(settings, lake.Ledger, time, ids, log, cancel).ConfigureAwait(false);
        // what takes long from here on, such as to restore, must not look as if the job were dead
        held.Beside(stop => store.HoldAsync(settings.JobName, lake.Id, held.Held.Epoch, stop));
        await held.WhileHeldAsync(stop => new RedisPatience(settings.Patience, time, log).BearAsync(async () =>
        {
            await store.ClaimAsync(settings.JobName, lake.Id, stop).ConfigureAwait(false);
            return true;
        }, stop), cancel).ConfigureAwait(false);
        await new HotCloseTable(lake, ids).EnsureAsync(log.NewColumns, cancel).ConfigureAwait(false);
        var job = new HotJob(new(settings, lake, engine, registry, store, time, ids, log), held, client, topics, new(progress, time));
        // The loop blocks in the client, so it gets a thread that the caller does not wait on.
        await Task.Run(() => job.LoopAsync(cancel), CancellationToken.None).ConfigureAwait(false);
    }

    async Task LoopAsync(CancellationToken cancel)
    {
        for (var before = 0L; !cancel.IsCancellationRequested;)
        {
            var session = await lease.WhileHeldAsync(stop => StartAsync(before, stop), cancel).ConfigureAwait(false);
            await session.BeginAsync(cancel).ConfigureAwait(false);
            do
            {
                if (await session.TurnAsync(cancel).ConfigureAwait(false))
                    watch.Heard();
            }
            while (!cancel.IsCancellationRequested && !session.MustReload
                && !(watch.IsDue && await lease.WhileHeldAsync(stop => MustReloadAsync(session, stop), cancel).ConfigureAwait(false)));
            before = session.Events;
        }
    }

    /// <summary>
    /// Restores from the lake; when a log begins later than bronze is, bronze is still committing what the log has dropped.
    /// </summary>
    async Task<HotSession> StartAsync(long eventsBefore, CancellationToken cancel)
    {
        await watch.BeginAsync(cancel).ConfigureAwait(false);
        if (parts.Settings.PassMarkers is { Count: > 0 } days)
            pass ??= new(days.Select(HotCalendar.Days).ToHashSet(), await logs.EndsAsync(cancel).ConfigureAwait(false));
        for (var started = parts.Time.GetTimestamp(); ; await Task.Delay(again, parts.Time, cancel).ConfigureAwait(false))
        {
            var restored = await HotRestore
                .LoadAsync(parts.Engine, parts.Lake, logs.Consumed, null, parts.Settings.MaxHeldRows, pass, cancel)
                .ConfigureAwait(false);
            var unknown = new UnknownSchemas();
            var topics = parts.Settings.Topics.Select(t => new HotSink(t, parts.Registry, restored.State, parts.Time, unknown)).ToArray();
            if (await logs.SeekAsync(topics, p => restored.Positions.GetValueOrDefault(p), cancel).ConfigureAwait(false) is not { } gap)
            {
                unknown.Begin(topics.SelectMany(t => t.Positions).Select(p => new LogPosition(p.Partition, p.Next)));
                return new(parts, consumer, logs, lease, report, topics, unknown, restored, eventsBefore);
            }
            if (parts.Time.GetElapsedTime(started) > parts.Settings.WaitForBronze)
                throw LakeException.Unavailable($"{gap.Partition}: bronze is at offset {gap.Next}, but the log begins at {gap.Low}; run stream bronze, or restore the records");
            parts.Log.WaitsForBronze(gap.Partition, gap.Low, gap.Next);
        }
    }

    /// <summary>Looks whether the logs still are the same, and reads on from the anchors after a lost connection.</summary>
    /// <returns>Whether the state must be restored from the lake.</returns>
    /// <exception cref="LakeException">Unavailable: a topic is another log. Corrupt: a log is another one under the same id.</exception>
    async Task<bool> MustReloadAsync(HotSession session, CancellationToken cancel)
    {
        var changed = await watch.LookAsync(cancel).ConfigureAwait(false);
        var acts = await parts.Lake.Catalog.TryLoadAsync(ActNumber.Table, cancel).ConfigureAwait(false);
        var act = ActNumber.OfReleases(acts);
        var mustReload = releases.IsDue(act, session.Acts, out var isNew);
        if (isNew && !mustReload)
            parts.Log.WaitsForReleases(act, parts.Settings.ReleaseQuiet.TotalSeconds);
        if (mustReload)
        {
            parts.Log.Released(act);
            return true;
        }
        if (!await session.AgreesAsync(cancel).ConfigureAwait(false))
            return true;
        if (!changed)
            return false;
        await watch.BeginAsync(cancel).ConfigureAwait(false);
        var read = session.Topics.SelectMany(t => t.Positions).ToDictionary(p => p.Partition, p => p.Position);
        if (logs.Consumed.Any(p => !read.ContainsKey(p)))
            parts.Log.OtherPartitions();
        else if (await logs.SeekAsync(session.Topics, p => read[p], cancel).ConfigureAwait(false) is { } gap)
            parts.Log.LogBeginsLater(gap.Partition, gap.Low, gap.Next);
        else
            return false;
        return true;
    }
}
