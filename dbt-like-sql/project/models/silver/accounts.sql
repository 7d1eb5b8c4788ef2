select
    {{ run_day() }} as trade_date,
    r.id as account, r.name, coalesce(r.desk, '') as desk, r.currency, r.margin_limit,
    r.valid_from, {{ held_until('r.valid_to') }} as valid_to, r.source, r.sequence, r.ingest_time, r.ended
from {{ ref('references_held') }} r
where r.kind = 'ACCOUNT'
