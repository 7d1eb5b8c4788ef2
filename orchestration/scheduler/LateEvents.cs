using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>
/// Finds events of bronze that belong to a day and came after one cut, but before another: behind it in the log, or released since.
/// </summary>
/// <param name="tables">Bronze tables with coordinates.</param>
/// <param name="acts">ops.acts of the same state of the catalog; null: there is none.</param>
internal sealed class LateEvents(
    Lake lake, RunEngine engine, SessionsOf sessions, PositionsOf positionsOf, IReadOnlyCollection<Table> tables, Table? acts)
{
    readonly Dictionary<(string Table, long Acts), ReleasedSpan?> spans = [];

    /// <summary>What was released into a table: the times of the events, and whether one changes another event, of any day.</summary>
    sealed record ReleasedSpan(long First, long Last, bool Changes)
    {
        public bool Touches(IReadOnlyList<SessionRow> day) => Changes || First < day.Max(s => s.EndsAt) && Last >= day.Min(s => s.StartsAt);
    }

    /// <summary>
    /// How many, by table that has any: an event in the day's session; of trades also a CORRECT or BUST of
    /// a trade of the day. What only repeats a record that was there changes nothing and does not count.
    /// </summary>
    /// <param name="day">The trade date.</param>
    /// <param name="then">The cut after which they came; a log that it does not name is younger.</param>
    /// <param name="seen">The last act whose releases were there.</param>
    /// <param name="now">The cut before which they came; null: all of them.</param>
    /// <param name="cancel">Ends the queries.</param>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(
        DateOnly day, IReadOnlyList<LogPosition> then, long seen, IReadOnlyList<LogPosition>? now, CancellationToken cancel)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var ofDay = sessions(day, day).Where(s => s.TradeDate == day).ToList();
        var known = then.ToDictionary(p => p.Partition, p => p.Next);
        foreach (var table in ofDay.Count == 0 ? [] : tables)
        {
            var reached = positionsOf(table);
            var upTo = now is null ? reached : [.. now.IntersectBy(reached.Select(p => p.Partition), p => p.Partition)];
            var moved = upTo.Any(p => p.Next > known.GetValueOrDefault(p.Partition));
            if ((moved || (await ReleasedAsync(table, seen, cancel))?.Touches(ofDay) == true)
                && await CountAsync(table, ofDay, then, seen, upTo, cancel) is > 0 and var count)
                counts.Add(table.Ident.ToString(), count);
        }
        return counts;
    }

    async Task<long> CountAsync(
        Table table,
        IReadOnlyList<SessionRow> ofDay,
        IReadOnlyList<LogPosition> then,
        long seen,
        IReadOnlyList<LogPosition> now,
        CancellationToken cancel)
    {
        // a correction is dated when it was made, which may be any day
        var isTrades = table.Ident.Name == "trades";
        var within = Predicate.And(
            Predicate.Ge("event_time", Literal.Of(ofDay.Min(s => s.StartsAt))), Predicate.Lt("event_time", Literal.Of(ofDay.Max(s => s.EndsAt))));
        var plan = await lake.Scan.PlanAsync(table, new() { Filter = isTrades || !engine.IsToldFiles ? null : within }, cancel);
        if (plan.Files.Count == 0)
            return 0;
        var columns = plan.Schema.Fields.ToList();
        var venue = columns.Exists(f => f.Name == "venue") ? $"coalesce(known.venue, '{SessionRow.Home}')" : $"'{SessionRow.Home}'";
        var span = isTrades ? ""
            : $" where event_time >= {engine.Dialect.Instant(ofDay.Min(s => s.StartsAt))} and event_time < {engine.Dialect.Instant(ofDay.Max(s => s.EndsAt))}";
        var inDay = string.Join(" or ", ofDay.Select(s =>
            $"({venue} = {engine.Dialect.Text(s.Venue)} and known.event_time >= {engine.Dialect.Instant(s.StartsAt)} and known.event_time < {engine.Dialect.Instant(s.EndsAt)})"));
        var same = Same("repeated", "late", columns.Where(f => f.Name[0] != '_' && f.Name != "ingest_time"));
        var late = isTrades
            ? $"""
                select * from known where not was_there and exists (
                    select 1 from (select distinct source, sequence from known where kind = 'NEW' and ({inDay})) of_day
                    where of_day.source = known.source and of_day.sequence = case when known.kind = 'NEW' then known.sequence else known.ref_sequence end)
                """
            : $"select * from known where not was_there and ({inDay})";
        var rows = await engine.Rows($"""
            with cut_then(_log_id, _topic, _kafka_partition, then_offset) as (values {Values(engine.Dialect, then)}),
            released as ({await ReleasedSqlAsync(seen, cancel)}),
            cut_now(_log_id, _topic, _kafka_partition, now_offset) as (values {Values(engine.Dialect, now)}),
            -- read once for each use, of which each needs little
            known as {engine.Dialect.ReadEachTime}(
                select data.*, t.then_offset is not null and data._offset < t.then_offset and r._log_id is null as was_there
                from (select * from ({await engine.Reader(table, plan.Files, cancel)}) bronze{span}) data
                join cut_now n on {SamePartition("n")} and data._offset < n.now_offset
                left join cut_then t on {SamePartition("t")}
                left join released r on {SamePartition("r")} and r._offset = data._offset
            ),
            late as {engine.Dialect.Kept}({late}),
            repeated as (select * from known where was_there and exists (select 1 from late where late.source = known.source and late.sequence = known.sequence))
            select cast(count(*) as bigint) from late where not exists (select 1 from repeated where {same})
            """, cancel);
        return Convert.ToInt64(rows[0][0]);
    }

    /// <summary>What came into a table by acts after one; null: nothing.</summary>
    async Task<ReleasedSpan?> ReleasedAsync(Table table, long seen, CancellationToken cancel)
    {
        if (ActNumber.Of(acts) <= seen)
            return null;
        if (spans.TryGetValue((table.Ident.ToString(), seen), out var known))
            return known;
        var plan = await lake.Scan.PlanAsync(table, new(), cancel);
        var changes = table.Ident.Name == "trades" ? "data.kind <> 'NEW'" : "false";
        var row = (await engine.Rows($"""
            select count(*), {engine.Dialect.Micros("min(data.event_time)")}, {engine.Dialect.Micros("max(data.event_time)")}, coalesce(bool_or({changes}), false)
            from ({await engine.Reader(table, plan.Files, cancel)}) data
            join ({await ReleasedSqlAsync(seen, cancel)}) r on {SamePartition("r")} and r._offset = data._offset
            """, cancel))[0];
        return spans[(table.Ident.ToString(), seen)] = Convert.ToInt64(row[0]) == 0 ? null
            : new(Convert.ToInt64(row[1]), Convert.ToInt64(row[2]), (bool)row[3]!);
    }

    async Task<string> ReleasedSqlAsync(long seen, CancellationToken cancel) => ActNumber.Of(acts) <= seen
        ? "select '' as _log_id, '' as _topic, 0 as _kafka_partition, cast(0 as bigint) as _offset where false"
        : ActNumber.Released($"({await engine.Reader(acts!, (await lake.Scan.PlanAsync(acts!, new(), cancel)).Files, cancel)})", seen);

    /// <summary>Whether the row of an alias is of the log and partition that the row of <c>data</c> is of.</summary>
    internal static string SamePartition(string alias) =>
        $"{alias}._log_id = data._log_id and {alias}._topic = data._topic and {alias}._kafka_partition = data._kafka_partition";

    /// <summary>
    /// Whether two rows say the same. What is never null is compared by <c>=</c>, which engines join by; Trino goes through all pairs for
    /// <c>is not distinct from</c>.
    /// </summary>
    internal static string Same(string left, string right, IEnumerable<SchemaField> columns) => string.Join(" and ", columns
        .Select(c => (Column: c, Left: $"{left}.\"{c.Name}\"", Right: $"{right}.\"{c.Name}\""))
        .Select(c => c.Column.Required ? $"{c.Left} = {c.Right}" : $"({c.Left} = {c.Right} or {c.Left} is null and {c.Right} is null)"));

    internal static string Values(SqlDialect dialect, IReadOnlyList<LogPosition> cut) => cut.Count == 0 ? "('', '', -1, cast(0 as bigint))"
        : string.Join(", ", cut.Select(p =>
            $"({dialect.Text(p.Partition.LogId)}, {dialect.Text(p.Partition.Topic)}, {p.Partition.Partition}, cast({p.Next} as bigint))"));
}
