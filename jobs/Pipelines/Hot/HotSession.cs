using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.Cut;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Restart;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Hot;

/// <summary>
/// The active job's work on one state, from its restoring to its end or to the next reload: takes records, cuts days, flushes.
/// </summary>
sealed class HotSession(
    HotParts parts,
    BatchConsumer consumer,
    HotLogs logs,
    HotLease lease,
    HotReport report,
    HotSink[] topics,
    UnknownSchemas unknown,
    HotRestore.Restored restored,
    long eventsBefore)
{
    static readonly TimeSpan wait = TimeSpan.FromMilliseconds(20), again = TimeSpan.FromSeconds(1);

    /// <summary>How long a cut waits for bronze to pass records whose schemas the registry lacks.</summary>
    static readonly TimeSpan mostBeforeCut = TimeSpan.FromSeconds(10);

    readonly HotGate gate = restored.Gate;
    readonly HotHashes hashes = new(restored.State);
    readonly HotCloseTable closes = new(parts.Lake, parts.Ids);
    readonly CutWatch waits = new(restored.Gate, parts.Settings.MarkerPatience, parts.Settings.LivePatience, parts.Time, parts.Log);
    readonly SilentPartitions silent = new(parts.Settings.IdleLimit);
    readonly LostNumbers lost = new(parts.Log);
    readonly RedisPatience redis = new(parts.Settings.Patience, parts.Time, parts.Log);
    readonly long began = parts.Time.GetTimestamp();
    // bronze may have read a record before this job did, and have committed it later
    readonly DateTimeOffset since = parts.Time.GetUtcNow().AddDays(-1);
    IReadOnlyDictionary<LogPartition, long>? lastCut = restored.Cut;
    IReadOnlySet<LogPosition> released = restored.Released;
    IReadOnlyDictionary<LogPartition, long> ends = new Dictionary<LogPartition, long>();
    long? asked;
    string? lettersAt;
    bool isBronzeBehind;
    long flushed = parts.Time.GetTimestamp(), looked = parts.Time.GetTimestamp();

    public HotState State { get; } = restored.State;
    public IReadOnlyList<HotSink> Topics => topics;

    /// <summary>The last act of ops.acts whose released rows the state has.</summary>
    public long Acts => restored.Acts;

    /// <summary>Bronze has decided otherwise on a record: everything must be read again from the lake.</summary>
    public bool MustReload { get; private set; }

    /// <summary>Records taken since the job's start.</summary>
    public long Events => eventsBefore + topics.Sum(t => t.Taken);

    HotSettings Settings => parts.Settings;
    ILogger Log => parts.Log;
    IEnumerable<ReadPosition> Positions => topics.SelectMany(t => t.Positions);
    long Lag => gate.Held + Positions.Sum(p => Math.Max(0, EndOf(p.Partition) - p.Next));

    /// <summary>Shows everything that was restored.</summary>
    public async Task BeginAsync(CancellationToken cancel)
    {
        Say(restored.Recalled);
        if (restored.BehindCut is { } behind)
            Log.BronzeBehindCut(behind.Partition, restored.Positions.GetValueOrDefault(behind.Partition)?.Next ?? 0, behind.Next);
        if (restored.PublishedUncut is { } day)
            Log.CutsPublishedDays(HotCalendar.Date(day));
        State.TouchAll();
        await CutAsync(cancel).ConfigureAwait(false);
        await FlushAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Waits a moment for records and does all that has become due.</summary>
    /// <returns>Whether records came.</returns>
    /// <exception cref="LakeException">Conflict: another job has taken over. Corrupt,
    /// Unavailable: logs, tables or the store are not as they must be.</exception>
    public async Task<bool> TurnAsync(CancellationToken cancel)
    {
        var taken = await TakeAsync(cancel).ConfigureAwait(false);
        LookForSilence();
        await CutAsync(cancel).ConfigureAwait(false);
        await lease.KeepAsync(cancel).ConfigureAwait(false);
        if (State.NeedsHistory && lastCut is { } cut && parts.Time.GetElapsedTime(looked) >= Settings.RecallEvery)
            // Bronze may be a moment behind: then it is tried again.
            await lease.WhileHeldAsync(stop => RecallAsync(cut, stop), cancel).ConfigureAwait(false);
        if (parts.Time.GetElapsedTime(flushed) >= Settings.FlushInterval)
            await FlushAsync(cancel).ConfigureAwait(false);
        return taken;
    }

    public HotProgress Progress(double perSecond, IReadOnlyList<HotAccountPnl> accounts) =>
        new(Events, perSecond, Lag, Date(State.Today), Date(State.Closed), accounts,
            [.. Positions.Select(p => new LogPosition(p.Partition, gate.Applied(p.Partition, p.Next)))],
            State.Late.ToDictionary(l => HotCalendar.Date(l.Key), l => l.Value))
        {
            Waits = waits.Words,
        };

    async Task<bool> TakeAsync(CancellationToken cancel)
    {
        var taken = consumer.Take(wait);
        for (var i = 0; i < taken;)
            if (TakeFrom(ref i, taken) is { } unknown)
                await LoadAsync(topics[unknown.Topic], unknown.SchemaId, i, taken, cancel).ConfigureAwait(false);
        foreach (var topic in topics)
        {
            topic.Apply(gate);
            foreach (var position in topic.Positions)
                position.KeepAnchor(consumer);
        }
        return taken > 0;
    }

    /// <summary>
    /// After this the schema of the i-th entry is known, or is known to be garbage: at the latest when bronze is past the record.
    /// </summary>
    async Task LoadAsync(HotSink topic, int schemaId, int i, int taken, CancellationToken cancel)
    {
        var where = new LogPosition(topic.Positions[consumer[i].Partition].Partition, consumer[i].Offset);
        var ahead = SchemaPatience.Ahead(consumer, i, taken);
        var patience = new SchemaPatience(Settings.Kafka.Patience, parts.Time, Log);
        await lease.WhileHeldAsync(async stop =>
        {
            await patience
                .LoadAsync(topic.Admission, schemaId, where, ahead, (_, ask) => IsInBronzeAsync(topic, where, ask), stop)
                .ConfigureAwait(false);
            return true;
        }, cancel).ConfigureAwait(false);
    }

    async Task<bool> IsInBronzeAsync(HotSink topic, LogPosition where, CancellationToken cancel) =>
        await parts.Lake.Catalog.TryLoadAsync(TableIdent.Parse(topic.Topic.Table), cancel).ConfigureAwait(false) is { } table
            && TablePosition.Of(table).Next(where.Partition) > where.Next;

    /// <summary>Takes entries until the end of the batch or until a schema must be loaded.</summary>
    (int Topic, int SchemaId)? TakeFrom(ref int i, int taken)
    {
        for (; i < taken; i++)
        {
            var record = consumer[i];
            if (topics[record.Topic].Take(record, i, gate) is { } id)
                return (record.Topic, id);
        }
        return null;
    }

    /// <summary>
    /// Cuts every day whose markers are all there, and of a source without markers every day that its watermark has left.
    /// </summary>
    async Task CutAsync(CancellationToken cancel)
    {
        while (!MustReload)
            if (gate.Complete is { } day)
            {
                if (!await AgreesBeforeCutAsync(day, cancel).ConfigureAwait(false))
                    break;
                gate.PassTo(day);
                await CutAsync(day, [.. gate.Cut], cancel).ConfigureAwait(false);
                gate.Release();
            }
            else if (await LiveDueAsync(cancel).ConfigureAwait(false) is { } over)
            {
                if (!await AgreesBeforeCutAsync(over, cancel).ConfigureAwait(false))
                    break;
                Log.CutLive(HotCalendar.Date(over));
                await CutAsync(over, [.. Positions.Select(p => new LogPosition(p.Partition, p.Next))], cancel)
                    .ConfigureAwait(false);
            }
            else
            {
                break;
            }
        waits.Look(Live.Waits);
        foreach (var day in gate.TakeNotPassed(partition => Positions.FirstOrDefault(p => p.Partition == partition)?.Next ?? 0))
            Log.PassesNothing(HotCalendar.Date(day));
    }

    LiveCut Live => new(
        gate,
        State,
        silent,
        Settings.CutGrace,
        PartitionsOf(Schemas.Topics.Trades, Schemas.Topics.MarketData),
        PartitionsOf(Schemas.Topics.Reference));

    /// <summary>The day of a source without markers that is over, after a look at where the brokers say that the logs end.</summary>
    async Task<int?> LiveDueAsync(CancellationToken cancel)
    {
        var live = Live;
        if (!live.MayBeDue)
            return null;
        if (asked is not { } last || parts.Time.GetElapsedTime(last) >= again)
        {
            ends = await lease.WhileHeldAsync(logs.EndsAsync, cancel).ConfigureAwait(false);
            asked = parts.Time.GetTimestamp();
            LookForSilence();
        }
        return live.Due;
    }

    void LookForSilence()
    {
        foreach (var at in Positions)
            silent.Look(at.Partition, at.Next, ends.TryGetValue(at.Partition, out var end) ? end : null, parts.Time.GetElapsedTime(began));
    }

    /// <summary>The partitions of topics, which may have other names than ours.</summary>
    IReadOnlyList<LogPartition> PartitionsOf(params Topic[] of) =>
        [.. topics.Where(t => of.Any(o => o.Table == t.Topic.Table)).SelectMany(t => t.Positions).Select(p => p.Partition)];

    async Task CutAsync(int day, IReadOnlyList<LogPosition> positions, CancellationToken cancel)
    {
        if (State.NeedsHistory && lastCut is { } before)
            await lease.WhileHeldAsync(stop => RecallBeforeCutAsync(day, before, stop), cancel).ConfigureAwait(false);
        var consumed = Positions.Select(p => p.Partition).ToHashSet();
        var ended = restored.Positions.Where(b => !consumed.Contains(b.Key)).Select(b => new LogPosition(b.Key, b.Value.Next));
        var close = HotClose.Of(State, day, gate.WatermarkOf(silent.Contains) ?? 0, [.. positions, .. ended]) with { Acts = Acts };
        foreach (var account in close.Accounts.Where(a => a.MissingFixing is not null))
            Log.LacksFixing(HotCalendar.Date(day), account.Account, account.MissingFixing);
        // What the day ends with is shown before the next one begins.
        await FlushAsync(cancel).ConfigureAwait(false);
        var deadline = new CommitDeadline(Settings.CommitDeadline, parts.Time, cancel);
        await using (deadline.ConfigureAwait(false))
            await closes.WriteAsync(close, State, lease.Held, deadline.Token).ConfigureAwait(false);
        State.Close(day, close.Accounts.Select(account => account.Level));
        released = new HashSet<LogPosition>();
        lastCut = close.Positions.ToDictionary(p => p.Partition, p => p.Next);
        report.Tell(this, cut: true);
    }

    /// <summary>
    /// Before a cut bronze has a moment to decide on the records that were left out; a bronze job that is down holds no day back.
    /// </summary>
    async Task<bool> AgreesBeforeCutAsync(int day, CancellationToken cancel)
    {
        return await lease.WhileHeldAsync(WaitAsync, cancel).ConfigureAwait(false);

        async Task<bool> WaitAsync(CancellationToken stop)
        {
            for (var started = parts.Time.GetTimestamp(); ; await Task.Delay(again, parts.Time, stop).ConfigureAwait(false))
            {
                if (!await AgreesAsync(stop).ConfigureAwait(false))
                    return false;
                if (unknown.Waiting == 0)
                    return true;
                if (!isBronzeBehind && parts.Time.GetElapsedTime(started) <= mostBeforeCut)
                    continue;
                isBronzeBehind = true;
                Log.CutBeforeBronze(HotCalendar.Date(day), unknown.Waiting);
                return true;
            }
        }
    }

    /// <summary>Whether bronze, as far as it is, has left out the records that this job has, as the registry lacks their schemas.</summary>
    public async Task<bool> AgreesAsync(CancellationToken cancel)
    {
        var now = await parts.Lake.Catalog.TryLoadAsync(BronzeLetters.Ident, cancel).ConfigureAwait(false);
        if (unknown.Waiting == 0 && now?.MetadataLocation == lettersAt)
            return true;
        var letters = await BronzeLetters
            .ReadAsync(parts, unknown.Settled, since, UnknownSchemas.Most, cancel)
            .ConfigureAwait(false);
        var next = Positions.Select(p => new LogPosition(p.Partition, p.Next));
        if (unknown.Compare(letters.Positions, next, letters.Unknown) is not { } other)
        {
            // bronze may be ahead: what it has left out there is compared when this job has come so far
            lettersAt = letters.Unknown is { } all && unknown.HasSettled(all) ? letters.Location : null;
            isBronzeBehind &= unknown.Waiting > 0;
            return true;
        }
        Log.DecidedOtherwise(other.Partition, other.Next);
        MustReload = true;
        return false;
    }

    /// <summary>A day is not cut without what changes its opening; bronze may be a moment behind.</summary>
    async Task<bool> RecallBeforeCutAsync(int day, IReadOnlyDictionary<LogPartition, long> cut, CancellationToken cancel)
    {
        for (var started = parts.Time.GetTimestamp(); !await RecallAsync(
            cut, cancel).ConfigureAwait(false); await Task.Delay(again, parts.Time, cancel).ConfigureAwait(false))
            if (parts.Time.GetElapsedTime(started) > Settings.WaitForBronze)
                throw LakeException.Unavailable($"{HotCalendar.Date(day):yyyy-MM-dd} cannot be cut: trades of days before it came late or were changed, and bronze has not reached the last cut; see that stream bronze runs, then start the job again");
        return true;
    }

    /// <summary>Recomputes what rows of forgotten days change.</summary>
    /// <returns>False: bronze has not reached the last cut yet.</returns>
    async Task<bool> RecallAsync(IReadOnlyDictionary<LogPartition, long> cut, CancellationToken cancel)
    {
        looked = parts.Time.GetTimestamp();
        await using var session = await LakeSession
            .OpenAsync(parts.Engine, parts.Lake.Catalog, parts.Lake.Scan, new ScanOptions(), cancel)
            .ConfigureAwait(false);
        var history = new HotHistory(session, State, cut, released);
        if (!history.IsComplete)
            return false;
        Say(await history.RecallAsync(cancel).ConfigureAwait(false));
        return true;
    }

    void Say(Recalled recalled)
    {
        if (recalled.From is { } from)
            Log.Recomputed(recalled.Books, HotCalendar.Date(from), recalled.Trades);
        if (recalled.Lost > 0)
            Log.StaysLost(recalled.Lost);
    }

    async Task FlushAsync(CancellationToken cancel)
    {
        var shown = hashes.Of(State.TakeChanges());
        lost.Tell(hashes.Lost);
        var flush = await lease.WhileHeldAsync(stop => redis.BearAsync(() => parts.Store.FlushAsync(Meta(), shown, stop), stop), cancel)
            .ConfigureAwait(false);
        if (flush.HasDroppedKeys)
        {
            Log.LostKeys();
            parts.Store.Forget();
            State.TouchAll();
        }
        flushed = parts.Time.GetTimestamp();
        report.Tell(this, cut: false);
    }

    HotMeta Meta() => new(
        Settings.JobName,
        lease.Held.Epoch,
        gate.Watermark,
        Lag,
        report.PerSecond,
        parts.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000,
        Date(State.Today))
    {
        Lake = parts.Lake.Id,
        Waits = waits.Wait is { } wait ? $"{wait}; {waits.WayOut}" : null,
        WaitsSince = waits.Since?.ToUnixTimeMilliseconds() * 1000,
        LeftOut = State.LeftOut,
        Lost = lost.Words,
    };

    /// <summary>Where a log ends, as far as the client knows.</summary>
    long EndOf(LogPartition partition) => consumer.KnownEnd(partition.Topic, partition.Partition);

    static DateOnly? Date(int? days) => days is { } d ? HotCalendar.Date(d) : null;
}
