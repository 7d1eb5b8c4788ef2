using System.Text.Json;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration;
using Dart.Lake.Orchestration.Exports;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Planning;
using Dart.Lake.Sql.Staging;
using Dart.Lake.Sql.Tests.Loading;
using Microsoft.Extensions.Time.Testing;

namespace Dart.Lake.Sql.Tests.Execution;

/// <summary>
/// A lake in a folder of its own with bronze trades, a small project
/// of marts over them, and a market that is open all day on weekdays.
/// </summary>
internal sealed class LakeFixture : IAsyncDisposable
{
    public const string Log = "log-1";
    static readonly DuckDbEngine duck = DuckDbEngine.Open(new() { Threads = 1, MemoryLimitBytes = 1L << 30 });
    readonly IdSource ids = IdSource.Seeded(7);
    readonly Dictionary<(string, int), long> positions = [];
    readonly TimeProvider time;

    LakeFixture(Lake lake, TimeProvider time) => (Lake, this.time) = (lake, time);

    public Lake Lake { get; private set; }

    public DuckDbSession Session { get; } = duck.OpenSession();

    public TemporaryProject Project { get; } = new(
        ("dbt_project.yml", "name: dart_lake\nmodels:\n  dart_lake:\n    +materialized: day\n    silver: {+schema: silver}\n    gold: {+schema: gold}\n"),
        ("macros/day.sql", "{% macro run_day() %}date '{{ var(\"trade_date\") }}'{% endmacro %}"),
        ("models/silver/instruments.sql", """
            select {{ run_day() }} as trade_date, i.id as instrument, cast(null as varchar) as name, i.kind, 'USD' as currency, 'XNYS' as venue, cast(null as varchar) as underlying,
                cast(null as decimal(18, 6)) as strike, cast(null as date) as expiry, cast(null as varchar) as option_right, cast(null as varchar) as exercise,
                cast(1 as decimal(18, 4)) as multiplier, make_timestamptz(0) as valid_from, cast(null as timestamptz) as valid_to, 'x' as source, 1 as sequence, make_timestamptz(0) as ingest_time, false as ended
            from {{ ref('known_instruments') }} i
            """),
        ("seeds/known_instruments.csv", "id,kind\nAIG,EQUITY\nIBM,EQUITY\n"),
        ("models/silver/accounts.sql", """
            select {{ run_day() }} as trade_date, 'A1' as account, 'one' as name, 'desk' as desk, 'USD' as currency, cast(null as decimal(18, 2)) as margin_limit,
                make_timestamptz(0) as valid_from, cast(null as timestamptz) as valid_to, 'x' as source, 1 as sequence, make_timestamptz(0) as ingest_time, false as ended
            """),
        ("models/silver/trades.sql", """
            {{ config(row_rules=true) }}
            select {{ run_day() }} as trade_date, n.account, n.instrument, n.event_time, n.source, n.sequence, coalesce(c.side, n.side) as side, coalesce(c.price, n.price) as price,
                coalesce(c.quantity, n.quantity) as quantity, n.fee, n.currency, n.venue, n.ingest_time, n.ingest_time as known_time, n.sequence as version_sequence, cast(0 as bigint) as corrections,
                n._log_id, n._topic, n._kafka_partition, n._offset
            from {{ source('bronze', 'trades') }} n
            join {{ ref('venue_sessions') }} s on s.venue = n.venue and n.event_time >= s.starts_at and n.event_time < s.ends_at and s.trade_date = {{ run_day() }}
            left join {{ source('bronze', 'trades') }} c on c.kind = 'CORRECT' and c.source = n.source and c.ref_sequence = n.sequence
            where n.kind = 'NEW'
            qualify row_number() over (partition by n.source, n.sequence order by n._kafka_partition, n._offset) = 1
            """),
        ("models/gold/steps/traded.sql", "{{ config(materialized='temp') }} select instrument, sum(price) as total from {{ ref('trades') }} where trade_date = {{ run_day() }} group by 1"),
        // what was traded since ever: each day goes on from the day before, as lots do
        ("models/silver/marks.sql", """
            select {{ run_day() }} as trade_date, instrument, cast(coalesce(p.mark, 0) + coalesce(t.total, 0) as decimal(18, 6)) as mark, 'PRINT' as mark_source, make_timestamptz(0) as mark_time, {{ run_day() }} as as_of
            from {{ ref('traded') }} t
            full join (
                select instrument, mark from {{ previous('marks') }}
                where trade_date = (select max(trade_date) from {{ previous('marks') }})
            ) p using (instrument)
            """),
        ("models/gold/restatements.sql", """
            select {{ run_day() }} as trade_date, 'desk' as desk, n.instrument as account, 'USD' as currency, cast(b.mark as decimal(18, 2)) as realised_before, cast(n.mark as decimal(18, 2)) as realised_after,
            {% for c in ['unrealised', 'fees', 'total_day', 'firm_total_day'] %} cast(null as decimal(18, 2)) as {{ c }}_before, cast(null as decimal(18, 2)) as {{ c }}_after, {% endfor %}
                cast(null as bigint) as trades_before, cast(null as bigint) as trades_after
            from {{ ref('marks') }} n join {{ published('marks') }} b on b.trade_date = n.trade_date and b.instrument = n.instrument
            where n.trade_date = {{ run_day() }} and n.mark <> b.mark
            """),
        ("models/marts.yml", """
            models:
            - name: trades
              columns:
              - {name: sequence, data_tests: [unique, not_null]}
              - {name: side, data_tests: [{accepted_values: {values: [BUY, SELL]}}]}
              - {name: instrument, data_tests: [{relationships: {to: ref('instruments'), field: instrument}}]}
            """),
        ("tests/prices.sql", "{{ config(severity='warn') }} select * from {{ ref('trades') }} where price > 100"));

