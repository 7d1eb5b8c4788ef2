-- The reference records that held at the close of the day: of those valid then, the one that began last. Of an instrument or account of which
-- something was open when the day began, the last record counts although it has ended: what is open has a value until it is closed.
with still_open as (
    select distinct 'INSTRUMENT' as kind, l.instrument as id from {{ previous('lots_eod') }} l where l.trade_date = {{ previous_day() }}
    union all
    select distinct 'ACCOUNT', l.account from {{ previous('lots_eod') }} l where l.trade_date = {{ previous_day() }}
),
known as (
    select r.*, r.valid_to is not null and r.valid_to <= coalesce(v.closes_at, w.closes_at) as ended
    from {{ ref('reference_rows') }} r
    cross join {{ ref('day_window') }} w
    left join {{ ref('venue_windows') }} v on r.kind = 'INSTRUMENT' and v.venue = r.venue
    where r.kind in ('INSTRUMENT', 'ACCOUNT', 'FX_FIXING', 'RATE') and r.valid_from <= coalesce(v.closes_at, w.closes_at)
),
valid as (
    select
        r.*,
        row_number() over (
            partition by r.kind, r.id
            order by r.ended, r.valid_from desc, r.ingest_time desc, r.sequence desc, r.source desc
        ) as place
    from known r
    left join still_open s on s.kind = r.kind and s.id = r.id
    where not r.ended or s.id is not null
)
select * from valid where place = 1
