using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Registry;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>
/// The bronze job: takes batches of records, decodes them into columns, and commits rows, dead letters, holes and positions in
/// one transaction, so that every offset is in exactly one of the three whatever dies. It resumes from the tables themselves.
/// </summary>
public sealed class BronzeJob
{
    // A job that loses this often in a row shares its topics with another one.
    const int MostRefusals = 3;
    static readonly TimeSpan wait = TimeSpan.FromMilliseconds(50),
        progressEvery = TimeSpan.FromSeconds(1);

    readonly BronzeSettings settings;
    readonly TimeProvider time;
    readonly ILogger log;
    readonly Action<BronzeProgress> report;
    readonly BatchConsumer consumer;
    readonly DeadLetters deadLetters;
    readonly LogHoles holes;
    readonly BronzeSink[] sinks;
    readonly TableGrowth growth;
    readonly WriterFields fields;
    readonly LogWatch watch;
    readonly BronzeLogs logs;
    readonly BronzeCommit commit;
    readonly Rate rate;
    CancellationToken commitsEnd;
    long firstWaiting;
    int refusals, commits;

    BronzeJob(
        BronzeSettings settings,
        Lake lake,
        ISchemaRegistry registry,
        TimeProvider time,
        IdSource ids,
        ILogger log,
        Action<BronzeProgress> report,
        KafkaAdmin admin,
        BatchConsumer consumer,
        TableGrowth growth,
        IReadOnlyDictionary<string, TableContract> contracts)
    {
        this.settings = settings;
        this.time = time;
        this.log = log;
        this.report = report;
        this.consumer = consumer;
        this.growth = growth;
        deadLetters = new(log, contracts[DeadLetters.Table]);
        holes = new(contracts[LogHoles.Table]);
        sinks = [.. settings.Topics.Select(t => new BronzeSink(t, registry, deadLetters, holes, time))];
        foreach (var sink in sinks)
            sink.Adopt(contracts[sink.Topic.Table]);
        watch = new(
            settings.StopAtEnd ? settings.Watch with { WaitForTopics = TimeSpan.Zero } : settings.Watch,
            admin,
            consumer,
            [.. settings.Topics.Select(t => t.Name)],
            time,
            log);
        logs = new(settings, lake, watch, consumer, sinks, holes, log);
        commit = new(lake, ids, settings.JobName, settings.AcceptPosition);
        fields = new(settings.NewFields, growth, new(settings.Kafka.Patience, time, log), log);
        rate = new(time);
    }

