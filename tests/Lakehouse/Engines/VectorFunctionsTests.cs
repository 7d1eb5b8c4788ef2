using Dart.Lake.Analytics;
using Dart.Lake.Lakehouse.Engines;
using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Lakehouse.Tests.Engines;

public sealed class VectorFunctionsTests
{
    [Fact]
    public async Task Sql_functions_give_what_the_formulas_give_over_many_vectors_and_threads()
    {
        await using var engine = DuckDbEngine.Open(new() { Threads = 2, MemoryLimitBytes = 1L << 30 });
        await using var session = engine.OpenSession();
        const string sql = """
            SELECT call, k, bsm_price(call, 100, k, t, 0.03, 0.01, v), bsm_delta(call, 100, k, t, 0.03, 0.01, v), bsm_gamma(call, 100, k, t, 0.03, 0.01, v),
                   bsm_vega(call, 100, k, t, 0.03, 0.01, v), bsm_theta(call, 100, k, t, 0.03, 0.01, v), t, v
            FROM (SELECT i % 2 = 0 AS call, 50 + (i % 101)::DOUBLE AS k, 0.1 + (i % 7) / 10.0 AS t, CASE WHEN i % 11 = 0 THEN NULL ELSE 0.1 + (i % 13) / 20.0 END AS v FROM range(250000) r(i))
            """;
        await using var result = await session.QueryAsync(sql, [], CancellationToken.None);
        var rows = await result.ReadRowsAsync(300_000, CancellationToken.None);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(250_000, rows.Count);
        foreach (var row in rows)
        {
            var (call, k, t) = ((bool)row[0]!, (double)row[1]!, (double)row[7]!);
            if (row[8] is not double v)
            {
                Assert.All(row[2..7], Assert.Null);
                continue;
            }
            Assert.Equal(
                [BlackScholes.Price(call, 100, k, t, 0.03, 0.01, v), BlackScholes.Delta(
                    call, 100, k, t, 0.03, 0.01, v), BlackScholes.Gamma(call, 100, k, t, 0.03, 0.01, v),
                 BlackScholes.Vega(call, 100, k, t, 0.03, 0.01, v), BlackScholes.Theta(call, 100, k, t, 0.03, 0.01, v)],
                row[2..7]);
        }
    }

    [Fact]
    public async Task Implied_volatility_finds_the_volatility_of_a_price_and_is_null_for_an_impossible_one()
    {
        await using var engine = DuckDbEngine.Open(new() { Threads = Environment.ProcessorCount, MemoryLimitBytes = 1L << 30 });
        await using var session = engine.OpenSession();
        var row = Assert.Single(await session.RowsAsync("""
            SELECT bsm_iv(true, bsm_price(true, 100, 110, 0.5, 0.03, 0.01, 0.27), 100, 110, 0.5, 0.03, 0.01),
                   bsm_iv(true, 200, 100, 110, 0.5, 0.03, 0.01), bsm_price(NULL, 100, 110, 0.5, 0.03, 0.01, 0.27), bsm_price(true, -1, 110, 0.5, 0.03, 0.01, 0.27)
            """, CancellationToken.None));
        Assert.Equal(0.27, (double)row[0]!, 1e-9);
        Assert.All(row[1..], Assert.Null);
    }
}
