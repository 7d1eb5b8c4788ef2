using Dart.Lake.Sql.Execution;

namespace Dart.Lake.Orchestration;

/// <summary>Finds trades that belong to a published day and came after its cut, but before the one of now.</summary>
internal sealed class LateEvents(RunEngine engine, SessionsOf sessions)
{
    static readonly string[] payload = ["kind", "account", "instrument", "event_time", "ref_sequence", "side", "price", "quantity", "fee", "currency", "venue"];

    /// <summary>
    /// How many: a NEW in the day's session, a CORRECT or BUST of a trade of the day. What only repeats a record that the day knew changes nothing and does not count.
    /// </summary>
    /// <param name="trades">SQL of all of bronze's trades.</param>
    public async Task<long> CountAsync(string trades, DateOnly day, IReadOnlyList<LogPosition> then, IReadOnlyList<LogPosition> now, CancellationToken cancel)
    {
        if (then.ToHashSet().SetEquals(now))
            return 0;
        var ofDay = sessions(day, day).Where(s => s.TradeDate == day)
            .Select(s => $"(known.venue = {Text(s.Venue)} and known.event_time >= make_timestamptz({s.StartsAt}) and known.event_time < make_timestamptz({s.EndsAt}))").ToList();
        if (ofDay.Count == 0)
            return 0;
        var inDay = string.Join(" or ", ofDay);
        var same = string.Join(" and ", payload.Select(c => $"known.{c} is not distinct from late.{c}"));
        var rows = await engine.Rows($"""
            with cut_then(_log_id, _topic, _kafka_partition, then_offset) as (values {Values(then)}),
            cut_now(_log_id, _topic, _kafka_partition, now_offset) as (values {Values(now)}),
            known as (
                select data.*, then_offset is not null and _offset < then_offset as was_there
                from ({trades}) data join cut_now using (_log_id, _topic, _kafka_partition) left join cut_then using (_log_id, _topic, _kafka_partition)
                where _offset < now_offset
            ),
            of_day as (select distinct source, sequence from known where kind = 'NEW' and ({inDay})),
            late as (select * from known where not was_there)
            select cast(count(*) as bigint) from late
            where exists (select 1 from of_day where of_day.source = late.source and of_day.sequence = case when late.kind = 'NEW' then late.sequence else late.ref_sequence end)
              and not exists (select 1 from known where known.was_there and known.source = late.source and known.sequence = late.sequence and {same})
            """, cancel);
        return Convert.ToInt64(rows[0][0]);
    }

    static string Values(IReadOnlyList<LogPosition> cut) => cut.Count == 0 ? "('', '', -1, cast(0 as bigint))"
        : string.Join(", ", cut.Select(p => $"({Text(p.LogId)}, {Text(p.Topic)}, {p.Partition}, cast({p.NextOffset} as bigint))"));

    static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
