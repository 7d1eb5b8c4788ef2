-- The reference records that held at the close of the day: of those valid then, the one that began last.
with valid as (
    select
        r.*,
        row_number() over (
            partition by r.kind, r.id
            order by r.valid_from desc, r.ingest_time desc, r.sequence desc, r.source desc
        ) as place
    from {{ ref('reference_rows') }} r
    cross join {{ ref('day_window') }} w
    left join {{ ref('venue_windows') }} v on r.kind = 'INSTRUMENT' and v.venue = r.venue
    where r.kind in ('INSTRUMENT', 'ACCOUNT', 'FX_FIXING', 'RATE')
      and r.valid_from <= coalesce(v.closes_at, w.closes_at)
      and (r.valid_to is null or r.valid_to > coalesce(v.closes_at, w.closes_at))
)
select * from valid where place = 1
