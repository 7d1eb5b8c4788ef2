-- depends_on: {{ ref('instruments') }}
select
    {{ run_day() }} as trade_date,
    m.instrument, m.underlying, m.expiry, m.strike, m.option_right, m.event_time, m.source, m.sequence, m.bid, m.bid_size, m.ask, m.ask_size, m.venue, m.ingest_time,
    m._log_id, m._topic, m._kafka_partition, m._offset
from {{ market_rows('QUOTE') }}
where {{ within_day('m', 'm') }} and m.instrument_kind = 'OPTION'
  and {{ broken_rule('silver.option_quotes', 'm') }} is null
