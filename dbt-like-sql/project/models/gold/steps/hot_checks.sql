-- The hot job's state at its cut beside the marts. They must agree when the day is built from exactly the rows that the hot job had seen;
-- a day that is restated with rows that came later, or into which dead letters were released after the cut, is shown only. Reference data are
-- cut at the gate: what hangs on a record that the hot job did not know is shown only (not_known_to_hot). So is what it has no number for,
-- because it is beyond its type (null): the numbers of all others are published.
with hot as (
    select * from {{ source('ops', 'hot_close') }} where trade_date = {{ run_day() }}
),
released as (
    select a.act
    from {{ source('ops', 'acts') }} a
    join hot h on h.kind = 'OFFSET' and h._log_id = a._log_id and h._topic = a._topic and h._kafka_partition = a._kafka_partition
    where a.verb = 'RELEASE' and a._offset < h.next_offset
      and a.act > coalesce((select max(s.next_offset) from hot s where s.kind = 'ACTS'), 0)
),
-- where the day was built from rows past the hot job's cut; a log that the hot job's cut does not name was opened after it
moved as (
    select c._log_id, c._topic, c._kafka_partition, coalesce(h.next_offset, 0) as next_offset
    from (select * from {{ source('ops', 'cut') }} where _topic <> 'reference_raw' and _topic in (select _topic from hot)) c
    left join hot h on h.kind = 'OFFSET' and h._log_id = c._log_id and h._topic = c._topic and h._kafka_partition = c._kafka_partition
    where h.next_offset is null or c.next_offset <> h.next_offset
),
later_trades as (
    select t.source, t.sequence, t.kind, t.ref_sequence, t.event_time
    from {{ source('bronze', 'trades') }} t
    join moved m on m._log_id = t._log_id and m._topic = t._topic and m._kafka_partition = t._kafka_partition and t._offset >= m.next_offset
),
-- rows past it that are of the day or of one before, whose lots it opened with, or whose marks it carries on
later_rows as (
    select count(*) as later
    from later_trades t
    where t.event_time < {{ day_is_over() }} and t.kind not in ('CORRECT', 'BUST')
       or t.kind in ('CORRECT', 'BUST') and not exists (
           select 1 from later_trades n
           where n.source = t.source and n.sequence = t.ref_sequence and n.kind = 'NEW' and n.event_time >= {{ day_is_over() }})
    union all
    select count(*)
    from {{ source('bronze', 'market_data') }} b
    join moved m on m._log_id = b._log_id and m._topic = b._topic and m._kafka_partition = b._kafka_partition and b._offset >= m.next_offset
    where b.event_time < {{ day_is_over() }}
),
same_rows as (
    select (select sum(later) from later_rows) = 0 and (select count(*) from released) = 0 as same
),
accounts as (
    select
        coalesce(h.account, p.account) as account, n.account is not null or h.account is not null and h.account_realised is null as unknown,
        coalesce(h.account_realised, 0) as hot_realised, coalesce(h.account_unrealised, 0) as hot_unrealised, coalesce(h.account_fees, 0) as hot_fees,
        coalesce(p.realised, 0) as realised, coalesce(p.unrealised, 0) as unrealised, coalesce(p.fees, 0) as fees
    from (select * from hot where kind = 'ACCOUNT') h
    full outer join (select * from {{ ref('portfolio_summary') }} where trade_date = {{ run_day() }}) p on p.account = h.account
    left join {{ ref('not_known_to_hot') }} n on n.level = 'ACCOUNT' and n.account = coalesce(h.account, p.account)
),
positions as (
    select
        concat(coalesce(h.account, p.account), ' ', coalesce(h.instrument, p.instrument)) as subject,
        n.account is not null or h.account is not null and (h.quantity is null or h.unrealised is null) as unknown,
        coalesce(h.quantity, 0) as hot_quantity, coalesce(p.closing_quantity, 0) as quantity,
        coalesce(h.realised, 0) as hot_realised, coalesce(p.realised, 0) as realised,
        coalesce(h.unrealised, 0) as hot_unrealised, coalesce(p.unrealised, 0) as unrealised
    from (select * from hot where kind = 'POSITION') h
    full outer join (select * from {{ ref('daily_pnl') }} where trade_date = {{ run_day() }}) p on p.account = h.account and p.instrument = h.instrument
    left join {{ ref('not_known_to_hot') }} n on n.level = 'POSITION' and n.account = coalesce(h.account, p.account) and n.instrument = coalesce(h.instrument, p.instrument)
),
lots as (
    select
        concat(coalesce(h.account, l.account), ' ', coalesce(h.instrument, l.instrument), ' ', coalesce(h.lot_source, l.source), ' ', {{ as_text('coalesce(h.lot_sequence, l.sequence)') }}) as subject,
        u.account is not null or n.account is not null as unknown,
        coalesce(h.quantity, 0) as hot_quantity, coalesce(l.quantity, 0) as quantity, coalesce(h.cost, 0) as hot_cost, coalesce(l.cost, 0) as cost
    from (select * from hot where kind = 'LOT') h
    full outer join (select * from {{ ref('lots_eod') }} where trade_date = {{ run_day() }}) l
        on l.account = h.account and l.instrument = h.instrument and l.source = h.lot_source and l.sequence = h.lot_sequence
    left join (select * from hot where kind = 'POSITION' and quantity is null) u
        on u.account = coalesce(h.account, l.account) and u.instrument = coalesce(h.instrument, l.instrument)
    left join {{ ref('not_known_to_hot') }} n on n.level = 'POSITION' and n.account = coalesce(h.account, l.account) and n.instrument = coalesce(h.instrument, l.instrument)
),
checks as (
    select 'hot_realised' as check_name, a.account as subject, 'ops.hot_close' as left_name, 'gold.portfolio_summary' as right_name, {{ checked('a.hot_realised') }} as left_value, {{ checked('a.realised') }} as right_value, a.unknown from accounts a
    union all
    select 'hot_unrealised', a.account, 'ops.hot_close', 'gold.portfolio_summary', {{ checked('a.hot_unrealised') }}, {{ checked('a.unrealised') }}, a.unknown from accounts a
    union all
    select 'hot_fees', a.account, 'ops.hot_close', 'gold.portfolio_summary', {{ checked('a.hot_fees') }}, {{ checked('a.fees') }}, a.unknown from accounts a
    union all
    select 'hot_positions', 'all', 'ops.hot_close', 'equal in gold.daily_pnl', {{ checked('count(*) filter (where not p.unknown)') }},
        {{ checked('count(*) filter (where not p.unknown and p.hot_quantity = p.quantity and p.hot_realised = p.realised and p.hot_unrealised = p.unrealised)') }}, false
    from positions p
    union all
    select 'hot_quantity', p.subject, 'ops.hot_close', 'gold.daily_pnl', {{ checked('p.hot_quantity') }}, {{ checked('p.quantity') }}, p.unknown from positions p where p.hot_quantity <> p.quantity
    union all
    select 'hot_realised', p.subject, 'ops.hot_close', 'gold.daily_pnl', {{ checked('p.hot_realised') }}, {{ checked('p.realised') }}, p.unknown from positions p where p.hot_realised <> p.realised
    union all
    select 'hot_unrealised', p.subject, 'ops.hot_close', 'gold.daily_pnl', {{ checked('p.hot_unrealised') }}, {{ checked('p.unrealised') }}, p.unknown from positions p where p.hot_unrealised <> p.unrealised
    union all
    select 'hot_lots', 'all', 'ops.hot_close', 'equal in gold.lots_eod', {{ checked('count(*) filter (where not l.unknown)') }},
        {{ checked('count(*) filter (where not l.unknown and l.hot_quantity = l.quantity and l.hot_cost = l.cost)') }}, false
    from lots l
    union all
    select 'hot_lot_quantity', l.subject, 'ops.hot_close', 'gold.lots_eod', {{ checked('l.hot_quantity') }}, {{ checked('l.quantity') }}, l.unknown from lots l where l.hot_quantity <> l.quantity
    union all
    select 'hot_lot_cost', l.subject, 'ops.hot_close', 'gold.lots_eod', {{ checked('l.hot_cost') }}, {{ checked('l.cost') }}, l.unknown from lots l where l.hot_cost <> l.cost
)
select c.check_name, c.subject, c.left_name, c.right_name, c.left_value, c.right_value, s.same and not c.unknown as same
from checks c
cross join same_rows s
where exists (select 1 from hot)
