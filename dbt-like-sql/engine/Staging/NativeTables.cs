using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Sql.Staging;

/// <summary>Tables that the engine brings: V, the venues' sessions, what came too late, and what audits found.</summary>
internal static class NativeTables
{
    /// <summary>Calendar days around the run's days whose sessions are shown, so that weekends and holidays have a trade date.</summary>
    const int Around = 10;

    public static TableIdent Sessions { get; } = new("silver", "venue_sessions");

    public static TableIdent Cut { get; } = new("ops", "cut");

    public static TableIdent Late { get; } = new("ops", "late");

    /// <summary>SQL of the sessions around the run's days.</summary>
    public const string SessionsView = "work.venue_sessions";

    /// <summary>What audits found; no model writes to it.</summary>
    public static TableIdent Results { get; } = new("dq", "results");

    /// <summary>Whether a source of that name is one of the run's own relations.</summary>
    public static bool Has(TableIdent ident) => ident == Sessions || ident == Cut || ident == Late;

    public static async Task CreateCutAsync(RunRelations relations, IReadOnlyList<LogPosition> cut, CancellationToken cancel) =>
        await relations.TableAsync(RunRelations.Name(Cut), Rows(
            ["_log_id VARCHAR", "_topic VARCHAR", "_kafka_partition INTEGER", "next_offset BIGINT"],
            cut.Select(p => $"{Quoted.Text(p.Partition.LogId)}, {Quoted.Text(p.Partition.Topic)}, {p.Partition.Partition}, {p.Next}")), cancel);

    public static async Task CreateSessionsAsync(
        RunRelations relations,
        SessionsOf sessions,
        IReadOnlyList<DateOnly> days,
        CancellationToken cancel) =>
        await relations.TableAsync(SessionsView, Rows(
            [
                "trade_date DATE", "venue VARCHAR", "starts_at TIMESTAMPTZ", "ends_at TIMESTAMPTZ",
                "opens_at TIMESTAMPTZ", "closes_at TIMESTAMPTZ", "calendar_version INTEGER",
            ],
            sessions(days.Min().AddDays(-Around), days.Max().AddDays(Around)).Select(Row)), cancel);

    static string Row(SessionRow s) => string.Join(", ",
    [
        Quoted.Date(s.TradeDate), Quoted.Text(s.Venue), Time(s.StartsAt), Time(s.EndsAt), Time(s.OpensAt), Time(s.ClosesAt),
        $"{s.CalendarVersion}",
    ]);

    /// <summary>The day's sessions become rows of the published table.</summary>
    public static async Task StageSessionsAsync(StagingWriter writer, StagedTable target, DateOnly day, CancellationToken cancel)
    {
        var columns = string.Join(", ", target.Contract.Columns.Select(c => Quoted.Name(c.Name)));
        var sql = $"select {columns} from {SessionsView} where trade_date = {Quoted.Date(day)}";
        target.Stage(day, await writer.WriteDayAsync(target, day, sql, cancel));
    }

    /// <summary>Counts rows at or past V by table and the day that they belong to.</summary>
    public static async Task CreateLateAsync(RunRelations relations, IEnumerable<Table> sources, CancellationToken cancel)
    {
        var counts = new List<string> { "select cast(null as varchar) as table_name, cast(null as date) as trade_date, cast(null as bigint) as late_rows where false" };
        foreach (var table in sources)
            if (await relations.OpenLateAsync(table, cancel) is { } late && table.Metadata.Schema.Fields.Any(f => f.Name == "event_time"))
            {
                var atVenue = table.Metadata.Schema.Fields.Any(f => f.Name == "venue") ? $"coalesce(late.venue, '{SessionRow.Home}')" : $"'{SessionRow.Home}'";
                counts.Add($"select {Quoted.Text(table.Ident.ToString())}, sessions.trade_date, count(*) from ({late}) late "
                    + $"join {SessionsView} sessions on sessions.venue = {atVenue} "
                    + "and late.event_time >= sessions.starts_at and late.event_time < sessions.ends_at group by all");
            }
        await relations.TableAsync("work.late_rows", string.Join(" union all ", counts), cancel);
    }

    /// <summary>A derived table of the day: rows at or past V by table.</summary>
    public static string LateOf(DateOnly day) =>
        $"(select table_name, cast(sum(late_rows) as bigint) as late_rows from work.late_rows where trade_date = {Quoted.Date(day)} group by table_name)";

    static string Time(long micros) => $"make_timestamptz({micros})";

    static string Rows(IReadOnlyList<string> columns, IEnumerable<string> rows)
    {
        var values = string.Join("), (", rows);
        var names = columns.Select(c => c.Split(' ', 2)).ToList();
        var empty = $"select {string.Join(", ", names.Select(n => $"cast(null as {n[1]}) as {Quoted.Name(n[0])}"))} where false";
        return values.Length == 0 ? empty : $"{empty} union all select * from (values ({values}))";
    }
}
