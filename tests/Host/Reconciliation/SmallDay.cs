using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Reconciliation;

/// <summary>
/// A day of ten trade records and a few of each other topic, worked out by hand, in tables made from the contracts: a
/// corrected trade, a plain one and its duplicate, a busted one, one in quarantine, a dead letter, a marker, a late trade.
/// </summary>
sealed class SmallDay : IQueryEngine
{
    public static readonly DateOnly Date = new(2026, 9, 21);

    readonly DuckDbEngine engine = DuckDbEngine.Open(new DuckDbOptions { Threads = 1, MemoryLimitBytes = 1L << 30 });
    readonly DuckDbSession session;

    SmallDay() => session = engine.OpenSession();

    public EngineCapabilities Capabilities { get; } = new("duckdb", ReportsProgress: false, ReadsOneState: true, WritesTables: false);

    static readonly Dictionary<string, long> nothing = [];

    public static DayManifest Source { get; } = new()
    {
        Date = Date,
        Market = "sim",
        Seed = 1,
        Topics = new Dictionary<string, TopicCounts>(StringComparer.Ordinal)
        {
            ["trades_raw"] = new()
            {
                Sent = 10,
                AfterEndOfDay = 1,
                Markers = 1,
                Malformed = 1,
                Repeats = 1,
                MalformedPayloads = new Dictionary<string, long> { [PayloadIdentity.Of([], [], isNull: true)] = 1 },
            },
            ["market_data_raw"] = new() { Sent = 5, Repeats = 1 },
        },
        Malformed = nothing,
        Quarantined = nothing,
        Features = nothing,
        TradesSent = nothing,
        Accounts = [new("A1", "USD", 2, 12, 4, 1200, 440, 2)],
        Late = [],
        Required = [],
    };

    public static async Task<SmallDay> MakeAsync()
    {
        var day = new SmallDay();
        foreach (var contract in TableContracts.All.Where(c => c.Table is not null))
        {
            await day.DoAsync($"CREATE SCHEMA IF NOT EXISTS {contract.Table!.Split('.')[0]}");
            await day.DoAsync($"CREATE TABLE {contract.Table} ({string.Join(", ", contract.Columns.Select(c => $"{c.Name} {SqlType(c.Type.ToString()!)}"))})");
        }
        await day.DoAsync("SET TimeZone = 'UTC'");
        foreach (var statement in Rows.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            await day.DoAsync(statement);
        return day;
    }

    public Task DoAsync(string sql) => session.ExecuteAsync(sql, TestContext.Current.CancellationToken);

    public double? Progress => null;

    public IReadOnlyList<string> Remarks => [];

    public Task<QueryResult> QueryAsync(string sql, CancellationToken cancel) => session.QueryAsync(sql, [], cancel);

    public Task<QueryResult> QueryReadOnlyAsync(string sql, CancellationToken cancel) => QueryAsync(sql, cancel);

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        await engine.DisposeAsync();
    }

    static string SqlType(string type) => type switch { "string" => "VARCHAR", "long" => "BIGINT", "binary" => "BLOB", _ => type };

