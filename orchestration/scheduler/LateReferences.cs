using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration.Publications;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>
/// Finds reference records that speak of published days and came after what was published last: a record whose validity begins in a day
/// marks it stale, as a late trade does. A close or mark of the past is news of every day, and no day's own: only one that corrects another
/// counts. What says again what was there changes nothing.
/// </summary>
/// <param name="reference">bronze.reference.</param>
/// <param name="acts">ops.acts of the same state of the catalog; null: there is none.</param>
internal sealed class LateReferences(Lake lake, RunEngine engine, SessionsOf sessions, Table reference, Table? acts)
{
    /// <summary>The venue whose sessions date what has none of its own.</summary>
    const string Home = "XNYS";

    /// <summary>Who published a record, and when: no part of what it says.</summary>
    static readonly string[] publisher = ["source", "sequence", "event_time", "ingest_time"];

    /// <summary>How many, by the published day that they mark.</summary>
    /// <param name="published">The days; their newest cut of reference data is where late ones begin.</param>
    /// <param name="now">The cut before which they came.</param>
    /// <param name="cancel">Ends the query.</param>
    public async Task<IReadOnlyDictionary<DateOnly, long>> CountAsync(
        PublishedDays published, IReadOnlyList<LogPosition> now, CancellationToken cancel)
    {
        var then = published.ReferenceCut;
        var upTo = now.Where(p => p.Partition.Topic == Topics.Reference.Name).ToList();
        var isReleased = ActNumber.Of(acts) > published.Acts;
        if (published.Days.Count == 0 || !isReleased && upTo.TrueForAll(p => p.Next <= then.GetValueOrDefault(p.Partition)))
            return new Dictionary<DateOnly, long>();
        var days = sessions(published.Days.Min(), published.Days.Max())
            .Where(s => s.Venue == Home && published.Find(s.TradeDate) is not null)
            .ToList();
        var plan = await lake.Scan.PlanAsync(reference, new(), cancel);
        if (days.Count == 0 || plan.Files.Count == 0)
            return new Dictionary<DateOnly, long>();
        var same = string.Join(" and ", plan.Schema.Fields.Select(f => f.Name).Where(c => c[0] != '_' && !publisher.Contains(c))
            .Select(c => $"was.\"{c}\" is not distinct from late.\"{c}\""));
        var released = isReleased ? await ReleasedAsync(published.Acts, cancel)
            : "select '' as _log_id, '' as _topic, 0 as _kafka_partition, cast(0 as bigint) as _offset where false";
        var rows = await engine.Rows($"""
            with cut_then(_log_id, _topic, _kafka_partition, then_offset) as (values {LateEvents.Values([.. then.Select(p => new LogPosition(p.Key, p.Value))])}),
            cut_now(_log_id, _topic, _kafka_partition, now_offset) as (values {LateEvents.Values(upTo)}),
            days(trade_date, starts_at, ends_at) as (values {string.Join(", ", days.Select(s => $"(date '{s.TradeDate:yyyy-MM-dd}', make_timestamptz({s.StartsAt}), make_timestamptz({s.EndsAt}))"))}),
            released as ({released}),
            known as not materialized (
                select data.*, then_offset is not null and _offset < then_offset and not exists (
                    select 1 from released r where r._log_id = data._log_id and r._topic = data._topic and r._kafka_partition = data._kafka_partition and r._offset = data._offset) as was_there
                from ({await engine.Reader(reference, plan.Files, cancel)}) data
                join cut_now using (_log_id, _topic, _kafka_partition) left join cut_then using (_log_id, _topic, _kafka_partition)
                where _offset < now_offset
            ),
            late as materialized (
                select known.*, d.trade_date from known join days d on known.valid_from >= d.starts_at and known.valid_from < d.ends_at where not was_there),
            was as materialized (select * from known where was_there and exists (select 1 from late where late.kind = known.kind and late.id = known.id))
            select late.trade_date, count(*) from late
            where not exists (select 1 from was where {same})
              and (late.kind not in ('PRIOR_CLOSE', 'MARK') or exists (
                select 1 from was where was.kind = late.kind and was.id = late.id and was.as_of is not distinct from late.as_of))
            group by late.trade_date
            """, cancel);
        return rows.ToDictionary(r => (DateOnly)r[0]!, r => Convert.ToInt64(r[1]));
    }

    async Task<string> ReleasedAsync(long after, CancellationToken cancel)
    {
        var files = (await lake.Scan.PlanAsync(acts!, new(), cancel)).Files;
        return ActNumber.Released($"({await engine.Reader(acts!, files, cancel)})", after);
    }
}
