select
    {{ run_day() }} as trade_date,
    r.id as pair, r.currency as from_currency, r.to_currency, r.value as rate, r.as_of,
    r.valid_from, {{ held_until('r.valid_to') }} as valid_to, r.source, r.sequence, r.ingest_time
from {{ ref('references_held') }} r
where r.kind = 'FX_FIXING'
