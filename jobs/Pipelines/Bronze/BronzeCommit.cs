using Dart.Lake.Jobs.Runtime.Positions;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Lakehouse.Proofs;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Bronze;

/// <summary>One partition's part of a commit: it takes the table from a position (null: none) to another.</summary>
internal readonly record struct PositionMove(LogPartition Partition, long? From, PartitionPosition To);

/// <summary>What became of a commit.</summary>
internal enum CommitOutcome
{
    Committed,
    /// <summary>Somebody else moved a position first; nothing of ours is in the tables.</summary>
    Refused,
    /// <summary>Others have taken a column away that the rows have values of; nothing of ours is in the tables.</summary>
    ColumnsChanged,
}

/// <summary>
/// Commits rows, dead letters, holes and positions of all topics in one transaction, fenced by the positions: every plan asserts that
/// the table is where the job began, so a zombie or a second process changes nothing.
/// </summary>
/// <param name="acceptPosition">Goes on although a table was rolled back.</param>
internal sealed class BronzeCommit(Lake lake, IdSource ids, string jobName, bool acceptPosition)
{
    readonly ParquetFileWriter writer = new(lake.Store, ids);
    readonly FileCommit commit = new(lake.Catalog, lake.Store);
    readonly Dictionary<TableIdent, string> uuids = [];
    bool columnsChanged;

    /// <summary>Writes what waits and commits it. Batches are not reset. What has not happened leaves no file behind.</summary>
    public async Task<CommitOutcome> RunAsync(
        IReadOnlyList<BronzeSink> sinks, ColumnBatch deadLetters, ColumnBatch holes, CancellationToken cancel) =>
        await commit.RunAsync(written => WriteAsync(sinks, deadLetters, holes, written, cancel), cancel).ConfigureAwait(false) is null
            ? CommitOutcome.Committed
            : columnsChanged ? CommitOutcome.ColumnsChanged : CommitOutcome.Refused;

    async Task<PlannedCommit?> WriteAsync(
        IReadOnlyList<BronzeSink> sinks, ColumnBatch deadLetters, ColumnBatch holes, List<DataFile> written, CancellationToken cancel)
    {
        var moved = sinks.Where(s => s.Partitions.Any(p => p.Moved)).GroupBy(s => s.Table).ToList();
        if (moved.Count == 0)
            return null;
        var (deadTable, holeTable) = (TableIdent.Parse(DeadLetters.Table), TableIdent.Parse(LogHoles.Table));
        var tables = await StreamedTables
            .LoadAsync(lake.Catalog, [.. moved.Select(m => m.Key), deadTable, holeTable], cancel)
            .ConfigureAwait(false);
        foreach (var table in tables.Values)
            CheckIsSame(table);
        var changes = new List<TableChange>();
        var firstSnapshot = 0L;
        foreach (var table in moved)
        {
            var files = new List<DataFile>();
            foreach (var sink in table)
            {
                var added = await writer.WriteAsync(sink.Batch, tables[table.Key].Metadata.Location, cancel).ConfigureAwait(false);
                files.AddRange(added);
                written.AddRange(added);
            }
            var moves = table.SelectMany(s => s.Partitions).Where(p => p.Moved)
                .Select(p => new PositionMove(p.Partition, p.Committed, p.Position)).ToList();
            var snapshot = ids.NewLong();
            firstSnapshot = firstSnapshot == 0 ? snapshot : firstSnapshot;
            var columns = table.First().Batch.Contract;
            // several topics of one table: it keeps its mark until none needs it
            var marks = table.Select(s => s.ReadAgainMark).ToList();
            bool? readAgain = marks.Contains(true) ? true : marks.TrueForAll(mark => mark == false) ? false : null;
            changes.Add(new(table.Key, t =>
            {
                CheckColumns(t, columns, files);
                return Plan(t, files, moves, snapshot, jobName, acceptPosition, readAgain);
            })
            { Uuid = uuids[table.Key] });
        }
        foreach (var (table, batch) in new[] { (deadTable, deadLetters), (holeTable, holes) })
            if (batch.RowCount > 0)
            {
                var files = await writer.WriteAsync(batch, tables[table].Metadata.Location, cancel).ConfigureAwait(false);
                written.AddRange(files);
                var summary = new Dictionary<string, string>(StringComparer.Ordinal) { [LakeNames.Stream] = jobName };
                var columns = batch.Contract;
                changes.Add(new(table, t =>
                {
                    CheckColumns(t, columns, files);
                    return new() { Add = files, Summary = summary };
                })
                { Uuid = uuids[table] });
            }
        columnsChanged = false;
        return new(changes, firstSnapshot);
    }

