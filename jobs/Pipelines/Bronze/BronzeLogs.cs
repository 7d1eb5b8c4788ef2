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
            // of a table without any position nobody knows what its topics have set aside before
            var readsAgain = position.Partitions.Count == 0 || tables[sink.Table].Metadata.Properties.ContainsKey(LakeNames.ReadAgain);
            if (readsAgain)
                aside ??= await SetAside.ReadAsync(lake, cancel).ConfigureAwait(false);
            var partitions = new List<PartitionState>();
            for (var p = 0; p < log.Partitions; p++)
            {
                if (!consumer.IsOurs(log.Topic, p))
                    continue;
                var partition = new LogPartition(log.LogId, log.Topic, p);
                var committed = position.Partitions.GetValueOrDefault(partition);
                var (low, high) = await watch
                    .BearAsync(() => Task.FromResult(consumer.Watermarks(partition.Topic, partition.Partition)), cancel)
                    .ConfigureAwait(false);
                var start = StartDecision.Decide(partition, committed, low, high, settings.AcceptGap);
                var state = new PartitionState(
                    partition, committed, start, high, readsAgain ? aside!.Of(partition, committed?.Next ?? 0) : []);
                partitions.Add(state);
                foreach (var gap in state.NotSetAside(start.GapFrom, start.GapTo))
                    holes.Add(partition, gap.From, gap.To, LogHoles.GapReason, null, nowMicros);
            }
            // marked only where it means something
            readsAgain &= partitions.Exists(p => p.HasSetAside) || tables[sink.Table].Metadata.Properties.ContainsKey(LakeNames.ReadAgain);
            sink.Begin(log, partitions, HasRows(tables[sink.Table]), readsAgain);
        }
    }

    static bool HasRows(Table table) => table.Metadata.CurrentSnapshot?.Summary.GetValueOrDefault("total-records", "0") is not (null or "0");

    void Check(Table table, TablePosition position)
    {
        if (!settings.AcceptPosition)
            position.RefuseRollback(table);
    }
}
