using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Tests.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Engines;

public sealed class CanonicalExportTests(DuckDbFixture fixture) : IClassFixture<DuckDbFixture>
{
    static readonly TableContract contract = Contracts.Of("gold.pnl",
        ("trade_date", "date", false, ColumnEncoding.Default), ("account", "string", false, ColumnEncoding.Default),
        ("amount", "decimal(18, 2)", true, ColumnEncoding.Default), ("run_id", "string", false, ColumnEncoding.Default))
        with
    { Canonical = new(["run_id"], ["account"]) };

    sealed class Plain(DuckDbSession session) : IQueryEngine
    {
        public EngineCapabilities Capabilities { get; } = new("duckdb", false, true, false);

        public double? Progress => null;

        public IReadOnlyList<string> Remarks => [];

        public Task<QueryResult> QueryAsync(string sql, CancellationToken cancel) => session.QueryAsync(sql, [], cancel);

        public Task<QueryResult> QueryReadOnlyAsync(string sql, CancellationToken cancel) => QueryAsync(sql, cancel);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    async Task<string> Export(string rows, DateOnly? day)
    {
        await fixture.Session.ExecuteAsync("CREATE SCHEMA IF NOT EXISTS gold", CancellationToken.None);
        await fixture.Session.ExecuteAsync($"CREATE OR REPLACE VIEW gold.pnl AS SELECT * FROM (VALUES {rows}) t(trade_date, account, amount, run_id)", CancellationToken.None);
        var text = new StringWriter();
        await CanonicalExport.WriteAsync(new Plain(fixture.Session), contract, day, "trade_date", text, CancellationToken.None);
        return text.ToString();
    }

    [Fact]
    public async Task The_text_depends_on_the_rows_and_not_on_their_order_or_their_run()
    {
        const string a = "(DATE '2026-01-02', 'A', 1.50::DECIMAL(18,2), 'run-1')", b = "(DATE '2026-01-02', 'B', NULL, 'run-1')", c = "(DATE '2026-01-01', 'A', -2.00, 'run-1')";
        var first = await Export($"{a}, {b}, {c}", null);
        Assert.Equal("trade_date,account,amount\r\n2026-01-01,A,-2.00\r\n2026-01-02,A,1.50\r\n2026-01-02,B,\r\n", first);
        Assert.Equal(first, await Export($"{c}, {b}, {a}".Replace("run-1", "run-2", StringComparison.Ordinal), null));
        Assert.Equal("trade_date,account,amount\r\n2026-01-01,A,-2.00\r\n", await Export($"{a}, {b}, {c}", new(2026, 1, 1)));
    }
}
