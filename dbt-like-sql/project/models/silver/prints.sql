-- depends_on: {{ ref('instruments') }}
select
    {{ run_day() }} as trade_date,
    m.instrument, m.event_time, m.source, m.sequence, m.price, m.size, m.condition,
    coalesce(m.suspicious, false) as suspicious,
    {{ sets_price('m.condition') }} and not coalesce(m.suspicious, false) as eligible,
    m.venue, m.ingest_time,
    m._log_id, m._topic, m._kafka_partition, m._offset
from {{ market_rows('PRINT') }}
where {{ within_day('m', 'm') }}
  and {{ broken_rule('silver.prints', 'm') }} is null