    const string Rows = """
        INSERT INTO bronze.trades (kind, account, instrument, event_time, ingest_time, source, sequence, ref_sequence, side, price, quantity, fee, currency, venue, _log_id, _topic, _kafka_partition, _offset)
        SELECT kind, account, instrument, event_time, event_time, 'S', sequence, ref_sequence, side, price, quantity, fee, 'USD', 'XNYS', 'L', 'trades_raw', 0, _offset FROM (VALUES
            ('NEW', 'A1', 'AAA', TIMESTAMPTZ '2026-09-21 14:00:00Z', 1, NULL, 'BUY', 100, 10, 1, 0),
            ('NEW', 'A1', 'AAA', TIMESTAMPTZ '2026-09-21 14:01:00Z', 2, NULL, 'SELL', 110, 4, 1, 1),
            ('NEW', 'A1', 'AAA', TIMESTAMPTZ '2026-09-21 14:01:00Z', 2, NULL, 'SELL', 110, 4, 1, 2),
            ('CORRECT', 'A1', 'AAA', TIMESTAMPTZ '2026-09-21 14:02:00Z', 3, 1, 'BUY', 100, 12, 1, 3),
            ('NEW', 'A2', 'BBB', TIMESTAMPTZ '2026-09-21 14:03:00Z', 4, NULL, 'BUY', 20, 5, 1, 4),
            ('BUST', 'A2', 'BBB', TIMESTAMPTZ '2026-09-21 14:04:00Z', 5, 4, NULL, NULL, NULL, NULL, 5),
            ('NEW', 'A1', 'AAA', TIMESTAMPTZ '2026-09-21 14:05:00Z', 6, NULL, 'BUY', -1, 1, 1, 6),
            ('NEW', 'A1', 'AAA', TIMESTAMPTZ '2026-09-21 19:59:00Z', 7, NULL, 'BUY', 100, 1, 1, 9)
            ) v(kind, account, instrument, event_time, sequence, ref_sequence, side, price, quantity, fee, _offset);
        INSERT INTO bronze.dead_letters (_log_id, _topic, _kafka_partition, _offset) VALUES ('L', 'trades_raw', 0, 7);
        INSERT INTO ops.log_holes (_log_id, _topic, _kafka_partition, from_offset, to_offset, reason, trade_date) VALUES ('L', 'trades_raw', 0, 8, 9, 'END_OF_DAY', DATE '2026-09-21');
        INSERT INTO bronze.market_data (kind, instrument, event_time, ingest_time, source, sequence, venue, bid, bid_size, ask, ask_size, price, size, _log_id, _topic, _kafka_partition, _offset)
        SELECT kind, instrument, event_time, event_time, 'M', sequence, 'XNYS', bid, bid_size, ask, ask_size, price, size, 'L', 'market_data_raw', 0, _offset FROM (VALUES
            ('QUOTE', 'AAA', TIMESTAMPTZ '2026-09-21 14:00:00Z', 1, 104, 1, 106, 1, NULL, NULL, 0),
            ('QUOTE', 'AAA C90', TIMESTAMPTZ '2026-09-21 14:00:01Z', 2, 14, 1, NULL, NULL, NULL, NULL, 1),
            ('PRINT', 'AAA', TIMESTAMPTZ '2026-09-21 14:00:02Z', 3, NULL, NULL, NULL, NULL, 105, 7, 2),
            ('PRINT', 'AAA', TIMESTAMPTZ '2026-09-21 14:00:02Z', 3, NULL, NULL, NULL, NULL, 105, 7, 3),
            ('MARK', 'AAA', TIMESTAMPTZ '2026-09-21 20:00:00Z', 4, NULL, NULL, NULL, NULL, 105, NULL, 4)
            ) v(kind, instrument, event_time, sequence, bid, bid_size, ask, ask_size, price, size, _offset);
        INSERT INTO silver.quotes BY NAME SELECT DATE '2026-09-21' AS trade_date, * EXCLUDE (kind, price, size, condition, suspicious, _timestamp, _key, _schema_id, _ingested_at) FROM bronze.market_data WHERE _offset = 0;
        INSERT INTO silver.option_quotes BY NAME SELECT DATE '2026-09-21' AS trade_date, * EXCLUDE (kind, price, size, condition, suspicious, _timestamp, _key, _schema_id, _ingested_at) FROM bronze.market_data WHERE _offset = 1;
        INSERT INTO silver.prints BY NAME SELECT DATE '2026-09-21' AS trade_date, false AS suspicious, * EXCLUDE (kind, bid, bid_size, ask, ask_size, suspicious, _timestamp, _key, _schema_id, _ingested_at) FROM bronze.market_data WHERE _offset = 2;
        INSERT INTO silver.marks (trade_date, instrument, mark, mark_source, mark_time) VALUES (DATE '2026-09-21', 'AAA', 105, 'OFFICIAL', TIMESTAMPTZ '2026-09-21 20:00:00Z');
        INSERT INTO bronze.permit (kind, account, event_time, ingest_time, source, sequence, currency, amount, available, _log_id, _topic, _kafka_partition, _offset)
        VALUES ('MARGIN', 'A1', TIMESTAMPTZ '2026-09-21 15:00:00Z', TIMESTAMPTZ '2026-09-21 15:00:00Z', 'P', 1, 'USD', 300, 500, 'L', 'permit_raw', 0, 0);
        INSERT INTO silver.permit_margin (trade_date, account, event_time, ingest_time, source, sequence, currency, required, available, _log_id, _topic, _kafka_partition, _offset)
        SELECT DATE '2026-09-21', account, event_time, ingest_time, source, sequence, currency, amount, available, _log_id, _topic, _kafka_partition, _offset FROM bronze.permit;
        INSERT INTO bronze.reference (kind, id, event_time, ingest_time, source, sequence, valid_from, instrument_kind, currency, venue, as_of, value, _log_id, _topic, _kafka_partition, _offset)
        SELECT kind, id, told, told, 'R', sequence, told, instrument_kind, 'USD', 'XNYS', as_of, value, 'L', 'reference_raw', 0, _offset FROM (VALUES
            ('INSTRUMENT', 'AAA', TIMESTAMPTZ '2026-09-21 10:00:00Z', 1, 'EQUITY', NULL, NULL, 0),
            ('PRIOR_CLOSE', 'AAA', TIMESTAMPTZ '2026-09-21 10:00:00Z', 2, NULL, DATE '2026-09-18', 103, 1),
            ('PRIOR_CLOSE', 'AAA', TIMESTAMPTZ '2026-09-21 10:00:00Z', 2, NULL, DATE '2026-09-18', 103, 2)
            ) v(kind, id, told, sequence, instrument_kind, as_of, value, _offset);
        INSERT INTO silver.instruments (trade_date, instrument, kind, currency, venue, multiplier, valid_from, source, sequence, ingest_time)
        SELECT DATE '2026-09-21', id, instrument_kind, currency, venue, 1, valid_from, source, sequence, ingest_time FROM bronze.reference WHERE _offset = 0;
        INSERT INTO silver.prior_closes (trade_date, instrument, as_of, close, origin) VALUES (DATE '2026-09-21', 'AAA', DATE '2026-09-18', 103, 'PRIOR_CLOSE');
        INSERT INTO silver.trades (trade_date, account, instrument, event_time, source, sequence, side, price, quantity, fee, currency, venue, ingest_time, known_time, version_sequence, _log_id, _topic, _kafka_partition, _offset)
        SELECT DATE '2026-09-21', account, instrument, event_time, source, sequence, side, price, if(sequence = 1, 12, quantity), fee, currency, venue, ingest_time, if(sequence = 1, TIMESTAMPTZ '2026-09-21 14:02:00Z', ingest_time), if(sequence = 1, 3, sequence), _log_id, _topic, _kafka_partition, _offset
        FROM bronze.trades WHERE _offset IN (0, 1);
        INSERT INTO silver.quarantine (trade_date, table_name, rule, row_json, source, sequence, ingest_time, _log_id, _topic, _kafka_partition, _offset)
        VALUES (DATE '2026-09-21', 'silver.trades', 'price', '{"kind":"NEW","account":"A1","instrument":"AAA","source":"S","sequence":"6","ref_sequence":null,"side":"BUY","price":"-1.000000","quantity":"1.0000","fee":"1.000000","currency":"USD","venue":"XNYS","event_time":"1790085900000000"}',
            'S', 6, TIMESTAMPTZ '2026-09-21 14:05:00Z', 'L', 'trades_raw', 0, 6);
        INSERT INTO silver.venue_sessions (trade_date, venue, ends_at) VALUES (DATE '2026-09-21', 'XNYS', TIMESTAMPTZ '2026-09-22 00:00:00Z');
        INSERT INTO gold.daily_pnl (trade_date, account, instrument, trades, bought, sold, realised, unrealised, fees, account_realised, account_unrealised, account_fees)
        VALUES (DATE '2026-09-21', 'A1', 'AAA', 2, 12, 4, 40, 40, 2, 40, 40, 2);
        INSERT INTO gold.positions_eod (trade_date, account, instrument, quantity, cost) VALUES (DATE '2026-09-21', 'A1', 'AAA', 8, 800);
        INSERT INTO gold.lots_eod (trade_date, account, instrument, source, sequence, quantity, cost) VALUES (DATE '2026-09-21', 'A1', 'AAA', 'S', 1, 8, 800);
        INSERT INTO gold.portfolio_summary (trade_date, account, currency, realised, unrealised, fees) VALUES (DATE '2026-09-21', 'A1', 'USD', 40, 40, 2);
        INSERT INTO ops.hot_close (trade_date, kind, _log_id, _topic, _kafka_partition, next_offset) VALUES (DATE '2026-09-21', 'OFFSET', 'L', 'trades_raw', 0, 9), (DATE '2026-09-21', 'OFFSET', 'L', 'market_data_raw', 0, 5),
            (DATE '2026-09-21', 'OFFSET', 'L', 'permit_raw', 0, 1), (DATE '2026-09-21', 'OFFSET', 'L', 'reference_raw', 0, 3);
        INSERT INTO ops.hot_close (trade_date, kind, account, account_realised, account_unrealised, account_fees) VALUES (DATE '2026-09-21', 'ACCOUNT', 'A1', 40, 40, 2);
        INSERT INTO ops.hot_close (trade_date, kind, account, instrument, quantity, cost, realised, unrealised, fees) VALUES (DATE '2026-09-21', 'POSITION', 'A1', 'AAA', 8, 800, 40, 40, 2);
        INSERT INTO ops.hot_close (trade_date, kind, account, instrument, lot_source, lot_sequence, quantity, cost) VALUES (DATE '2026-09-21', 'LOT', 'A1', 'AAA', 'S', 1, 8, 800)
        """;
}
