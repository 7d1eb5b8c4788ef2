using System.Diagnostics;
using Dart.Lake.Lakehouse.Engines.DuckDb;

namespace Dart.Lake.Bench;

/// <summary>What somebody would type over the same bronze files with DuckDB alone: no table, no lots, no audit, no proof.</summary>
/// <param name="trades">Files of bronze.trades.</param>
/// <param name="market">Files of bronze.market_data.</param>
/// <param name="folder">Where results go.</param>
sealed class PlainDay(IReadOnlyList<string> trades, IReadOnlyList<string> market, string folder)
{
    const string Copy = "row_number() over (partition by source, sequence order by _log_id, _kafka_partition, _offset)";

    string Trades => $"'{folder}/trades.parquet'";

    string Market => $"'{folder}/market_data.parquet'";

    string Signed => "case when side = 'BUY' then quantity else -quantity end";

    /// <summary>The five queries whose CPU the chain is held to.</summary>
    IEnumerable<(string Name, string Sql)> Queries =>
    [
        ("trades, deduplicated", $"copy (select * from {Read(trades)} qualify {Copy} = 1) to {Trades} {Form}"),
        ("market data, deduplicated", $"copy (select * from {Read(market)} qualify {Copy} = 1) to {Market} {Form}"),
        ("minute bars", $"""
            copy (
                select instrument, date_trunc('minute', event_time) as minute, arg_min(price, (event_time, sequence)) as open, max(price) as high,
                    min(price) as low, arg_max(price, (event_time, sequence)) as close, sum(size) as volume, count(*) as prints
                from {Market} where kind = 'PRINT' group by all
            ) to '{folder}/bars.parquet' {Form}
            """),
        ("profit and loss by account and instrument", $"""
            copy (
                select t.account, t.instrument, sum({Signed}) as quantity, sum({Signed} * m.price) - sum({Signed} * t.price) - sum(fee) as pnl
                from {Trades} t
                left join (select instrument, arg_max(price, (event_time, sequence)) as price from {Market} where kind = 'PRINT' group by all) m using (instrument)
                where t.kind = 'NEW' group by all
            ) to '{folder}/pnl.parquet' {Form}
            """),
        ("running positions", $"""
            copy (
                select account, instrument, event_time, sequence, sum({Signed}) over (partition by account, instrument order by event_time, source, sequence) as position
                from {Trades} where kind = 'NEW'
            ) to '{folder}/positions.parquet' {Form}
            """),
    ];

    /// <summary>The same rows as of the second query by a cheaper way: only what occurs twice is numbered.</summary>
    (string Name, string Sql) WithoutWindow => ("market data, only repeats numbered", $"""
        copy (
            with repeats as materialized (select source, sequence from {Read(market)} group by all having count(*) > 1)
            select m.* from {Read(market)} m anti join repeats using (source, sequence)
            union all
            select m.* from {Read(market)} m semi join repeats using (source, sequence) qualify {Copy} = 1
        ) to '{folder}/market_data_2.parquet' {Form}
        """);

    static string Form => "(format parquet, compression zstd)";

    static string Read(IReadOnlyList<string> files) => $"read_parquet([{string.Join(", ", files.Select(f => $"'{new Uri(f).LocalPath}'"))}], hive_partitioning = false)";

    /// <summary>Runs them, each once; the last is the one that is not among the five.</summary>
    public async Task<IReadOnlyList<(string Name, double Cpu, double Seconds)>> RunAsync(DuckDbOptions options, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        await using var engine = DuckDbEngine.Open(options);
        await using var session = engine.OpenSession();
        var took = new List<(string, double, double)>();
        foreach (var (name, sql) in Queries.Append(WithoutWindow))
        {
            var (begun, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            await session.ExecuteAsync(sql, cancel);
            took.Add((name, (Environment.CpuUsage.TotalTime - used).TotalSeconds, Stopwatch.GetElapsedTime(begun).TotalSeconds));
        }
        return took;
    }
}
