namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>
/// Bronze rows between the cuts that neither silver nor quarantine holds. Each must be an equal copy of a
/// row that is held, or one that silver holds in another form; what is left was changed, or was lost on
/// the way to silver, and is named by its coordinate. Trades are told apart by <see cref="TradeFates"/>.
/// </summary>
static class LoneRows
{
    public static IEnumerable<Comparison> All(DaySql day) =>
    [
        // official marks are in silver by instrument, and what is past the end of the venue's day is of the next
        Of(day, Payload.Market, ["quotes", "option_quotes", "prints"], $"l.kind = 'MARK' OR l.event_time >= {DayEnd(day)}"),
        Of(day, Payload.Permit, ["permit_position", "permit_exposure", "permit_risk", "permit_margin", "permit_interaction", "permit_trade"], $"l.event_time >= {DayEnd(day)}"),
        // silver holds what was valid at the close
        Of(day, Payload.Reference, [], "true"),
    ];

    static string DayEnd(DaySql day) => $"(SELECT min(w.ends_at) FROM silver.venue_sessions w WHERE w.trade_date = {day.Date})";

    /// <param name="day">The day.</param>
    /// <param name="payload">The rows.</param>
    /// <param name="silver">Tables of silver that hold its rows by coordinate.</param>
    /// <param name="alone">Whether a row (alias l) may be in none of them.</param>
    static Comparison Of(DaySql day, Payload payload, string[] silver, string alone)
    {
        // narrow, for all rows of the day go through it
        const string Place = "_log_id, _kafka_partition, _offset";
        var held = silver.Append("quarantine").Select(table => $"SELECT {Place} FROM silver.{table} WHERE trade_date >= {day.DateBefore(EarliestDays)} AND _topic = '{payload.Topic}'");
        var same = payload.Same("f", "l");
        return new($"{payload.What} rows", payload.Bronze, "silver, copies", EachSubject: false, $"""
            WITH {day.Cuts},
            sent AS ({Blocks($"SELECT t._log_id, t._kafka_partition, t._offset {DaySql.Between(payload.Bronze)}")}),
            held AS ({Blocks(string.Join(" UNION ALL ", held))}),
            alone AS (
                SELECT s._log_id, s._kafka_partition, s.block, s.seen & ~coalesce(h.seen, 0) AS seen
                FROM sent s LEFT JOIN held h ON h._log_id = s._log_id AND h._kafka_partition = s._kafka_partition AND h.block = s.block
                WHERE s.seen & ~coalesce(h.seen, 0) <> 0
            ),
            lone AS (
                SELECT t._log_id, t._topic, t._kafka_partition, t._offset, t.source, t.sequence
                FROM {payload.Bronze} t
                JOIN alone a ON a._log_id = t._log_id AND a._kafka_partition = t._kafka_partition AND a.block = t._offset >> 5
                WHERE (a.seen >> (t._offset & 31)) & 1 = 1
            ),
            copies AS (
                SELECT b.*, CASE WHEN o._offset IS NULL THEN 0 ELSE 1 END AS is_lone
                FROM {payload.Bronze} b
                JOIN (SELECT DISTINCT source, sequence FROM lone) k ON k.source = b.source AND k.sequence = b.sequence
                LEFT JOIN lone o ON {DaySql.SamePlace("o", "b")}
                WHERE NOT EXISTS (SELECT 1 FROM silver.quarantine q WHERE {DaySql.SamePlace("q", "b")})
            ),
            told AS (
                SELECT {DaySql.Coordinate("l")} AS subject, count(CASE WHEN {same} AND f.is_lone = 0 THEN 1 END) AS held_copies,
                    count(CASE WHEN NOT ({same}) THEN 1 END) AS other_copies, max(CASE WHEN {alone} THEN 1 END) AS alone
                FROM copies l
                JOIN copies f ON f.source = l.source AND f.sequence = l.sequence
                WHERE l.is_lone = 1
                GROUP BY 1
            )
            SELECT subject, {DaySql.One} AS left_value, CASE WHEN held_copies > 0 OR other_copies = 0 AND alone = 1 THEN {DaySql.One} END AS right_value,
                CASE WHEN other_copies = 0 THEN 'it is nowhere in silver and not in quarantine' ELSE 'it differs from the row of the same source and sequence' END AS says
            FROM told
            """);
    }

    /// <summary>Places as bits: 32 neighbouring offsets of a partition are one number, so that there are few groups in memory.</summary>
    static string Blocks(string places) =>
        $"SELECT p._log_id, p._kafka_partition, p._offset >> 5 AS block, bit_or(cast(1 AS bigint) << (p._offset & 31)) AS seen FROM ({places}) p GROUP BY 1, 2, 3";

    /// <summary>So many days before the day may a row be dated.</summary>
    const int EarliestDays = 8;
}
