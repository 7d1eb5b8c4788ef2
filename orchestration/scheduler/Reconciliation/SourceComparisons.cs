using Dart.Lake.Lakehouse.Engines;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>The producer's manifest against the tables: records by topic, trades and cash by account.</summary>
static class SourceComparisons
{
    /// <summary>
    /// source = bronze + dead letters + END_OF_DAY between the cuts. What came after the markers of the day before is sent on that day and lies in this one's range. What an
    /// interrupted sending left in a log without the day's marker, and was sent again, counts once.
    /// </summary>
    public static async Task<IReadOnlyList<ReconcileLine>> CountsAsync(IQueryEngine engine, DaySql day, SourceTotals source, SourceTotals? before, CancellationToken cancel)
    {
        var lines = new List<ReconcileLine>();
        foreach (var (topic, table) in DaySql.Topics.Where(t => source.Topics.ContainsKey(t.Topic)))
        {
            var sent = source.Topics[topic];
            var left = sent.Sent - sent.AfterEndOfDay + (before?.Topics.GetValueOrDefault(topic)?.AfterEndOfDay ?? 0);
            var counts = await ReadAsync(engine, $"""
                WITH {day.Cuts}
                SELECT (SELECT count(*) {DaySql.Between(table)}),
                    (SELECT count(*) {DaySql.Between("bronze.dead_letters")} AND t._topic = '{topic}'),
                    (SELECT coalesce(sum(t.to_offset - t.from_offset), 0) {DaySql.Between("ops.log_holes", "from_offset")} AND t._topic = '{topic}' AND t.reason = 'END_OF_DAY')
                """, cancel);
            var (rows, dead, markers) = (Number(counts[0][0]), Number(counts[0][1]), Number(counts[0][2]));
            var again = await SentAgainAsync(engine, day, topic, table, cancel);
            lines.Add(new("records sent", topic, "source", $"{table} + dead letters + END_OF_DAY", left, rows + dead + markers - again)
            {
                Says = $"{rows} rows, {dead} dead letters, {markers} markers{(again > 0 ? $"; {again} of them sent again after an interruption" : "")}",
            });
        }
        return lines;
    }

    /// <summary>Records of logs that the day's marker is not in, which are in a log that has it: rows by source and sequence, dead letters by their bytes.</summary>
    static async Task<decimal> SentAgainAsync(IQueryEngine engine, DaySql day, string topic, string table, CancellationToken cancel)
    {
        var whole = $"(SELECT h._log_id FROM ops.log_holes h WHERE h._topic = '{topic}' AND h.reason = 'END_OF_DAY' AND h.trade_date = {day.Date})";
        var counts = await ReadAsync(engine, $"""
            WITH {day.Cuts}
            SELECT (SELECT count(*) {DaySql.Between(table)} AND t._log_id NOT IN {whole}
                    AND EXISTS (SELECT 1 FROM {table} w WHERE w._log_id IN {whole} AND w.source = t.source AND w.sequence = t.sequence)),
                (SELECT count(*) {DaySql.Between("bronze.dead_letters")} AND t._topic = '{topic}' AND t._log_id NOT IN {whole}
                    AND EXISTS (SELECT 1 FROM bronze.dead_letters w WHERE w._topic = '{topic}' AND w._log_id IN {whole} AND w.value IS NOT DISTINCT FROM t.value))
            """, cancel);
        return Number(counts[0][0]) + Number(counts[0][1]);
    }

    /// <summary>Records that came after the markers, while no later day is cut.</summary>
    public static async Task<IReadOnlyList<ReconcileLine>> LateAsync(IQueryEngine engine, DaySql day, SourceTotals source, CancellationToken cancel)
    {
        var newest = await ReadAsync(engine, $"SELECT count(*) FROM ops.hot_close WHERE kind = 'OFFSET' AND trade_date > {day.Date}", cancel);
        if (Number(newest[0][0]) > 0)
            return [];
        var lines = new List<ReconcileLine>();
        foreach (var (topic, table) in DaySql.Topics.Where(t => source.Topics.ContainsKey(t.Topic)))
            lines.Add(new("records late", topic, "source", table, source.Topics[topic].AfterEndOfDay,
                Number((await ReadAsync(engine, $"WITH {day.Cuts} SELECT count(*) {DaySql.Past(table)}", cancel))[0][0])));
        return lines;
    }

