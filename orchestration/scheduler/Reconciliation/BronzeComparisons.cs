namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>Bronze against silver: what became of each trade row, and whether values are still those that came.</summary>
static class BronzeComparisons
{
    const string TradePayload = "kind, account, instrument, event_time, ingest_time, source, sequence, ref_sequence, side, price, quantity, fee, currency, venue";

    /// <summary>One row per fate of the bronze trade rows between the cuts: fate, how many, and the least coordinate.</summary>
    static string Fates(DaySql day) => $"""
        WITH {day.Cuts},
        numbered AS (
            SELECT {TradePayload}, {DaySql.Place}, row_number() OVER (PARTITION BY source, sequence ORDER BY _log_id, _kafka_partition, _offset) AS copy FROM bronze.trades
        ),
        fates AS (
            SELECT {DaySql.Coordinate("t")} AS coordinate, CASE
                WHEN s._offset IS NOT NULL THEN 'silver'
                WHEN q._offset IS NOT NULL THEN 'quarantine'
                WHEN t.copy > 1 AND t.kind = f.kind AND t.account = f.account AND t.instrument = f.instrument AND t.event_time = f.event_time AND t.ingest_time = f.ingest_time
                    AND t.ref_sequence IS NOT DISTINCT FROM f.ref_sequence AND t.side IS NOT DISTINCT FROM f.side AND t.price IS NOT DISTINCT FROM f.price
                    AND t.quantity IS NOT DISTINCT FROM f.quantity AND t.fee IS NOT DISTINCT FROM f.fee AND t.currency = f.currency AND t.venue = f.venue THEN 'duplicate'
                WHEN t.copy = 1 AND t.kind <> 'NEW' AND n.sequence IS NOT NULL THEN 'folded'
                WHEN t.copy = 1 AND t.kind = 'NEW' AND x.sequence IS NOT NULL THEN 'folded'
                ELSE 'unexplained' END AS fate
            FROM (SELECT t.* {DaySql.Between("numbered")}) t
            LEFT JOIN (SELECT {DaySql.Place} FROM silver.trades) s ON {DaySql.SamePlace("s", "t")}
            LEFT JOIN (SELECT DISTINCT {DaySql.Place} FROM silver.quarantine WHERE table_name = 'silver.trades') q ON {DaySql.SamePlace("q", "t")}
            LEFT JOIN numbered f ON f.source = t.source AND f.sequence = t.sequence AND f.copy = 1
            LEFT JOIN numbered n ON n.source = t.source AND n.sequence = t.ref_sequence AND n.copy = 1 AND n.kind = 'NEW'
            LEFT JOIN (SELECT DISTINCT source, ref_sequence AS sequence FROM bronze.trades WHERE kind = 'BUST') x ON x.source = t.source AND x.sequence = t.sequence
        )
        SELECT fate, count(*) AS n, min(coordinate) AS first_coordinate FROM fates GROUP BY fate ORDER BY fate
        """;

    /// <summary>bronze trades = silver + quarantine + duplicates + folded.</summary>
    public static async Task<ReconcileLine> FatesAsync(Ask ask, DaySql day, CancellationToken cancel)
    {
        var fates = (await ask(Fates(day), cancel)).ToDictionary(r => (string)r[0]!, r => (Count: SourceComparisons.Number(r[1]), First: (string)r[2]!), StringComparer.Ordinal);
        var all = fates.Values.Sum(f => f.Count);
        var unexplained = fates.GetValueOrDefault("unexplained");
        return new("trade rows", unexplained.Count == 0 ? "all" : unexplained.First, "bronze.trades", "silver + quarantine + duplicates + folded", all, all - unexplained.Count)
        {
            Says = string.Join(", ", fates.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Value.Count} {f.Key}")),
        };
    }

    public static IEnumerable<Comparison> Values(DaySql day, DaySql cut) =>
        [new("trade values", "silver.trades", "bronze.trades", EachSubject: false, TradeValues(day)), .. RowValues.All(day, cut), .. LoneRows.All(day)];

    /// <summary>Each silver trade against the NEW at its coordinate and the version that counts: price × quantity where both are as they came, null where the row is not the same any more.</summary>
    static string TradeValues(DaySql day) => $"""
        WITH versions AS (
            SELECT source, sequence, ingest_time, side, price, quantity, fee, row_number() OVER (PARTITION BY source, sequence ORDER BY _log_id, _kafka_partition, _offset) AS copy FROM bronze.trades
        )
        SELECT {DaySql.Coordinate("s")} AS subject, cast(s.price * s.quantity AS decimal(38, 10)) AS left_value,
            CASE WHEN n.account = s.account AND n.instrument = s.instrument AND n.event_time = s.event_time AND n.source = s.source AND n.sequence = s.sequence AND n.kind = 'NEW'
                    AND n.currency = s.currency AND n.venue = s.venue AND n.ingest_time = s.ingest_time AND v.ingest_time = s.known_time AND v.side = s.side AND v.fee = s.fee AND v.price = s.price AND v.quantity = s.quantity
                THEN cast(v.price * v.quantity AS decimal(38, 10)) END AS right_value
        FROM silver.trades s
        LEFT JOIN bronze.trades n ON {DaySql.SamePlace("n", "s")}
        LEFT JOIN versions v ON v.source = s.source AND v.sequence = s.version_sequence AND v.copy = 1
        WHERE s.trade_date = {day.Date}
        """;
}
