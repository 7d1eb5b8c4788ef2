using Dart.Lake.Analytics.Lots;
using Dart.Lake.Jobs.Pipelines.Hot.Books;
using Dart.Lake.Jobs.Pipelines.Hot.ReferenceData;
using Dart.Lake.Jobs.Pipelines.Hot.Rows;
using Dart.Lake.Jobs.Pipelines.Hot.Shown;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Parquet;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Cut;

/// <summary>
/// What a restart reads of the last cut: the day, V, the lots that the day opened with, the levels that it and the next begin at, and the
/// last act whose released rows it has.
/// </summary>
/// <param name="Day">The day.</param>
/// <param name="Before">The day that was cut before it, or null.</param>
/// <param name="Positions">V.</param>
/// <param name="Opening">The lots.</param>
/// <param name="Acts">The act.</param>
/// <param name="Levels">The levels of both days.</param>
sealed record LastClose(
    int Day, int? Before, IReadOnlyList<LogPosition> Positions, IReadOnlyList<ClosedLot> Opening, long Acts, ClosedLevels Levels);

/// <summary>The table <c>ops.hot_close</c>: a day's partition is replaced by one commit.</summary>
sealed class HotCloseTable(Lake lake, IdSource ids)
{
    readonly FileCommit commit = new(lake.Catalog, lake.Store);

    static readonly TableContract contract = TableContracts.Get(LakeNames.HotClose);

    public static readonly TableIdent Ident = TableIdent.Parse(LakeNames.HotClose);

    /// <summary>Makes it, or lets it grow into the contract.</summary>
    /// <exception cref="LakeException">Invalid: it has columns that the contract does not only add to.</exception>
    public Task EnsureAsync(Action<ColumnsChanged> told, CancellationToken cancel) =>
        lake.Contracts.EnsureAsync([contract], told, cancel);

    /// <summary>Writes the day's state; a day that is written again is replaced.</summary>
    /// <exception cref="LakeException">Conflict: the lease is another job's, nothing was written.</exception>
    public async Task WriteAsync(HotClose close, HotState state, Lease lease, CancellationToken cancel)
    {
        var refused = await commit.RunAsync(async written =>
        {
            var table = await lake.Catalog.TryLoadAsync(Ident, cancel) ?? throw LakeException.Corrupt("ops.hot_close is gone; start the hot job again");
            var rows = Rows(close, state, ContractTables.In(table.Metadata.Schema, contract));
            written.AddRange(await new ParquetFileWriter(lake.Store, ids).WriteAsync(rows, table.Metadata.Location, cancel));
            var snapshot = ids.NewLong();
            var intent = new TableIntent { Add = written, Replace = [new PartitionKey(close.Day)], SnapshotId = snapshot };
            return new([WrittenColumns.Keeping(Ident, rows.Contract, intent) with { Fence = lease }], snapshot);
        }, cancel);
        if (refused is not null)
            throw refused;
    }

    /// <summary>The last cut, or null when there is none.</summary>
    public static async Task<LastClose?> ReadLastAsync(LakeSession session, HotNames names, CancellationToken cancel)
    {
        if (session.TryGet(Ident) is null)
            return null;
        (int? day, int? before, var acts) = ((int?)null, (int?)null, 0L);
        var (positions, lots) = (new List<LogPosition>(), new List<ClosedLot>());
        await using (var result = await session.QueryAsync($"""
            WITH cuts AS (SELECT max(trade_date) AS last FROM ops.hot_close)
            SELECT datediff('day', DATE '1970-01-01', trade_date)::BIGINT, kind, _log_id, _topic, _kafka_partition::BIGINT, next_offset, account, instrument, lot_source, lot_sequence,
                epoch_us(lot_time)::BIGINT, {Decimals.Unscaled("lot_price", 6)}, {Decimals.Unscaled("quantity", 4)}, CAST(cost AS VARCHAR),
                (SELECT datediff('day', DATE '1970-01-01', max(trade_date))::BIGINT FROM ops.hot_close WHERE trade_date < (SELECT last FROM cuts))
            FROM ops.hot_close WHERE (kind IN ('OFFSET', 'ACTS') OR kind = 'OPENING' AND quantity IS NOT NULL) AND trade_date = (SELECT last FROM cuts)
            ORDER BY account, instrument, lot_time, lot_source, lot_sequence
            """, cancel))
        {
            await foreach (var batch in result.ReadBatchesAsync(cancel))
            {
                var row = new ArrowRow(batch);
                for (row.Index = 0; row.Index < batch.Length; row.Index++)
                {
                    day = (int)row.Long(0);
                    before = (int?)row.MayBeLong(14);
                    if (row.Text(1) == "OFFSET")
                        positions.Add(new(new(row.Text(2)!, row.Text(3)!, (int)row.Long(4)), row.Long(5)));
                    else if (row.Text(1) == "ACTS")
                        acts = row.Long(5);
                    else
                        lots.Add(new(row.Text(6)!, row.Text(7)!, row.Text(8)!, new(
                            names.Sources.Of(row.Text(8)!),
                            row.Long(9),
                            row.Long(10),
                            row.Long(11),
                            row.Long(12),
                            Money.Amount(row.Text(13)!))));
                }
            }
        }
        return day is { } d ? new(d, before, positions, lots, acts, await LevelsAsync(session, d, before, cancel)) : null;
    }

