using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Demo;

/// <summary>The days that the hot job has cut.</summary>
sealed class DayCuts(Lake lake)
{
    const int PositionsMax = 100_000;
    static readonly TableIdent closes = TableIdent.Parse(LakeNames.HotClose);

    public async Task<bool> HasAsync(DateOnly day, CancellationToken cancel) =>
        await lake.Catalog.TryLoadAsync(closes, cancel) is { Metadata.CurrentSnapshotId: not null } table
        && (await lake.Scan.PlanAsync(table, new(), cancel)).Files.Any(file => file.Partition.Equals(Key(day)));

    /// <summary>
    /// Takes the last cut back when bronze never reached it and its log is gone: an in-process log dies with
    /// its process, and the cut then stands for rows that nobody has any more. The day is sent and cut again.
    /// </summary>
    public async Task TakeBackLostAsync(DuckDbEngine engine, CancellationToken cancel)
    {
        await using var session = await LakeSession.OpenAsync(engine, lake.Catalog, lake.Scan, new ScanOptions(), cancel);
        if (session.TryGet(closes) is null)
            return;
        await using var result = await session.QueryAsync("""
            select trade_date, _log_id, _topic, _kafka_partition, next_offset from ops.hot_close
            where kind = 'OFFSET' and trade_date = (select max(trade_date) from ops.hot_close)
            """, cancel);
        var cut = await result.ReadRowsAsync(PositionsMax, cancel);
        var reached = session.Tables.Values.Where(table =>
            table.Ident.Namespace == LakeNames.Bronze).SelectMany(EndOfDayFactory.PositionsOf)
            .ToDictionary(at => at.Partition, at => at.Next);
        if (cut.Any(row => reached.GetValueOrDefault(new((string)row[1]!, (string)row[2]!, Convert.ToInt32(row[3]))) < (long)row[4]!))
            await lake.Catalog.CommitAsync([new(closes, _ => new TableIntent { Replace = [Key((DateOnly)cut[0][0]!)] })], null, cancel);
    }

    static PartitionKey Key(DateOnly day) => new(day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
}
