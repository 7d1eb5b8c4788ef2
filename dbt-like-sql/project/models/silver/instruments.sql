select
    {{ run_day() }} as trade_date,
    r.id as instrument, r.name, coalesce(r.instrument_kind, '') as kind, r.currency, r.venue, r.underlying, r.strike, r.expiry, r.option_right, r.exercise,
    coalesce(r.multiplier, cast(1 as decimal(18, 4))) as multiplier,
    r.valid_from, {{ held_until('r.valid_to') }} as valid_to, r.source, r.sequence, r.ingest_time, r.ended
from {{ ref('references_held') }} r
where r.kind = 'INSTRUMENT'
