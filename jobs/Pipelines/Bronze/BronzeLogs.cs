using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Proofs;
using Dart.Lake.Schemas;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>Brings the job's sinks and its consumer to the positions that the tables tell.</summary>
internal sealed class BronzeLogs(
    BronzeSettings settings,
    Lake lake,
    LogWatch watch,
    BatchConsumer consumer,
    IReadOnlyList<BronzeSink> sinks,
    LogHoles holes,
    ILogger logger)
{
    readonly HashSet<string> told = new(StringComparer.Ordinal);

    /// <summary>
    /// Forgets what is not committed and reads on from the tables' positions; each log is compared with its anchors first.
    /// </summary>
    /// <exception cref="LakeException">Corrupt, Unavailable: the logs are not
    /// those that the tables know; see <see cref="StartDecision"/>.</exception>
    public async Task SeekToTablesAsync(long nowMicros, CancellationToken cancel)
    {
        await watch.BeginAsync(cancel).ConfigureAwait(false);
        try
        {
            await BeginAsync(nowMicros, cancel).ConfigureAwait(false);
        }
        finally
        {
            // Whatever the logs' ends told, they must have been those of the same logs.
            await watch.ConfirmAsync(cancel).ConfigureAwait(false);
        }
        consumer.Assign(sinks
            .SelectMany(s => s.Partitions)
            .Select(p => new StartPosition(p.Partition.Topic, p.Partition.Partition, p.ReadFrom)));
    }

    async Task BeginAsync(long nowMicros, CancellationToken cancel)
    {
        var tables = await StreamedTables.LoadAsync(lake.Catalog, [.. sinks.Select(s => s.Table).Distinct()], cancel).ConfigureAwait(false);
        holes.Batch.Reset();
        SetAside? aside = null;
        for (var i = 0; i < sinks.Count; i++)
        {
            var (sink, log) = (sinks[i], watch.Logs[i]);
            sink.Batch.Reset();
            sink.Adopt(TableColumns.Of(sink.Topic.Contract, tables[sink.Table].Metadata.Schema, sink.Batch.Contract));
            var position = TablePosition.Of(tables[sink.Table]);
            Check(tables[sink.Table], position);
            var known = position.Partitions.Keys.Where(k => k.Topic == log.Topic).Select(k => k.LogId).ToHashSet(StringComparer.Ordinal);
            if (known.Count > 0 && !known.Contains(log.LogId) && told.Add(log.LogId))
                logger.AnotherLog(log.Topic, sink.Table);
            var ends = await EndsAsync(log, cancel).ConfigureAwait(false);
            // of a log without a record nothing was ever set aside
            var again = ends.Exists(end => end.High > 0)
                ? await ReadAgain.OfAsync(tables[sink.Table], position, log, AsideAsync).ConfigureAwait(false)
                : ReadAgain.No;
            var partitions = new List<PartitionState>();
            foreach (var (partition, low, high) in ends)
            {
                var committed = position.Partitions.GetValueOrDefault(partition);
                var start = StartDecision.Decide(partition, committed, low, high, settings.AcceptGap);
                var state = new PartitionState(partition, committed, start, high, again.SetAsideOf(partition));
                partitions.Add(state);
                foreach (var gap in state.NotSetAside(start.GapFrom, start.GapTo))
                    holes.Add(partition, gap.From, gap.To, LogHoles.GapReason, null, nowMicros);
            }
            sink.Begin(log, partitions, HasRows(tables[sink.Table]), again.Mark);
        }

        async Task<SetAside> AsideAsync() => aside ??= await SetAside.ReadAsync(lake, cancel).ConfigureAwait(false);
    }

    /// <summary>Where this process's partitions of a log begin and end.</summary>
    async Task<List<(LogPartition Partition, long Low, long High)>> EndsAsync(LogIdentity log, CancellationToken cancel)
    {
        var ends = new List<(LogPartition, long, long)>();
        for (var p = 0; p < log.Partitions; p++)
        {
            if (!consumer.IsOurs(log.Topic, p))
                continue;
            var partition = new LogPartition(log.LogId, log.Topic, p);
            var (low, high) = await watch
                .BearAsync(() => Task.FromResult(consumer.Watermarks(partition.Topic, partition.Partition)), cancel)
                .ConfigureAwait(false);
            ends.Add((partition, low, high));
        }
        return ends;
    }

    static bool HasRows(Table table) => table.Metadata.CurrentSnapshot?.Summary.GetValueOrDefault("total-records", "0") is not (null or "0");

    void Check(Table table, TablePosition position)
    {
        if (!settings.AcceptPosition)
            position.RefuseRollback(table);
    }
}
