-- Closes before the day: as published, else the official mark of a day of ours. The newest version of a date counts, a MARK before a PRIOR_CLOSE.
with closes as (
    select r.id as instrument, r.as_of, r.value as close, r.kind as origin,
        case when r.kind = 'MARK' then 1 else 2 end as rank, r.ingest_time, r.sequence
    from {{ ref('reference_rows') }} r
    where r.kind in ('PRIOR_CLOSE', 'MARK') and r.as_of < {{ run_day() }}
    union all
    select m.instrument, m.trade_date, m.mark, 'MARK', 3, m.mark_time, 0
    from {{ previous('marks') }} m
    where m.mark_source = 'OFFICIAL' and m.trade_date < {{ run_day() }}
),
chosen as (
    select c.*, row_number() over (partition by c.instrument, c.as_of order by c.rank, c.ingest_time desc, c.sequence desc, c.close) as place
    from closes c
),
numbered as (
    select c.*, row_number() over (partition by c.instrument order by c.as_of desc) as age
    from chosen c
    where c.place = 1
)
select {{ run_day() }} as trade_date, n.instrument, n.as_of, n.close, n.origin
from numbered n
where n.age <= 500
