using Dart.Lake.Schemas;
using Dart.Lake.Sql.Dialect;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>
/// Records of one topic against what its producer says. An interrupted day is sent again whole, into the same
/// log or another: a record counts once, by (source, sequence), one that cannot be decoded by its bytes, a
/// marker by its partition. So what was sent again is told apart exactly, and what is lost stays missing.
/// </summary>
internal sealed class SourceRecords(Ask ask, SqlDialect dialect, DaySql day, string topic, string table)
{
    /// <summary>Where an expected record is found, and how many more copies there are than were sent.</summary>
    sealed record Found(decimal Right, decimal Again);

    /// <summary>
    /// source = bronze + dead letters + END_OF_DAY between the cuts. What came after
    /// the markers of the day before is sent on that day and lies in this one's range.
    /// </summary>
    public async Task<IReadOnlyList<ReconcileLine>> BetweenCutsAsync(TopicCounts sent, TopicCounts? before, CancellationToken cancel)
    {
        var records = await RowsAsync(DaySql.Between(table), "before", sent.Repeats - sent.LateRepeats + (before?.LateRepeats ?? 0), cancel);
        var dead = await DeadAsync(sent.MalformedPayloads, cancel);
        var markers = await MarkersAsync(cancel);
        return
        [
            new(
                "records sent",
                topic,
                "source",
                $"{table} + dead letters + END_OF_DAY",
                sent.Sent - sent.AfterEndOfDay + (before?.AfterEndOfDay ?? 0),
                records.Right + dead.Right + markers.Right)
            {
                Says = $"{records.Right} rows, {dead.Right} dead letters, {markers.Right} markers",
            },
            .. Again(topic, $"{records.Again} rows, {dead.Again} dead letters, {markers.Again} markers", records.Again + dead.Again + markers.Again),
        ];
    }

    /// <summary>Records past the cut.</summary>
    public async Task<IReadOnlyList<ReconcileLine>> PastCutAsync(TopicCounts sent, CancellationToken cancel)
    {
        var records = await RowsAsync(DaySql.Past(table), "cut", sent.LateRepeats, cancel);
        return [new("records late", topic, "source", table, sent.AfterEndOfDay, records.Right), .. Again($"{topic} past the cut", $"{records.Again} rows", records.Again)];
    }

    IEnumerable<ReconcileLine> Again(string subject, string says, decimal again) =>
        again == 0 ? [] : [new("sent again", subject, "copies", "removed as duplicates", again, again) { Says = $"{says} came again after an interruption" }];

    /// <param name="range">Rows that are counted.</param>
    /// <param name="start">The CTE of positions where the range begins: what is the same before it was sent again.</param>
    /// <param name="repeats">Copies that the producer sent on purpose.</param>
    async Task<Found> RowsAsync(string range, string start, long repeats, CancellationToken cancel)
    {
        var counts = (await ask($"""
            WITH {day.Cuts},
            ranged AS (SELECT t.source, t.sequence, t.event_time {range}),
            -- a copy has the event time of its first
            known AS (
                SELECT DISTINCT k.source, k.sequence FROM {table} k
                JOIN {start} s ON s._log_id = k._log_id AND s._topic = k._topic AND s._kafka_partition = k._kafka_partition AND k._offset < s.next_offset
                WHERE k.event_time >= (SELECT min(event_time) FROM ranged)
            ),
            {(dialect.HasBits ? CountedByBits : Counted)}
            """, cancel))[0];
        var (different, rows, known) = (
            SourceComparisons.Number(counts[0]), SourceComparisons.Number(counts[1]), SourceComparisons.Number(counts[2]));
        var (firsts, copies) = (different - known, rows - different + known);
        return new(firsts + Math.Min(copies, repeats), Math.Max(0, copies - repeats));
    }

    /// <summary>
    /// Different records, all, and those that were known: neighbours are bits of one number, so that there are few groups in memory.
    /// </summary>
    const string CountedByBits = """
        blocks AS (SELECT source, sequence >> 5 AS block, bit_or(cast(1 AS bigint) << (sequence & 31)) AS seen, count(*) AS copies FROM ranged GROUP BY 1, 2)
        SELECT cast(coalesce(sum(bit_count(b.seen)), 0) AS bigint), cast(coalesce(sum(b.copies), 0) AS bigint),
            (SELECT count(*) FROM known k JOIN blocks r ON r.source = k.source AND r.block = k.sequence >> 5 WHERE (r.seen >> (k.sequence & 31)) & 1 = 1)
        FROM blocks b
        """;

    /// <summary>The same, a group for each record.</summary>
    const string Counted = """
        records AS (SELECT source, sequence, count(*) AS copies FROM ranged GROUP BY source, sequence)
        SELECT count(*), cast(coalesce(sum(b.copies), 0) AS bigint),
            (SELECT count(*) FROM known k JOIN records r ON r.source = k.source AND r.sequence = k.sequence)
        FROM records b
        """;

    async Task<Found> DeadAsync(IReadOnlyDictionary<string, long> sent, CancellationToken cancel)
    {
        var found = await PayloadsAsync(DaySql.Between(LakeNames.DeadLetters), cancel);
        var expected = found.Sum(f => Math.Min(f.Value, sent.GetValueOrDefault(f.Key)));
        var strange = found.Where(f => !sent.ContainsKey(f.Key)).ToList();
        if (strange.Count > 0)
        {
            // what is not of this day may be of the one before, sent again
            var earlier = await PayloadsAsync(DaySql.Earlier(LakeNames.DeadLetters), cancel);
            expected += strange.Where(f => !earlier.ContainsKey(f.Key)).Sum(f => f.Value);
        }
        return new(expected, found.Values.Sum() - expected);
    }

    async Task<Dictionary<string, long>> PayloadsAsync(string range, CancellationToken cancel) =>
        (await ask($"WITH {day.Cuts} SELECT t.key, t.value, count(*) {range} AND t._topic = '{topic}' GROUP BY t.key, t.value", cancel))
            .GroupBy(r => PayloadIdentity.Of((byte[]?)r[0], (byte[]?)r[1], r[1] is null), r => (long)r[2]!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(), StringComparer.Ordinal);

    async Task<Found> MarkersAsync(CancellationToken cancel)
    {
        var counts = (await ask($"""
            WITH {day.Cuts}
            SELECT count(DISTINCT CASE WHEN t.trade_date = {day.Date} THEN t._kafka_partition END), cast(coalesce(sum(t.to_offset - t.from_offset), 0) AS bigint)
            {DaySql.Between(LakeNames.LogHoles, "from_offset")} AND t._topic = '{topic}' AND t.reason = 'END_OF_DAY'
            """, cancel))[0];
        var (partitions, all) = (SourceComparisons.Number(counts[0]), SourceComparisons.Number(counts[1]));
        return new(partitions, all - partitions);
    }
}
