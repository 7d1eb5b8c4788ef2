-- What hangs on reference records that came after the hot job's cut and before the gate: accounts and positions whose numbers the hot job
-- could not know. What says again what held, or is not the newest, changes nothing. Closes, marks and actions belong to their dates,
-- whenever it was said that they hold.
with hot as (
    select * from {{ source('ops', 'hot_close') }} where trade_date = {{ run_day() }}
),
placed as (
    select r.*, h.next_offset is not null and r._offset < h.next_offset as was_there
    from {{ source('bronze', 'reference') }} r
    left join hot h on h.kind = 'OFFSET' and h._log_id = r._log_id and h._topic = r._topic and h._kafka_partition = r._kafka_partition
    where (r.valid_from < {{ day_is_over() }} or r.kind in ('CORPORATE_ACTION', 'PRIOR_CLOSE', 'MARK')) and exists (select 1 from hot)
),
versions as (
    select
        p.*,
        row_number() over (partition by p.kind, p.id, p.action, p.as_of, p.began order by {{ newest_record('p') }}) as version,
        row_number() over (partition by p.kind, p.id, p.action, p.as_of, p.began, p.was_there order by {{ newest_record('p') }}) as version_then
    from (select r.*, case when r.kind <> 'CORPORATE_ACTION' then r.valid_from end as began from placed r) p
),
come as (
    select distinct p.kind, p.id, p.currency, p.to_currency, concat(p.kind, ' ', p.id) as record
    from versions p
    -- a prior close is none of its own day
    where not p.was_there and p.version = 1 and (p.as_of is null or p.as_of < {{ run_day() }} or p.as_of = {{ run_day() }} and p.kind <> 'PRIOR_CLOSE')
      and not exists (select 1 from versions k where k.was_there and k.version_then = 1 and k.kind = p.kind and k.id = p.id and {{ says_the_same('k', 'p') }})
),
-- a close or mark of the reference feed changes nothing of what the day's own rows have priced
of_instruments as (
    select c.id as instrument, c.record
    from come c
    left join {{ ref('marks') }} m on m.trade_date = {{ run_day() }} and m.instrument = c.id
    where c.kind in ('INSTRUMENT', 'CORPORATE_ACTION')
       or c.kind in ('MARK', 'PRIOR_CLOSE') and coalesce(m.mark_source, 'PRIOR') in ('PRIOR', 'EXPIRY')
    union
    select i.instrument, c.record
    from come c
    join {{ ref('instruments') }} i on i.trade_date = {{ run_day() }} and i.underlying = c.id
    left join {{ ref('marks') }} m on m.trade_date = {{ run_day() }} and m.instrument = i.instrument
    where c.kind in ('INSTRUMENT', 'CORPORATE_ACTION') or c.kind in ('MARK', 'PRIOR_CLOSE') and m.mark_source = 'EXPIRY'
),
positions as (
    select p.account, p.instrument, p.currency from {{ ref('daily_pnl') }} p where p.trade_date = {{ run_day() }}
    union
    select h.account, h.instrument, h.currency from hot h where h.kind = 'POSITION'
),
hanging as (
    select 'POSITION' as level, p.account, p.instrument, o.record
    from positions p
    join of_instruments o on o.instrument = p.instrument
    union
    select 'POSITION', p.account, p.instrument, c.record
    from positions p
    join come c on c.kind = 'ACCOUNT' and c.id = p.account
    union
    select 'ACCOUNT', c.id, '', c.record from come c where c.kind = 'ACCOUNT'
    union
    select 'ACCOUNT', p.account, '', c.record
    from positions p
    join {{ ref('accounts') }} a on a.trade_date = {{ run_day() }} and a.account = p.account
    join come c on c.kind = 'FX_FIXING' and c.currency = p.currency and c.to_currency = a.currency
),
levels as (
    select * from hanging
    union
    select 'ACCOUNT', h.account, '', h.record from hanging h
)
select l.level, l.account, l.instrument, min(l.record) as record, count(*) as records
from levels l
group by l.level, l.account, l.instrument