    public static async Task<LakeFixture> OpenAsync()
    {
        var folder = Directory.CreateTempSubdirectory("dartlake-eod-").FullName;
        var clock = new FakeTimeProvider(new(2026, 9, 25, 0, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        return new(await Lake.OpenAsync(folder, clock, IdSource.Seeded(1), CancellationToken.None), clock);
    }

    /// <summary>A trade of bronze; <c>minute</c> after 14:00 UTC of the day.</summary>
    public sealed record Trade(
        string Kind, DateOnly Day, long Sequence, decimal Price, string Instrument = "AIG", long? Ref = null, string Side = "BUY", string Venue = "XNYS")
    {
        /// <summary>The day on which its source knew it.</summary>
        public DateOnly Known { get; init; } = Day;
    }

    /// <summary>
    /// Appends trades to bronze in the log, one offset each, and then moves the position by one more, as an END_OF_DAY marker does.
    /// </summary>
    public async Task AppendAsync(params IReadOnlyList<Trade> trades)
    {
        var next = positions.GetValueOrDefault(("trades_raw", 0));
        var rows = trades.Select((t, i) => $"('{t.Kind}', 'A1', '{t.Instrument}', timestamptz '{t.Day:yyyy-MM-dd} 14:00:00+00', timestamptz '{t.Known:yyyy-MM-dd} 14:00:01+00', 's', {t.Sequence}::bigint, {t.Ref?.ToString() ?? "null"}::bigint, "
            + $"'{t.Side}', {t.Price}::decimal(18, 6), 1::decimal(18, 4), 0::decimal(18, 6), 'USD', '{t.Venue}', '{Log}', 'trades_raw', 0, {next + i}::bigint, null::timestamptz, null::varchar, 1, make_timestamptz(0))");
        await WriteAsync("bronze.trades", string.Join(", ", rows));
        positions[("trades_raw", 0)] = next + trades.Count + 1;
    }

    /// <summary>The same for market data: quotes of AIG.</summary>
    public async Task AppendQuotesAsync(params IReadOnlyList<(DateOnly Day, long Sequence, decimal Bid)> quotes)
    {
        var next = positions.GetValueOrDefault(("market_data_raw", 0));
        await WriteAsync("bronze.market_data", string.Join(", ", quotes.Select((q, i) => $"('QUOTE', 'AIG', timestamptz '{q.Day:yyyy-MM-dd} 14:00:00+00', timestamptz '{q.Day:yyyy-MM-dd} 14:00:01+00', 's', {q.Sequence}::bigint, 'XNYS', "
            + $"{q.Bid}::decimal(18, 6), 1::decimal(18, 4), null::decimal(18, 6), null::decimal(18, 4), null::decimal(18, 6), null::decimal(18, 4), null::varchar, null::boolean, '{Log}', 'market_data_raw', 0, {next + i}::bigint, null::timestamptz, null::varchar, 1, make_timestamptz(0))")));
        positions[("market_data_raw", 0)] = next + quotes.Count + 1;
    }

    /// <summary>The hot job cuts the day where bronze is now.</summary>
    public async Task CutAsync(DateOnly day) => await WriteAsync("ops.hot_close", string.Join(", ", positions.Select(p =>
        $"(date '{day:yyyy-MM-dd}', 'OFFSET', make_timestamptz(0), '{Log}', '{p.Key.Item1}', {p.Key.Item2}, {p.Value}::bigint, {string.Join(", ", TableContracts.Get("ops.hot_close").Columns.Skip(7).Select(c => $"null::{Type(c.Type)}"))})")));

    /// <summary>
    /// The manifest of a producer that sent these, besides one marker, and has these live trades of A1, each of one unit.
    /// </summary>
    /// <param name="sent">Trade records with those after the marker.</param>
    /// <param name="late">Those after the marker.</param>
    /// <param name="bought">Live before the marker: number and what was paid.</param>
    /// <param name="joins">Live of those after the marker.</param>
    public void SaySent(
        DateOnly day, long sent, long late, (long Trades, decimal Paid) bought,
        (long Trades, decimal Paid) joins = default, PriorDayTotals? prior = null)
    {
        var nothing = new Dictionary<string, long>(StringComparer.Ordinal);
        new DayManifest
        {
            Date = day,
            Market = "sim",
            Seed = 1,
            Topics = new Dictionary<string, TopicCounts>(StringComparer.Ordinal)
            {
                [Topics.Trades.Name] = new() { Sent = sent, AfterEndOfDay = late },
            },
            Malformed = nothing,
            Quarantined = nothing,
            Features = nothing,
            TradesSent = nothing,
            Accounts = [Account(bought)],
            Late = joins.Trades == 0 ? [] : [Account(joins)],
            PriorDay = prior,
            Required = [],
        }.Save(Lake.DataDir, ids);
    }

    public static AccountTotals Account((long Trades, decimal Paid) bought) => new("A1", "USD", bought.Trades, bought.Trades, 0, bought.Paid, 0, 0);

    static string Type(ColumnType type) =>
        type.Kind switch { ColumnKind.String => "varchar", ColumnKind.Long => "bigint", ColumnKind.Timestamptz => "timestamptz", _ => $"decimal({type.Precision}, {type.Scale})" };

    async Task WriteAsync(string name, string rows)
    {
        var (contract, ident) = (TableContracts.Get(name), TableIdent.Parse(name));
        var table = await Lake.Catalog.TryLoadAsync(ident, CancellationToken.None)
            ?? await Lake.Catalog.CreateAsync(ident, contract.ToDefinition(), CancellationToken.None);
        var files = await new ExportQuery(Session, Lake.Store, ids).WriteAsync(
            $"select * from (values {rows}) r ({string.Join(", ", contract.Columns.Select(c => c.Name))})", contract, table.Metadata.Location, CancellationToken.None);
        await Lake.Catalog.CommitAsync([new(ident, _ => new() { Add = files })], null, CancellationToken.None);
    }

    public EndOfDay EndOfDay(
        bool needsHotClose = true,
        Project? project = null) => new(Lake, RunTargets.Of(RunEngine.Of(duck.OpenSession(), Lake.Store, ids)),
        project ?? Project.Load(), Sessions,
        table => [.. positions
            .Where(p => p.Key.Item1 == $"{table.Ident.Name}_raw")
            .Select(p => new LogPosition(new(Log, p.Key.Item1, p.Key.Item2), p.Value))],
        new() { FirmCurrency = "USD", CalendarVersion = 1, NeedsHotClose = needsHotClose, GateTimeout = TimeSpan.Zero }, ids, time);

    /// <param name="project">Null: the fixture's own.</param>
    /// <param name="limit">Of a query, by the real clock; null: none.</param>
    /// <param name="session">Null: one of the engine that all tests share.</param>
    public ModelCommands Commands(Project? project = null, TimeSpan? limit = null, DuckDbSession? session = null)
    {
        var engine = RunEngine.Of(session ?? duck.OpenSession(), Lake.Store, ids);
        return new(
            Lake,
            RunTargets.Of(limit is { } most ? engine.Within(most, TimeProvider.System) : engine),
            project ?? Project.Load(),
            Sessions,
            settings,
            ids,
            time);
    }

    public DbtExport DbtExport() => new(
        Lake, RunEngine.Of(duck.OpenSession(), Lake.Store, ids), Project.Load(), Sessions, settings, DuckDbEngine.OwnFunctions, ids, time);

    static readonly EndOfDaySettings settings = new() { FirmCurrency = "USD", CalendarVersion = 1, GateTimeout = TimeSpan.Zero };

    /// <summary>What a plan of a day says, in a lake that is thrown away.</summary>
    /// <param name="isThere">Whether the plan is for this lake; else for none.</param>
    public async Task<IReadOnlyList<string>> PlanAsync(Project project, DateOnly day, bool isThere = true)
    {
        var folder = Directory.CreateTempSubdirectory("dartlake-plan-").FullName;
        try
        {
            await using var scratch = await Lake.OpenAsync(folder, time, IdSource.Seeded(3), CancellationToken.None);
            await using var session = duck.OpenSession();
            return await new PlanCheck(
                scratch, RunEngine.Of(session, scratch.Store, ids), PlanCheck.Request(project, Sessions, settings), time)
                .RefuseAsync(isThere ? Lake : null, day, Planner.Plan(project, [day], [], [], []), CancellationToken.None);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static IReadOnlyList<SessionRow> Sessions(DateOnly from, DateOnly to) =>
        [.. Enumerable.Range(from.DayNumber, to.DayNumber - from.DayNumber + 1)
            .Select(DateOnly.FromDayNumber)
            .Select(d => new SessionRow(d, "XNYS", Micros(d, 0), Micros(d, 24), Micros(d, 13), Micros(d, 20), 1))];

    static long Micros(DateOnly day, int hour) =>
        (day.ToDateTime(TimeOnly.MinValue) - DateTime.UnixEpoch).Ticks / 10 + hour * 3_600_000_000L;

    /// <summary>Rows of tables as they are published, each as texts joined by a blank.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql, string? tag = null)
    {
        await using var session = await LakeSession.OpenAsync(duck, Lake.Catalog, Lake.Scan, new() { Tag = tag }, CancellationToken.None);
        await using var result = await session.QueryAsync(sql, CancellationToken.None);
        return [.. (await result.ReadRowsAsync(
            1000, CancellationToken.None)).Select(row => string.Join(' ', row.Select(v => v is DateOnly d ? $"{d:yyyy-MM-dd}" : v ?? "-")))];
    }

    public async Task ReopenAsync()
    {
        var folder = Lake.DataDir;
        await Lake.DisposeAsync();
        Lake = await Lake.OpenAsync(folder, time, ids, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Lake.DisposeAsync();
        Project.Dispose();
        Directory.Delete(Lake.DataDir, recursive: true);
    }
}
