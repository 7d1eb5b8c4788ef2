using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Orchestration.Reconciliation;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Tests.Reconciliation;

/// <summary>
/// A day of ten trade records and one quote, worked out by hand, in tables made from the contracts: a corrected trade, a plain one and its duplicate, a busted one, one in
/// quarantine, a dead letter, a marker, a late trade.
/// </summary>
sealed class SmallDay : IQueryEngine
{
    public static readonly DateOnly Date = new(2026, 9, 21);

    readonly DuckDbEngine engine = DuckDbEngine.Open(new DuckDbOptions { Threads = 1 });
    readonly DuckDbSession session;

    SmallDay() => session = engine.OpenSession();

    public EngineCapabilities Capabilities { get; } = new("duckdb", ReportsProgress: false, ReadsOneState: true);

    public static SourceTotals Source { get; } = new()
    {
        Date = Date,
        Topics = new Dictionary<string, SourceTopic>(StringComparer.Ordinal) { ["trades_raw"] = new(Sent: 10, AfterEndOfDay: 1, Markers: 1, Malformed: 1, Repeats: 1) { MalformedPayloads = new Dictionary<string, long> { [PayloadIdentity.Of([], [], isNull: true)] = 1 } }, ["market_data_raw"] = new(1, 0, 0) },
        Accounts = [new("A1", "USD", 2, 12, 4, 1200, 440, 2)],
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

    public Task<QueryResult> QueryAsync(string sql, CancellationToken cancel) => session.QueryAsync(sql, [], cancel);

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
        INSERT INTO bronze.market_data (kind, instrument, event_time, source, sequence, venue, bid, bid_size, ask, ask_size, _log_id, _topic, _kafka_partition, _offset)
        VALUES ('QUOTE', 'AAA', TIMESTAMPTZ '2026-09-21 14:00:00Z', 'M', 1, 'XNYS', 104, 1, 106, 1, 'L', 'market_data_raw', 0, 0);
        INSERT INTO silver.quotes (trade_date, instrument, event_time, source, sequence, venue, bid, bid_size, ask, ask_size, _log_id, _topic, _kafka_partition, _offset)
        SELECT DATE '2026-09-21', instrument, event_time, source, sequence, venue, bid, bid_size, ask, ask_size, _log_id, _topic, _kafka_partition, _offset FROM bronze.market_data;
        INSERT INTO silver.trades (trade_date, account, instrument, event_time, source, sequence, side, price, quantity, fee, currency, venue, version_sequence, _log_id, _topic, _kafka_partition, _offset)
        SELECT DATE '2026-09-21', account, instrument, event_time, source, sequence, side, price, if(sequence = 1, 12, quantity), fee, currency, venue, if(sequence = 1, 3, sequence), _log_id, _topic, _kafka_partition, _offset
        FROM bronze.trades WHERE _offset IN (0, 1);
        INSERT INTO silver.quarantine (trade_date, table_name, rule, source, sequence, _log_id, _topic, _kafka_partition, _offset) VALUES (DATE '2026-09-21', 'silver.trades', 'price', 'S', 6, 'L', 'trades_raw', 0, 6);
        INSERT INTO silver.instruments (trade_date, instrument, multiplier) VALUES (DATE '2026-09-21', 'AAA', 1);
        INSERT INTO gold.daily_pnl (trade_date, account, instrument, trades, bought, sold, realised, unrealised, fees, account_realised, account_unrealised, account_fees)
        VALUES (DATE '2026-09-21', 'A1', 'AAA', 2, 12, 4, 40, 40, 2, 40, 40, 2);
        INSERT INTO gold.positions_eod (trade_date, account, instrument, quantity, cost) VALUES (DATE '2026-09-21', 'A1', 'AAA', 8, 800);
        INSERT INTO gold.lots_eod (trade_date, account, instrument, source, sequence, quantity, cost) VALUES (DATE '2026-09-21', 'A1', 'AAA', 'S', 1, 8, 800);
        INSERT INTO gold.portfolio_summary (trade_date, account, currency, realised, unrealised, fees) VALUES (DATE '2026-09-21', 'A1', 'USD', 40, 40, 2);
        INSERT INTO ops.hot_close (trade_date, kind, _log_id, _topic, _kafka_partition, next_offset) VALUES (DATE '2026-09-21', 'OFFSET', 'L', 'trades_raw', 0, 9), (DATE '2026-09-21', 'OFFSET', 'L', 'market_data_raw', 0, 1);
        INSERT INTO ops.hot_close (trade_date, kind, account, account_realised, account_unrealised, account_fees) VALUES (DATE '2026-09-21', 'ACCOUNT', 'A1', 40, 40, 2);
        INSERT INTO ops.hot_close (trade_date, kind, account, instrument, quantity, cost, realised, unrealised, fees) VALUES (DATE '2026-09-21', 'POSITION', 'A1', 'AAA', 8, 800, 40, 40, 2);
        INSERT INTO ops.hot_close (trade_date, kind, account, instrument, lot_source, lot_sequence, quantity, cost) VALUES (DATE '2026-09-21', 'LOT', 'A1', 'AAA', 'S', 1, 8, 800)
        """;
}