    /// <summary>bronze trades = silver + quarantine + duplicates + folded.</summary>
    public static async Task<IReadOnlyList<ReconcileLine>> FatesAsync(IQueryEngine engine, DaySql day, CancellationToken cancel)
    {
        var fates = (await ReadAsync(engine, BronzeComparisons.Fates(day), cancel)).ToDictionary(r => (string)r[0]!, r => (Count: Number(r[1]), First: (string)r[2]!), StringComparer.Ordinal);
        var all = fates.Values.Sum(f => f.Count);
        var unexplained = fates.GetValueOrDefault("unexplained");
        return
        [
            new("trade rows", unexplained.Count == 0 ? "all" : unexplained.First, "bronze.trades", "silver + quarantine + duplicates + folded", all, all - unexplained.Count)
            {
                Says = string.Join(", ", fates.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Value.Count} {f.Key}")),
            },
        ];
    }

    /// <summary>Live trades, quantities, cash and fees by account and instrument currency.</summary>
    public static async Task<IReadOnlyList<ReconcileLine>> AccountsAsync(IQueryEngine engine, DaySql day, SourceTotals source, CancellationToken cancel)
    {
        var rows = await ReadAsync(engine, $"""
            SELECT t.account, t.currency, count(*),
                cast(sum(CASE WHEN t.side = 'BUY' THEN t.quantity ELSE 0 END) AS decimal(38, 10)), cast(sum(CASE WHEN t.side = 'BUY' THEN 0 ELSE t.quantity END) AS decimal(38, 10)),
                cast(sum(CASE WHEN t.side = 'BUY' THEN {Amount} ELSE 0 END) AS decimal(38, 10)), cast(sum(CASE WHEN t.side = 'BUY' THEN 0 ELSE {Amount} END) AS decimal(38, 10)),
                cast(sum(t.fee) AS decimal(38, 10))
            FROM silver.trades t LEFT JOIN silver.instruments i ON i.trade_date = t.trade_date AND i.instrument = t.instrument
            WHERE t.trade_date = {day.Date} GROUP BY t.account, t.currency
            """, cancel);
        var silver = rows.ToDictionary(r => (Account: (string)r[0]!, Currency: (string)r[1]!), r => r[2..].Select(Number).ToArray());
        var sent = source.Accounts.ToDictionary(a => (a.Account, a.Currency), a => new[] { a.Trades, a.Bought, a.Sold, a.BoughtAmount, a.SoldAmount, a.Fees });
        string[] checks = ["trades", "quantity bought", "quantity sold", "cash paid", "cash received", "fees"];
        var none = new decimal[checks.Length];
        return
        [
            .. from key in silver.Keys.Union(sent.Keys).OrderBy(k => k.Account, StringComparer.Ordinal).ThenBy(k => k.Currency, StringComparer.Ordinal)
               from check in checks.Index()
               select new ReconcileLine(check.Item, $"{key.Account} {key.Currency}", "source", "silver.trades", sent.GetValueOrDefault(key, none)[check.Index], silver.GetValueOrDefault(key, none)[check.Index]),
        ];
    }

    const string Amount = "cast(t.price AS decimal(19, 6)) * t.quantity * i.multiplier";

    internal static async Task<IReadOnlyList<object?[]>> ReadAsync(IQueryEngine engine, string sql, CancellationToken cancel)
    {
        await using var result = await engine.QueryAsync(sql, cancel);
        return await result.ReadRowsAsync(RowsMax, cancel);
    }

    const int RowsMax = 100_000;

    internal static decimal Number(object? value) => value switch
    {
        null => 0,
        decimal d => d,
        long l => l,
        BigDecimal big => decimal.Parse(big.ToString(), System.Globalization.CultureInfo.InvariantCulture),
        _ => throw LakeException.Bug($"a count came back as {value.GetType().Name}"),
    };
}
