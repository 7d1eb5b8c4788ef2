namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>What became of each trade row of bronze.</summary>
static class TradeFates
{
    /// <summary>
    /// One row per fate of the bronze trade rows between the cuts: fate, how many, and the least coordinate of the unexplained.
    /// </summary>
    static string Sql(DaySql day) => $"""
        WITH {day.Cuts},
        {DaySql.CopiesOf("bronze.trades")},
        changed AS (SELECT DISTINCT source, ref_sequence AS sequence FROM bronze.trades WHERE kind <> 'NEW'),
        fates AS (
            SELECT t._log_id, t._topic, t._kafka_partition, t._offset, CASE
                WHEN s._offset IS NOT NULL THEN 'silver'
                WHEN q._offset IS NOT NULL THEN 'quarantine'
                WHEN c.copy > 1 AND {Payload.Trades.Same("t", "f")} THEN 'duplicate'
                WHEN coalesce(c.copy, 1) = 1 AND t.kind <> 'NEW' AND n.sequence IS NOT NULL THEN 'folded'
                WHEN coalesce(c.copy, 1) = 1 AND t.kind = 'NEW' AND x.sequence IS NOT NULL THEN 'folded'
                WHEN t.event_time >= coalesce(v.ends_at, (SELECT max(ends_at) FROM silver.venue_sessions WHERE trade_date = {day.Date})) THEN 'of a later day'
                ELSE 'unexplained' END AS fate
            FROM (SELECT t.* {DaySql.Between("bronze.trades")}) t
            LEFT JOIN copies c ON {DaySql.SamePlace("c", "t")}
            LEFT JOIN (SELECT {DaySql.Place} FROM silver.trades) s ON {DaySql.SamePlace("s", "t")}
            LEFT JOIN (SELECT DISTINCT {DaySql.Place} FROM silver.quarantine WHERE table_name = 'silver.trades') q ON {DaySql.SamePlace("q", "t")}
            LEFT JOIN (SELECT venue, ends_at FROM silver.venue_sessions WHERE trade_date = {day.Date}) v ON v.venue = t.venue
            LEFT JOIN copies f ON f.source = t.source AND f.sequence = t.sequence AND f.copy = 1
            LEFT JOIN (
                SELECT b.source, b.sequence FROM bronze.trades b
                JOIN changed k ON k.source = b.source AND k.sequence = b.sequence
                LEFT JOIN copies o ON {DaySql.SamePlace("o", "b")}
                WHERE b.kind = 'NEW' AND coalesce(o.copy, 1) = 1
            ) n ON n.source = t.source AND n.sequence = t.ref_sequence
            LEFT JOIN (SELECT DISTINCT source, ref_sequence AS sequence FROM bronze.trades WHERE kind = 'BUST') x ON x.source = t.source AND x.sequence = t.sequence
        )
        SELECT fate, count(*) AS n, min(CASE WHEN fate = 'unexplained' THEN {DaySql.Coordinate("t")} END) AS first_coordinate FROM fates t GROUP BY fate ORDER BY fate
        """;

    /// <summary>
    /// bronze trades = silver + quarantine + duplicates + folded.
    /// The cut of a source without markers lies where rows of the next day have come.
    /// </summary>
    public static async Task<ReconcileLine> TellAsync(Ask ask, DaySql day, CancellationToken cancel)
    {
        var fates = (await ask(Sql(day), cancel)).ToDictionary(
            r => (string)r[0]!, r => (Count: SourceComparisons.Number(r[1]), First: (string?)r[2]), StringComparer.Ordinal);
        var all = fates.Values.Sum(f => f.Count);
        var unexplained = fates.GetValueOrDefault("unexplained");
        return new("trade rows", unexplained.Count == 0 ? "all" : unexplained.First!, "bronze.trades", "silver + quarantine + duplicates + folded", all, all - unexplained.Count)
        {
            Says = string.Join(", ", fates.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Value.Count} {f.Key}")),
        };
    }
}
