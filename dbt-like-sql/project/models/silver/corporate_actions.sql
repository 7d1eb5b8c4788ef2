with versions as (
    select
        r.*,
        row_number() over (
            partition by r.id, r.action, r.as_of
            order by r.ingest_time desc, r.sequence desc, r.source desc
        ) as place
    from {{ ref('reference_rows') }} r
    where r.kind = 'CORPORATE_ACTION'
)
select
    {{ run_day() }} as trade_date,
    r.id as instrument, r.action, r.as_of as ex_date, r.numerator, r.denominator, r.value as amount,
    r.valid_from, {{ held_until('r.valid_to') }} as valid_to, r.source, r.sequence, r.ingest_time
from versions r
where r.place = 1