    /// <summary>
    /// Tables that were rolled back have their position from now on, rows or no rows: what was accepted once need not be accepted again.
    /// </summary>
    /// <exception cref="LakeException">Unavailable, Corrupt: the catalog or a table.</exception>
    public async Task AcceptAsync(IReadOnlyList<TableIdent> idents, CancellationToken cancel)
    {
        foreach (var table in (await StreamedTables.LoadAsync(lake.Catalog, idents, cancel).ConfigureAwait(false)).Values)
        {
            if (!TablePosition.Of(table).IsRolledBack(table))
                continue;
            var snapshot = ids.NewLong();
            var change = new TableChange(table.Ident, now => Plan(now, [], [], snapshot, jobName, acceptPosition: true))
            {
                Uuid = table.Metadata.TableUuid,
            };
            await lake.Catalog.CommitAsync([change], null, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Tables that were rolled back have, from now on, the position of the snapshot that they were brought back to, so that what came after
    /// it is read again. They are marked: what of it is a dead letter or a hole is one already.
    /// </summary>
    /// <exception cref="LakeException">Invalid: that snapshot is of no stream, or is from before a release of records that would then be
    /// nowhere; Unavailable, Corrupt: the catalog or a table.</exception>
    public async Task GoBackAsync(IReadOnlyList<TableIdent> idents, CancellationToken cancel)
    {
        foreach (var table in (await StreamedTables.LoadAsync(lake.Catalog, idents, cancel).ConfigureAwait(false)).Values)
        {
            if (!TablePosition.Of(table).IsRolledBack(table))
                continue;
            await RefuseUndoneAsync(table, cancel).ConfigureAwait(false);
            var snapshot = ids.NewLong();
            var change = new TableChange(table.Ident, now => PlanBack(now, snapshot, jobName)) { Uuid = table.Metadata.TableUuid };
            await lake.Catalog.CommitAsync([change], null, cancel).ConfigureAwait(false);
        }
    }

    async Task RefuseUndoneAsync(Table table, CancellationToken cancel)
    {
        var reached = TablePosition.OfRows(table).Partitions.ToDictionary(p => p.Key, p => p.Value.Next);
        var undone = await UndoneActs.FindAsync(lake, table, reached, cancel).ConfigureAwait(false);
        if (undone.Count == 0)
            return;
        var first = $"{undone[0].Partition}, offset {undone[0].Offsets.From}";
        throw LakeException.Invalid($"{undone.Sum(u => u.Offsets.Count)} records that were released into {table.Ident} would be nowhere, {first} the first: the snapshot that it was brought back to is from before their release, and what is read again comes after them; bring the table to a snapshot from the release on, which 'dartlake table history {table.Ident}' lists, or drop it, and its topics are read from their start");
    }

    /// <summary>The position of its rows; where another process has gone back meanwhile, its own.</summary>
    static TableIntent PlanBack(Table table, long snapshotId, string jobName) => TablePosition.Of(table).IsRolledBack(table)
        ? At(table, TablePosition.OfRows(table) with { SnapshotId = snapshotId }, [], jobName, readAgain: true)
        : Plan(table, [], [], snapshotId, jobName);

    /// <summary>
    /// A table of the same name that was made since has other files, ids of columns and no position: nothing of ours goes into it.
    /// </summary>
    void CheckIsSame(Table table)
    {
        if (uuids.TryAdd(table.Ident, table.Metadata.TableUuid) || uuids[table.Ident] == table.Metadata.TableUuid)
            return;
        throw LakeException.Corrupt($"{table.Ident} was dropped and made again while the job ran (uuid {table.Metadata.TableUuid}, not {uuids[table.Ident]}); nothing was committed to it: start the job again when that was wanted");
    }

    void CheckColumns(Table table, TableContract written, IReadOnlyList<DataFile> files)
    {
        columnsChanged = files.Count > 0 && !WrittenColumns.AreOf(table, written);
        if (columnsChanged)
            WrittenColumns.Check(table, written);
    }

    /// <summary>The fence and the new position, against the table as it is now.</summary>
    /// <exception cref="LakeException">Conflict: the table is not where the job began. Corrupt: it was rolled back meanwhile.</exception>
    internal static TableIntent Plan(
        Table table,
        IReadOnlyList<DataFile> files,
        IReadOnlyList<PositionMove> moves,
        long snapshotId,
        string jobName,
        bool acceptPosition = false,
        bool? readAgain = null)
    {
        var position = TablePosition.Of(table);
        if (!acceptPosition)
            position.RefuseRollback(table);
        foreach (var move in moves)
            if (position.Next(move.Partition) != move.From)
                throw LakeException.Conflict($"{table.Ident} is at offset {position.Next(move.Partition)?.ToString() ?? "none"} of {move.Partition}, not at {move.From?.ToString() ?? "none"}: another process commits the same log");
        var next = new TablePosition(snapshotId, position.Partitions.SetItems(moves.Select(m => KeyValuePair.Create(m.Partition, m.To))));
        return At(table, next, files, jobName, readAgain);
    }

    /// <summary>Adds files, and has that position from then on.</summary>
    static TableIntent At(Table table, TablePosition position, IReadOnlyList<DataFile> files, string jobName, bool? readAgain)
    {
        var next = position with { Records = MainLine.RecordsOf(table.Metadata.CurrentSnapshot) + files.Sum(f => f.RecordCount) };
        return new()
        {
            Add = files,
            AlwaysSnapshot = true,
            SnapshotId = next.SnapshotId,
            Summary = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [LakeNames.Stream] = jobName,
                [LakeNames.Offsets] = next.ToOffsets(),
            },
            Properties = Properties(next, readAgain),
        };
    }

    /// <param name="position">The new one.</param>
    /// <param name="readAgain">See <see cref="ReadAgain.Mark"/>.</param>
    static Dictionary<string, string?> Properties(TablePosition position, bool? readAgain)
    {
        var properties = new Dictionary<string, string?>(StringComparer.Ordinal) { [LakeNames.Position] = position.ToProperty() };
        if (readAgain is { } mark)
            properties[LakeNames.ReadAgain] = mark ? "true" : null;
        return properties;
    }
}