    /// <summary>
    /// Runs until it is cancelled, which commits what was consumed, or until the end of
    /// the logs when the settings say so. Tables are created when they are not there.
    /// </summary>
    /// <param name="settings">What to read.</param>
    /// <param name="lake">Where the tables are; its catalog must commit several tables at once.</param>
    /// <param name="registry">Knows the writers' schemas.</param>
    /// <param name="time">Clock.</param>
    /// <param name="ids">Snapshot ids and file names.</param>
    /// <param name="log">What an operator should know.</param>
    /// <param name="progress">Called after every commit and about once a second, on the job's thread.</param>
    /// <param name="cancel">Stops the job in good order.</param>
    /// <exception cref="LakeException">Unavailable, Corrupt: brokers, logs or tables are
    /// not as they must be. Conflict: another process commits the same topics.</exception>
    public static async Task RunAsync(
        BronzeSettings settings,
        Lake lake,
        ISchemaRegistry registry,
        TimeProvider time,
        IdSource ids,
        ILogger log,
        Action<BronzeProgress> progress,
        CancellationToken cancel)
    {
        log.KafkaClient(KafkaLibrary.Load());
        await StreamedTables
            .TellMissingAsync(lake.Catalog, [.. settings.Topics.Select(t => t.Table).Distinct()], log, cancel)
            .ConfigureAwait(false);
        var tables = new TableGrowth(lake, log);
        var contracts = await tables.EnsureAsync(
            [.. settings.Topics.Select(t => t.Table).Distinct()
                .Append(DeadLetters.Table).Append(LogHoles.Table).Select(TableContracts.Get)], cancel)
            .ConfigureAwait(false);
        using var admin = new KafkaAdmin(settings.Kafka);
        using var batches = new BatchConsumer(
            settings.Kafka,
            settings.JobName,
            [.. settings.Topics.Select(t => t.Name)],
            Group(settings, lake));
        var job = new BronzeJob(settings, lake, registry, time, ids, log, progress, admin, batches, tables, contracts);
        // The loop blocks in the client, so it gets a thread that the caller does not wait on.
        await Task.Run(() => job.LoopAsync(cancel), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// The processes of one lake share the partitions; another lake on the same
    /// Kafka, a copy of this one too, reads them all as well, so the group has this one's id.
    /// </summary>
    static string? Group(BronzeSettings settings, Lake lake) =>
        settings.Kafka.HasGroups ? $"dartlake-{settings.JobName}-{lake.Id}" : null;

    async Task LoopAsync(CancellationToken cancel)
    {
        var deadline = new CommitDeadline(settings.CommitDeadline, time, cancel);
        await using var stop = deadline.ConfigureAwait(false);
        commitsEnd = deadline.Token;
        if (settings.AcceptPosition)
            await commit.AcceptAsync([.. sinks.Select(s => s.Table).Distinct()], cancel).ConfigureAwait(false);
        if (settings.ReadAgain)
            await commit.GoBackAsync([.. sinks.Select(s => s.Table).Distinct()], cancel).ConfigureAwait(false);
        await SeekAsync(cancel).ConfigureAwait(false);
        consumer.Join();
        while (!cancel.IsCancellationRequested && !(MustStop && !AnyMoved))
        {
            await TakeAsync(cancel).ConfigureAwait(false);
            if (MustCommit)
                await CommitAsync(cancel).ConfigureAwait(false);
            await LookAsync(cancel).ConfigureAwait(false);
            if (rate.IsDue(progressEvery))
                Report();
        }
        // a stop commits what was consumed
        await CommitAsync(commitsEnd).ConfigureAwait(false);
    }

    async Task TakeAsync(CancellationToken cancel)
    {
        var taken = consumer.Take(wait);
        if (taken > 0)
            watch.Heard();
        var now = NowMicros;
        for (var i = 0; i < taken;)
            if (TakeFrom(ref i, taken, now) is { } unknown)
                await LoadAsync(sinks[unknown.Sink], unknown.SchemaId, i, taken, cancel).ConfigureAwait(false);
        KeepAnchors();
        if (firstWaiting == 0 && AnyMoved)
            firstWaiting = time.GetTimestamp();
    }

    /// <summary>After this the schema of the i-th entry is known, and its table has the columns for it.</summary>
    async Task LoadAsync(BronzeSink sink, int schemaId, int i, int taken, CancellationToken cancel)
    {
        var (partition, offset) = (consumer[i].Partition, consumer[i].Offset);
        var where = sink.Partitions.First(p => p.Partition.Partition == partition).Partition;
        try
        {
            await fields
                .LoadAsync(sinks, sink, schemaId, new(where, offset), SchemaPatience.Ahead(consumer, i, taken), cancel)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (AnyMoved && e is LakeException or OperationCanceledException)
        {
            // what stands before the record is kept, whatever becomes of it
            KeepAnchors();
            await CommitAsync(cancel).ConfigureAwait(false);
            throw;
        }
    }

    void KeepAnchors()
    {
        foreach (var sink in sinks)
            foreach (var partition in sink.Partitions)
                partition.KeepAnchor(consumer);
    }

    /// <summary>Takes entries until the end of the batch or until a schema must be loaded.</summary>
    (int Sink, int SchemaId)? TakeFrom(ref int i, int taken, long now)
    {
        for (; i < taken; i++)
        {
            var record = consumer[i];
            if (sinks[record.Topic].Take(record, i, now) is { } id)
                return (record.Topic, id);
        }
        return null;
    }

    async Task SeekAsync(CancellationToken cancel)
    {
        deadLetters.Forget();
        await logs.SeekToTablesAsync(NowMicros, cancel).ConfigureAwait(false);
        firstWaiting = 0;
        Report();
    }

    async Task CommitAsync(CancellationToken cancel)
    {
        if (!AnyMoved)
            return;
        var (began, rows) = (time.GetTimestamp(), sinks.Sum(s => s.Batch.RowCount));
        await watch.ConfirmReadAsync(commitsEnd).ConfigureAwait(false);
        var outcome = await commit.RunAsync(sinks, deadLetters.Batch, holes.Batch, commitsEnd).ConfigureAwait(false);
        if (outcome == CommitOutcome.ColumnsChanged)
        {
            log.ColumnsChanged();
            await RestoreColumnsAsync(cancel).ConfigureAwait(false);
            await SeekAsync(cancel).ConfigureAwait(false);
            return;
        }
        if (outcome == CommitOutcome.Refused)
        {
            if (++refusals == MostRefusals)
                throw LakeException.Conflict($"the bronze tables were moved on by another process {MostRefusals} times in a row, and it does not share the partitions with this one; stop it");
            log.MovedOnByAnother();
            await SeekAsync(cancel).ConfigureAwait(false);
            return;
        }
        refusals = 0;
        commits++;
        log.Committed(commits, rows, (long)time.GetElapsedTime(began).TotalMilliseconds);
        firstWaiting = 0;
        deadLetters.SetCommitted();
        holes.Batch.Reset();
        foreach (var sink in sinks)
        {
            sink.Batch.Reset();
            foreach (var partition in sink.Partitions)
                partition.SetCommitted();
        }
        Report();
    }

    /// <summary>Tables that others have taken columns from get them again; what waits is read again.</summary>
    async Task RestoreColumnsAsync(CancellationToken cancel)
    {
        foreach (var sink in sinks.DistinctBy(s => s.Table))
            await growth.RestoreAsync(sink.Topic.Contract, sink.Batch.Contract, cancel).ConfigureAwait(false);
        deadLetters.Adopt(await growth.RestoreAsync(
            TableContracts.Get(DeadLetters.Table), deadLetters.Batch.Contract, cancel).ConfigureAwait(false));
        holes.Adopt(await growth.RestoreAsync(TableContracts.Get(LogHoles.Table), holes.Batch.Contract, cancel).ConfigureAwait(false));
    }

    /// <summary>
    /// Reads on from the tables when the logs may be others (the anchors tell), or when the group gives or takes
    /// partitions. What was consumed is committed before: whoever reads a partition next begins where the tables are.
    /// </summary>
    async Task LookAsync(CancellationToken cancel)
    {
        try
        {
            if (!await watch.LookAsync(cancel).ConfigureAwait(false) && !consumer.ShareChanged)
                return;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // a stop in the middle of a question: the loop ends, and what was consumed is committed
            return;
        }
        await CommitAsync(cancel).ConfigureAwait(false);
        await SeekAsync(cancel).ConfigureAwait(false);
    }

    bool AnyMoved => sinks.Any(s => s.Partitions.Any(p => p.Moved));

    bool MustStop => settings.StopAtEnd && consumer.HasShare && sinks.All(s => s.Partitions.All(p => p.Next >= p.End));

    bool MustCommit => MustStop
        || (firstWaiting != 0 && time.GetElapsedTime(firstWaiting) >= settings.CommitInterval)
        || sinks.Sum(s => s.Batch.RowCount) >= settings.MaxRows
        || sinks.Any(s => s.Partitions.Any(p => p.Bytes >= settings.MostPartitionBytes));

    long NowMicros => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    void Report()
    {
        var byReason = deadLetters.Committed;
        report(rate.Progress(
            sinks.Sum(s => s.Events), byReason.Values.Sum(), commits,
            sinks.Sum(s => s.Partitions.Sum(p => Math.Max(0, consumer.KnownEnd(p.Partition.Topic, p.Partition.Partition) - p.Next))),
            sinks.Sum(s => s.Partitions.Count),
            [.. sinks.SelectMany(s => s.Partitions)
                .Where(p => p.Committed is not null)
                .Select(p => new LogPosition(p.Partition, p.Committed!.Value))]) with
        {
            HasShare = consumer.HasShare,
            ByReason = byReason,
            Ignored = fields.Ignored,
        });
    }
}
