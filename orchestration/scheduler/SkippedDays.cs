using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>
/// Finds the trading days that were never published although bronze has events of them. Files are told apart by the bounds of their
/// event times, so where every day was published no row is read.
/// </summary>
/// <param name="tables">Bronze tables with coordinates, as the run reads them.</param>
internal sealed class SkippedDays(Lake lake, RunEngine engine, SessionsOf sessions, IReadOnlyCollection<Table> tables)
{
    /// <summary>A trade that its source knew further away from its time than this is in quarantine, and makes no day.</summary>
    const long LongestKnownSeconds = 604_800;

    const long MicrosADay = 86_400_000_000;

    // a table that was never compacted has a file a second, of the same few days
    readonly Dictionary<(DateOnly From, DateOnly To), IReadOnlyList<SessionRow>> asked = [];

    /// <summary>Reference data are not of a day, and acts and corrections are of another one's trades.</summary>
    static readonly string[] kinds = ["market_data", "trades", "permit"];

    /// <param name="Days">In order.</param>
    /// <param name="Doubtful">Days of which there are only trades that their source knew more than seven days away.</param>
    public sealed record Found(IReadOnlyList<DateOnly> Days, IReadOnlyList<DateOnly> Doubtful);

    /// <summary>Days before one that are not published and have events before a cut.</summary>
    public async Task<Found> FindAsync(
        IReadOnlyCollection<DateOnly> published, DateOnly before, IReadOnlyList<LogPosition> cut, CancellationToken cancel)
    {
        var days = new Dictionary<DateOnly, bool>();
        foreach (var table in tables.Where(t => kinds.Contains(t.Ident.Name)))
            foreach (var row in await OfTableAsync(table, published, before, cut, cancel))
                days[(DateOnly)row[0]!] = (bool)row[1]! || days.GetValueOrDefault((DateOnly)row[0]!);
        return new([.. days.Where(d => d.Value).Select(d => d.Key).Order()], [.. days.Where(d => !d.Value).Select(d => d.Key).Order()]);
    }

    /// <summary>Home trading days between the last published one before a day and the day: nothing was published of them.</summary>
    public IReadOnlyList<DateOnly> Between(IReadOnlyCollection<DateOnly> published, DateOnly day) =>
        published.Where(d => d < day).DefaultIfEmpty(day).Max() is var last && last < day
            ? TradingDays(last.AddDays(1), day.AddDays(-1))
            : [];

    /// <summary>The days on which the home venue trades, both ends included.</summary>
    public IReadOnlyList<DateOnly> TradingDays(DateOnly from, DateOnly to) => from > to
        ? []
        : [.. sessions(from, to).Where(s => s.Venue == SessionRow.Home)
            .Select(s => s.TradeDate).Where(d => d >= from && d <= to).Distinct().Order()];

    /// <summary>Days as a text: all of a few, else the first, the last and how many.</summary>
    public static string Listed(IReadOnlyList<DateOnly> days) => days.Count <= 5
        ? string.Join(", ", days.Select(d => $"{d:yyyy-MM-dd}"))
        : $"{days.Count} trading days from {days[0]:yyyy-MM-dd} to {days[^1]:yyyy-MM-dd}";

    async Task<IReadOnlyList<object?[]>> OfTableAsync(
        Table table, IReadOnlyCollection<DateOnly> published, DateOnly before, IReadOnlyList<LogPosition> cut, CancellationToken cancel)
    {
        var plan = await lake.Scan.PlanAsync(table, new(), cancel);
        var time = plan.Schema.Fields.First(f => f.Name == "event_time").Id;
        var unknown = plan.Files.SelectMany(f => Span(f, time) is (var first, var last) ? Owners(first, last) : [])
            .Where(s => s.TradeDate < before && !published.Contains(s.TradeDate)).Distinct().ToList();
        var files = plan.Files.Where(f => !engine.IsToldFiles || Span(f, time) is not (var first, var last)
            || unknown.Exists(s => s.StartsAt <= last && first < s.EndsAt)).ToList();
        if (unknown.Count == 0 || files.Count == 0)
            return [];
        var columns = plan.Schema.Fields.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var isTrades = table.Ident.Name == "trades";
        var known = string.Join(", ", sessions(before, before.AddDays(7)).Select(s => s.Venue).Distinct().Select(engine.Dialect.Text));
        var venue = columns.Contains("venue") ? $"case when data.venue in ({known}) then data.venue else '{SessionRow.Home}' end" : $"'{SessionRow.Home}'";
        var (start, end) = (engine.Dialect.Instant(unknown.Min(s => s.StartsAt)), engine.Dialect.Instant(unknown.Max(s => s.EndsAt)));
        return await engine.Rows($"""
            with cut(_log_id, _topic, _kafka_partition, next_offset) as (values {LateEvents.Values(engine.Dialect, cut)}),
            sessions(trade_date, venue, starts_at, ends_at) as (values {string.Join(", ", unknown.Select(s =>
                $"(date '{s.TradeDate:yyyy-MM-dd}', {engine.Dialect.Text(s.Venue)}, {engine.Dialect.Instant(s.StartsAt)}, {engine.Dialect.Instant(s.EndsAt)})"))})
            select s.trade_date, {(isTrades ? $"bool_or(not {engine.Dialect.Apart("data.event_time", "data.ingest_time", LongestKnownSeconds)})" : "true")}
            from (select * from ({await engine.Reader(table, files, cancel)}) bronze where event_time >= {start} and event_time < {end}) data
            join cut on cut._log_id = data._log_id and cut._topic = data._topic and cut._kafka_partition = data._kafka_partition
            join sessions s on s.venue = {venue} and data.event_time >= s.starts_at and data.event_time < s.ends_at
            where data._offset < cut.next_offset {(isTrades ? "and data.kind not in ('CORRECT', 'BUST')" : "")}
            group by s.trade_date
            """, cancel);
    }

    /// <summary>The sessions that own part of a span of time.</summary>
    IEnumerable<SessionRow> Owners(long first, long last)
    {
        var span = (Date(first).AddDays(-1), Date(last).AddDays(7));
        if (!asked.TryGetValue(span, out var around))
            asked.Add(span, around = sessions(span.Item1, span.Item2));
        return around.Where(s => s.StartsAt <= last && first < s.EndsAt);
    }

    static (long First, long Last)? Span(DataFile file, int time) =>
        file.LowerBounds.TryGetValue(time, out var first) && file.UpperBounds.TryGetValue(time, out var last)
            ? (BitConverter.ToInt64(first), BitConverter.ToInt64(last))
            : null;

    static DateOnly Date(long micros) =>
        DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)Math.Clamp(Math.Floor((double)micros / MicrosADay), -700_000, 2_900_000));
}
