using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Orchestration.Publications;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Staging;

namespace Dart.Lake.Orchestration;

/// <summary>
/// Finds reference records that speak of published days and came after what was published last: a record marks the first published day that
/// it holds for stale, as a late trade does. That is told by its validity, of closes, marks and actions by the date that they belong to. A
/// close or mark of the past is news of every day, and no day's own: only one that corrects another counts. What says again what held
/// changes nothing. An instrument or account whose rows a published day has in quarantine marks that day, however long ago its validity
/// began.
/// </summary>
/// <param name="reference">bronze.reference.</param>
/// <param name="quarantine">silver.quarantine; null: there is none.</param>
/// <param name="acts">ops.acts of the same state of the catalog; null: there is none.</param>
internal sealed class LateReferences(Lake lake, RunEngine engine, SessionsOf sessions, Table reference, Table? quarantine, Table? acts)
{
    /// <summary>Who published a record, and when: no part of what it says.</summary>
    static readonly string[] publisher = ["source", "sequence", "event_time", "ingest_time"];

    /// <summary>Kinds whose records belong to a date, whenever it was said that they hold.</summary>
    const string Dated = "'CORPORATE_ACTION', 'PRIOR_CLOSE', 'MARK'";

    /// <summary>What a record is a version of, and which of them counts: as in the model of reference rows.</summary>
    const string Key = "kind, id, action, as_of, case when kind <> 'CORPORATE_ACTION' then valid_from end",
        Newest = "ingest_time desc, sequence desc, source desc, _log_id, _kafka_partition, _offset";

    /// <summary>How many, by the published day that they mark.</summary>
    /// <param name="published">The days; their newest cut of reference data is where late ones begin.</param>
    /// <param name="now">The cut before which they came.</param>
    /// <param name="cancel">Ends the query.</param>
    public async Task<IReadOnlyDictionary<DateOnly, long>> CountAsync(
        PublishedDays published, IReadOnlyList<LogPosition> now, CancellationToken cancel)
    {
        var (then, upTo) = (published.ReferenceCut, now.Where(p => p.Partition.Topic == Topics.Reference.Name).ToList());
        var isReleased = ActNumber.Of(acts) > published.Acts;
        if (published.Days.Count == 0 || !isReleased && upTo.TrueForAll(p => p.Next <= then.GetValueOrDefault(p.Partition)))
            return new Dictionary<DateOnly, long>();
        var days = sessions(published.Days.Min(), published.Days.Max())
            .Where(s => s.Venue == SessionRow.Home && published.Find(s.TradeDate) is not null)
            .ToList();
        var plan = await lake.Scan.PlanAsync(reference, new(), cancel);
        if (days.Count == 0 || plan.Files.Count == 0)
            return new Dictionary<DateOnly, long>();
        var same = LateEvents.Same("was", "late", plan.Schema.Fields.Where(f => f.Name[0] != '_' && !publisher.Contains(f.Name)));
        var released = isReleased ? await ReleasedAsync(published.Acts, cancel)
            : "select '' as _log_id, '' as _topic, 0 as _kafka_partition, cast(0 as bigint) as _offset where false";
        var rows = await engine.Rows($"""
            with cut_then(_log_id, _topic, _kafka_partition, then_offset) as (values {LateEvents.Values(engine.Dialect, [.. then.Select(p => new LogPosition(p.Key, p.Value))])}),
            cut_now(_log_id, _topic, _kafka_partition, now_offset) as (values {LateEvents.Values(engine.Dialect, upTo)}),
            days(trade_date, starts_at, ends_at) as (values {string.Join(", ", days.Select(s => $"(date '{s.TradeDate:yyyy-MM-dd}', {engine.Dialect.Instant(s.StartsAt)}, {engine.Dialect.Instant(s.EndsAt)})"))}),
            released as ({released}),
            known as {engine.Dialect.ReadEachTime}(
                select data.*, t.then_offset is not null and data._offset < t.then_offset and r._log_id is null as was_there
                from ({await engine.Reader(reference, plan.Files, cancel)}) data
                join cut_now n on {LateEvents.SamePartition("n")} and data._offset < n.now_offset
                left join cut_then t on {LateEvents.SamePartition("t")}
                left join released r on {LateEvents.SamePartition("r")} and r._offset = data._offset
            ),
            versions as {engine.Dialect.Kept}(
                select
                    known.*,
                    row_number() over (partition by {Key}, was_there order by {Newest}) as version_then,
                    row_number() over (partition by {Key} order by {Newest}) as version
                from known where exists (select 1 from known came where not came.was_there and came.kind = known.kind and came.id = known.id)
            ),
            was as (select * from versions where was_there and version_then = 1),
            late as {engine.Dialect.Kept}(
                select * from versions late where version = 1 and not was_there and not exists (select 1 from was where {same})),
            quarantined as ({await QuarantinedAsync(cancel)}),
            marked as (
                select case when late.kind in ({Dated}) and late.as_of is not null
                    then (select min(d.trade_date) from days d where d.trade_date >= late.as_of)
                    else (select min(d.trade_date) from days d where d.ends_at > late.valid_from) end as trade_date
                from late
                where case when late.kind in ({Dated}) and late.as_of is not null
                        then late.as_of >= (select min(d.trade_date) from days d) else late.valid_from >= (select min(d.starts_at) from days d) end
                    and (late.kind not in ('PRIOR_CLOSE', 'MARK') or exists (
                        select 1 from was where was.kind = late.kind and was.id = late.id and (was.as_of = late.as_of or was.as_of is null and late.as_of is null)))
                union all
                select min(d.trade_date)
                from late
                join quarantined q on q.kind = late.kind and q.id = late.id
                join days d on d.trade_date = q.trade_date and d.ends_at > late.valid_from and (late.valid_to is null or late.valid_to > d.starts_at)
                group by late.kind, late.id, late.valid_from
            )
            select trade_date, count(*) from marked where trade_date is not null group by trade_date
            """, cancel);
        return rows.ToDictionary(r => (DateOnly)r[0]!, r => Convert.ToInt64(r[1]));
    }

    /// <summary>Whose rows published days have left out because nothing was known of them.</summary>
    async Task<string> QuarantinedAsync(CancellationToken cancel)
    {
        var files = quarantine?.Metadata.CurrentSnapshotId is null ? [] : (await lake.Scan.PlanAsync(quarantine, new(), cancel)).Files;
        return files.Count == 0
            ? "select '' as kind, '' as id, cast(null as date) as trade_date where false"
            : $"""
                select distinct
                    case rule when 'account_known' then 'ACCOUNT' else 'INSTRUMENT' end as kind,
                    case rule when 'account_known' then {engine.Dialect.Field("row_json", "account")} else {engine.Dialect.Field("row_json", "instrument")} end as id, trade_date
                from ({await engine.Reader(quarantine!, files, cancel)}) rows
                where rule in ('account_known', 'instrument_known')
                """;
    }

    async Task<string> ReleasedAsync(long after, CancellationToken cancel)
    {
        var files = (await lake.Scan.PlanAsync(acts!, new(), cancel)).Files;
        return ActNumber.Released($"({await engine.Reader(acts!, files, cancel)})", after);
    }
}
