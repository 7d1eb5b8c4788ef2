select
    {{ run_day() }} as trade_date,
    t.account, t.instrument, t.event_time, t.source, t.sequence, t.side, t.price, t.quantity, t.fee, t.currency, t.venue,
    t.ingest_time, t.known_time, t.version_sequence, t.corrections,
    t._log_id, t._topic, t._kafka_partition, t._offset
from {{ ref('trade_versions') }} t
where t.rule is null