    static async Task<ClosedLevels> LevelsAsync(LakeSession session, int last, int? before, CancellationToken cancel)
    {
        var days = new SortedDictionary<int, List<AccountLevel>>();
        await using var result = await session.QueryAsync($"""
            SELECT datediff('day', DATE '1970-01-01', trade_date)::BIGINT, account, currency, {Decimals.Unscaled("account_unrealised", 2)}
            FROM ops.hot_close
            WHERE kind IN ('OFFSET', 'ACCOUNT') AND trade_date IN ({Date(before ?? last)}, {Date(last)})
            """, cancel);
        await foreach (var batch in result.ReadBatchesAsync(cancel))
        {
            var row = new ArrowRow(batch);
            for (row.Index = 0; row.Index < batch.Length; row.Index++)
            {
                // a cut has positions, accounts or not
                if (!days.TryGetValue((int)row.Long(0), out var levels))
                    days.Add((int)row.Long(0), levels = []);
                if (row.Text(1) is { } account)
                    levels.Add(new(account, row.Text(2)!, row.MayBeLong(3)));
            }
        }
        var closed = new ClosedLevels();
        foreach (var (day, levels) in days)
            closed.Close(day, levels);
        return closed;
    }

    static string Date(int day) => $"DATE '{HotCalendar.Date(day):yyyy-MM-dd}'";

    static ColumnBatch Rows(HotClose close, HotState state, TableContract columns)
    {
        var batch = new ColumnBatch(columns, 1024);
        foreach (var (partition, next) in close.Positions.Order())
            Add("OFFSET", ("_log_id", partition.LogId), ("_topic", partition.Topic), ("_kafka_partition", partition.Partition), ("next_offset", next));
        if (close.Acts > 0)
            Add("ACTS", ("next_offset", close.Acts));
        foreach (var a in close.Accounts.OrderBy(a => a.Account, StringComparer.Ordinal))
            Add("ACCOUNT", ("account", a.Account), ("currency", a.Currency), ("trades", (long)a.Trades),
                ("account_realised", Known(a, a.Realised)), ("account_unrealised", Known(a, a.Unrealised)), ("account_fees", Known(a, a.Fees)));
        foreach (var b in close.Books.OrderBy(b => b.Account, StringComparer.Ordinal).ThenBy(b => b.Instrument, StringComparer.Ordinal))
            Add("POSITION", ("account", b.Account), ("instrument", b.Instrument), ("currency", b.Currency), ("quantity", b.Quantity), ("cost", b.Cost), ("mark", b.Mark),
                ("realised", b.Realised), ("unrealised", b.Unrealised), ("fees", b.Fees), ("volume", b.Volume), ("trades", (long)b.Trades));
        foreach (var (kind, lots) in new[] { ("LOT", close.Lots), ("OPENING", close.Opening) })
            foreach (var l in lots.OrderBy(l => l.Account, StringComparer.Ordinal).ThenBy(l => l.Instrument, StringComparer.Ordinal))
                Add(kind, ("account", l.Account), ("instrument", l.Instrument), ("currency", state.References.Instrument(l.Instrument, close.Day)?.Currency),
                    ("quantity", l.Lot.Quantity), ("cost", l.Lot.Cost), ("lot_source", l.Source), ("lot_sequence", l.Lot.Sequence), ("lot_time", l.Lot.Time), ("lot_price", l.Lot.Price));
        foreach (var l in close.LostOpenings
            .OrderBy(l => l.Account, StringComparer.Ordinal)
            .ThenBy(l => l.Instrument, StringComparer.Ordinal))
            Add("OPENING", ("account", l.Account), ("instrument", l.Instrument));
        return batch;

        void Add(string kind, params (string Name, object? Value)[] values)
        {
            var byName = values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
            (byName["trade_date"], byName["kind"], byName["cut_at"]) = (close.Day, kind, close.CutAt);
            for (var i = 0; i < batch.ColumnCount; i++)
                batch[i].AppendBoxed(byName.GetValueOrDefault(batch[i].Definition.Name));
            batch.EndRow();
        }
    }

    /// <summary>Numbers that lack a fixing, or that cannot be computed, are not known.</summary>
    static object? Known(AccountValue account, long value) => account.IsKnown ? value : null;
}
