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

    /// <summary>Rows at or past V by table and day.</summary>
    public const string LateRows = "work.late_rows";

    /// <summary>What audits found; no model writes to it.</summary>
    public static TableIdent Results { get; } = new("dq", "results");

    /// <summary>Whether a source of that name is one of the run's own relations.</summary>
    public static bool Has(TableIdent ident) => ident == Sessions || ident == Cut || ident == Late;

    public static async Task CreateCutAsync(RunRelations relations, IReadOnlyList<LogPosition> cut, CancellationToken cancel) =>
        await relations.HoldAsync(RunRelations.Name(Cut), engine => Task.FromResult(Rows(
            engine.Dialect,
            [("_log_id", "string"), ("_topic", "string"), ("_kafka_partition", "int"), ("next_offset", "long")],
            cut.Select(position => Row(engine.Dialect, position)))), cancel);

    static string Row(SqlDialect dialect, LogPosition position)
    {
        var at = position.Partition;
        return $"{dialect.Text(at.LogId)}, {dialect.Text(at.Topic)}, {at.Partition}, cast({position.Next} as bigint)";
    }

    public static async Task CreateSessionsAsync(
        RunRelations relations,
        SessionsOf sessions,
        IReadOnlyList<DateOnly> days,
        CancellationToken cancel)
    {
        var rows = sessions(days.Min().AddDays(-Around), days.Max().AddDays(Around));
        await relations.HoldAsync(SessionsView, engine => Task.FromResult(Rows(
            engine.Dialect,
            [
                ("trade_date", "date"), ("venue", "string"), ("starts_at", "timestamptz"), ("ends_at", "timestamptz"),
                ("opens_at", "timestamptz"), ("closes_at", "timestamptz"), ("calendar_version", "int"),
            ],
            rows.Select(row => Row(engine.Dialect, row)))), cancel);
    }

    static string Row(SqlDialect dialect, SessionRow s) => string.Join(", ",
    [
        Quoted.Date(s.TradeDate), dialect.Text(s.Venue), dialect.Instant(s.StartsAt), dialect.Instant(s.EndsAt), dialect.Instant(s.OpensAt),
        dialect.Instant(s.ClosesAt), $"{s.CalendarVersion}",
    ]);

    /// <summary>The day's sessions become rows of the published table.</summary>
    public static async Task StageSessionsAsync(
        RunRelations relations, StagingWriter writer, StagedTable target, DateOnly day, CancellationToken cancel)
    {
        var engine = relations.Engines.Of(RunEngines.Layers[0]);
        var columns = string.Join(", ", target.Contract.Columns.Select(c => Quoted.Name(c.Name)));
        var sql = $"select {columns} from {relations.Sql(engine, SessionsView)} sessions where trade_date = {Quoted.Date(day)}";
        target.Stage(day, await writer.WriteDayAsync(engine, target, day, sql, cancel));
    }

    /// <summary>Counts rows at or past V by table and the day that they belong to.</summary>
    public static async Task CreateLateAsync(RunRelations relations, IEnumerable<Table> sources, CancellationToken cancel)
    {
        var tables = sources.Where(t => t.Metadata.Schema.Fields.Any(f => f.Name == "event_time")).ToList();
        await relations.HoldAsync(LateRows, async engine =>
        {
            var none = $"select {engine.Dialect.Null(new(ColumnKind.String))} as table_name, {engine.Dialect.Null(new(ColumnKind.Date))} as trade_date, "
                + $"{engine.Dialect.Null(new(ColumnKind.Long))} as late_rows where 1 = 0";
            var counts = new List<string> { none };
            foreach (var table in tables)
                if (await relations.LateAsync(engine, table, cancel) is { } late)
                    counts.Add(LateOfTable(engine, relations, table, late));
            return string.Join(" union all ", counts);
        }, cancel);
    }

    static string LateOfTable(RunEngine engine, RunRelations relations, Table table, string late)
    {
        var home = engine.Dialect.Text(SessionRow.Home);
        var venue = table.Metadata.Schema.Fields.Any(f => f.Name == "venue") ? $"coalesce(late.venue, {home})" : home;
        return $"select {engine.Dialect.Text(table.Ident.ToString())} as table_name, sessions.trade_date, count(*) as late_rows from ({late}) late "
            + $"join {relations.Sql(engine, SessionsView)} sessions on sessions.venue = {venue} "
            + "and late.event_time >= sessions.starts_at and late.event_time < sessions.ends_at group by sessions.trade_date";
    }

    /// <summary>A derived table of the day: rows at or past V by table.</summary>
    /// <param name="late">SQL of <see cref="LateRows"/>.</param>
    /// <param name="day">The day.</param>
    public static string LateOf(string late, DateOnly day) =>
        $"(select table_name, cast(sum(late_rows) as bigint) as late_rows from {late} late where trade_date = {Quoted.Date(day)} group by table_name)";

    static string Rows(SqlDialect dialect, IReadOnlyList<(string Name, string Type)> columns, IEnumerable<string> rows)
    {
        var values = string.Join("), (", rows);
        var empty = $"select {string.Join(", ", columns.Select(c => $"{dialect.Null(ColumnType.Parse(c.Type))} as {Quoted.Name(c.Name)}"))} where 1 = 0";
        return values.Length == 0 ? empty
            : $"{empty} union all select * from (values ({values})) given ({string.Join(", ", columns.Select(c => Quoted.Name(c.Name)))})";
    }
}
